import type { Experiment } from '../../experiment.ts';
import { nodesOf } from '../../inventory.ts';
import type { Instance, Inventory, Survey } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';
import { isHostStep } from '../../step.ts';
import type { HostStep } from '../../step.ts';
import { nodeSurveyOf, surveyOf } from '../../surveyed.ts';
import { isOlder } from '../../version.ts';
import type { Plan } from '../plan.ts';

/** The first SSM agent that hands parameters to scripts as environment variables, unread by a shell. */
export const agentOldest = '3.3.2746.0';

/** How far a host's clock may be from ours, in milliseconds, when hosts are to switch together. */
export const clockOffMaxMs = 250;

/** A host that a script changes something on, by its own word. */
interface Asked {
  readonly host: Instance;
  readonly survey: Survey;
  readonly steps: readonly HostStep[];
}

/** Why a host will not do, as the end of a sentence; undefined when it will. */
type Guard = (asked: Asked) => string | undefined;

/**
 * Holds the plan against what its hosts said of themselves. A host that said nothing is not judged here.
 *
 * @throws Refusal that names the host, what is wrong with it, and what to do.
 */
export function refuseUnfitHosts(plan: Plan, experiment: Experiment, inventory: Inventory): void {
  refuseFlappingWhereStrong(plan, experiment, inventory);
  for (const asked of askedHosts(plan, inventory)) {
    const [must] = guards.flatMap((guard) => guard(asked) ?? []);
    if (must === undefined) continue;
    throw new Refusal(`Cannot change ${asked.host.name} as ${must}`);
  }
}

function askedHosts({ hosts, steps }: Plan, inventory: Inventory): Asked[] {
  return inventory.instances.flatMap((host) => {
    const survey = surveyOf(host.id, inventory);
    if (survey === undefined || !hosts.includes(host.id)) return [];
    const own = steps.filter(isHostStep).filter(({ instanceId }) => instanceId === host.id);
    return [{ host, survey, steps: own }];
  });
}

const byFilter = ({ steps }: Asked): Extract<HostStep, { ports: number[] }>[] =>
  steps.filter((step) => step.kind === 'host-cut' || step.kind === 'host-reroute');

const guards: readonly Guard[] = [
  ({ survey: { findings } }) => {
    const first = findings.find(({ refuses }) => refuses);
    return first && `its host must allow it: found "${plain(first.says)}"`;
  },
  ({ survey: { agent } }) =>
    agent !== undefined && isOlder(agent, agentOldest)
      ? `its SSM agent must be ${agentOldest} or newer: found ${agent}; update it (AWS-UpdateSSMAgent)`
      : undefined,
  ({ survey: { clock }, steps }) =>
    clock !== undefined && steps.length > 0 && isFarOff(clock)
      ? `its clock must be within ${clockOffMaxMs} ms of ours: found ${Math.round(clock.offsetMs)} ms, give or take ${Math.round(clock.errorMs)}; set up chrony`
      : undefined,
  (asked) =>
    byFilter(asked).length > 0 && lacks(asked, 'iptables') && lacks(asked, 'nft')
      ? 'iptables or nft must be installed: found neither; install one (dnf install iptables-nft, apt-get install iptables)'
      : undefined,
  (asked) =>
    byFilter(asked).some(({ filter }) => filter === 'nft') && lacks(asked, 'nft')
      ? 'nft must be installed: found it missing; install it (dnf install nftables, apt-get install nftables)'
      : undefined,
  (asked) =>
    byFilter(asked).some(({ filter }) => filter === undefined) &&
    byFilter(asked).some(({ peers }) => peers.some((peer) => peer.includes(':'))) &&
    lacks(asked, 'ip6tables')
      ? 'ip6tables must be installed where peers have addresses of IPv6: found it missing'
      : undefined,
  (asked) =>
    asked.steps.some(({ kind }) => kind === 'host-route') &&
    lacks(asked, 'ip') &&
    lacks(asked, 'busybox')
      ? 'ip or busybox must be installed: found neither; install one (dnf install iproute, apt-get install iproute2)'
      : undefined,
  (asked) => {
    const flapping = byFilter(asked).find((step) => step.flapping !== undefined);
    if (flapping === undefined) return undefined;
    const needed = flapping.filter === 'nft' ? 'nft-time' : 'time';
    return asked.survey.abilities.includes(needed)
      ? undefined
      : `its kernel must keep the time for what flaps: found it lacks the ${flapping.filter ?? 'iptables'} match for time`;
  },
  (asked) => {
    const missing = neededAbilities(asked).find((one) => !asked.survey.abilities.includes(one));
    return missing && `its kernel must know ${missing}: found that it does not`;
  },
];

const lacks = ({ survey: { tools } }: Asked, tool: string): boolean => !tools.includes(tool);

const isFarOff = ({ offsetMs, errorMs }: NonNullable<Survey['clock']>): boolean =>
  Math.abs(offsetMs) - errorMs > clockOffMaxMs;

type Ability = Survey['abilities'][number];

/** What iptables needs of the kernel; asked only of a host on which anything could be tried at all. */
function neededAbilities(asked: Asked): Ability[] {
  if (asked.survey.abilities.length === 0) return [];
  const shared = byFilter(asked).filter(({ filter }) => filter === undefined);
  return shared.flatMap((step): Ability[] => {
    const nat: Ability[] = step.kind === 'host-reroute' ? ['nat'] : [];
    if (step.intensity === undefined) return nat;
    const isHashed =
      step.kind === 'host-cut' &&
      step.intensity.per === 'connection' &&
      step.intensity.percent !== undefined;
    return [...nat, isHashed ? 'u32' : 'statistic'];
  });
}

/** Each return of a node may cost availability again where partitions are owned by roster. */
function refuseFlappingWhereStrong(
  { steps }: Plan,
  { allowFlapping = false }: Experiment,
  inventory: Inventory,
): void {
  if (allowFlapping || !steps.some((step) => 'flapping' in step && step.flapping !== undefined)) {
    return;
  }
  const strong = nodesOf(inventory).flatMap(({ id }) => nodeSurveyOf(id, inventory)?.strong ?? []);
  const [namespace] = strong;
  if (namespace === undefined) return;
  throw new Refusal(
    `Cannot let links flap on "${inventory.cluster}" as an experiment must say allowFlapping for namespaces with strong consistency: found ${namespace}, whose partitions may come out dead`,
  );
}

/** Other people's text, as the end of a sentence. */
const plain = (says: string): string => says.replaceAll(/\s+/g, ' ').replace(/[.\s]+$/, '');
