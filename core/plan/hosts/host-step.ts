import { isWholeHold } from '../../experiment-parts.ts';
import type { Intensity } from '../../fault.ts';
import type { Instance } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';
import type { HostCut, HostStep } from '../../step.ts';
import { addressesOf, surveyOf } from '../../surveyed.ts';
import type { PartRequest } from '../plan-request.ts';
import { shareWords, timeWords } from './words.ts';

/** Most addresses that one script run takes (host/compose.ts). */
const peerAddressesMax = 1000;

type OnHost<Kind extends HostStep['kind']> = Pick<
  HostCut,
  'id' | 'phase' | 'says' | 'instanceId' | 'part' | 'window'
> & { kind: Kind };

/** What every step on a host begins with; `does` says in words what it does there. */
export function hostStep<Kind extends HostStep['kind']>(
  kind: Kind,
  { host, does }: { host: Instance; does: string },
  { experiment, part, window }: PartRequest,
): OnHost<Kind> {
  return {
    id: part === 0 ? `${kind}/${host.id}` : `${kind}/${host.id}/${part}`,
    kind,
    phase: 1,
    says: `${host.name}: ${does}${timeWords(window, experiment)}`,
    instanceId: host.id,
    ...(part > 0 && { part }),
    ...(!isWholeHold(window, experiment) && { window }),
  };
}

/** What every step by a packet filter has beside. */
export function byFilter(
  host: Instance,
  { experiment, inventory }: PartRequest,
): Pick<HostCut, 'filter' | 'intensity' | 'flapping'> {
  const { mechanism, flapping } = experiment;
  const tools = surveyOf(host.id, inventory)?.tools ?? ['iptables'];
  const isWithout = !tools.includes('iptables') && tools.includes('nft');
  const intensity = intensityOf(experiment);
  return {
    ...((mechanism === 'nft' || isWithout) && { filter: 'nft' }),
    ...(intensity !== undefined && { intensity }),
    ...(flapping !== undefined && { flapping }),
  };
}

/**
 * The share of an experiment. Rules of the table nat see the first packet of a connection alone, so reroute
 * is by connection.
 */
export function intensityOf({
  fault,
  intensity,
}: PartRequest['experiment']): Intensity | undefined {
  if (intensity === undefined) return undefined;
  const usual = fault.kind === 'reroute' ? 'connection' : 'packet';
  return { ...intensity, per: intensity.per ?? usual };
}

/**
 * Every address of the machines that a host loses.
 *
 * @throws Refusal where they are more than a script takes.
 */
export function peerAddresses(
  host: Instance,
  peers: readonly Instance[],
  { inventory }: PartRequest,
): string[] {
  const all = [...new Set(peers.flatMap((peer) => addressesOf(peer, inventory)))];
  if (all.length <= peerAddressesMax) return all;
  throw new Refusal(
    `Cannot cut off ${host.name} as its peers must have at most ${peerAddressesMax} addresses: found ${all.length}; split the fault`,
  );
}

/** The share of an experiment in words, with a blank behind it; nothing where it is all. */
export function shareOf(experiment: PartRequest['experiment']): string {
  const intensity = intensityOf(experiment);
  return intensity === undefined ? '' : `${shareWords(intensity)} on `;
}
