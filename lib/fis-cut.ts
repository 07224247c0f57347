import { Duration, Token } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Refusal } from '../core/refusal.ts';
import { fisCutParameters } from '../host/fis-parameters.ts';

/** A cut that AWS FIS makes: packets between chosen instances and their peers stop. */
export interface FisCut {
  /** Letters, digits and hyphens; it names the template. */
  readonly name: string;
  /** Ids of the instances on which packets are stopped; each must bear the tag `aerofault:cluster`. */
  readonly instanceIds: readonly string[];
  /** Addresses of the hosts that they lose. */
  readonly peers: readonly string[];
  /**
   * TCP ports, of either end; never 22 or 443.
   *
   * @default - 3001 and 3002: fabric and heartbeat
   */
  readonly ports?: readonly number[];
  /**
   * How long, whole seconds up to an hour.
   *
   * @default - one minute
   */
  readonly hold?: Duration;
  /**
   * Ends the FIS experiment. A fault that is in force goes on to the end of its hold all the same.
   *
   * @default - nothing does
   */
  readonly stopAlarm?: IAlarm;
}

/** What every host needs to be reached; its script refuses them, too (host/common.sh). */
const neverPorts: readonly number[] = [22, 443];
const portMax = 65_535;
const portsMax = 15;
/** The scripts count them, for the pattern cannot. */
const peersMax = 1_000;

/** How long a cut is, in seconds. */
export const holdSecondsOf = ({ hold }: FisCut): number =>
  (hold ?? Duration.minutes(1)).toSeconds({ integral: false });

/**
 * What the document is given for a cut. What is known only when it is deployed is not looked at.
 *
 * @throws Refusal where a host would refuse it, or there is none that could.
 */
export function parametersOf(cut: FisCut): Readonly<Record<string, string>> {
  const { name, peers, ports } = cut;
  const must = noHosts(cut) ?? wrongHold(cut) ?? wrongPeers(cut) ?? wrongPorts(cut);
  if (must !== undefined) throw new Refusal(`Cannot make FIS cut ${name} as ${must}`);
  return {
    HoldSeconds: String(holdSecondsOf(cut)),
    Peers: peers.join(','),
    ...(ports === undefined ? {} : { Ports: ports.join(',') }),
  };
}

const noHosts = ({ instanceIds }: FisCut): string | undefined =>
  instanceIds.length > 0 ? undefined : 'instanceIds must name one at least: found none';

function wrongHold(cut: FisCut): string | undefined {
  const seconds = String(holdSecondsOf(cut));
  return fits('HoldSeconds', seconds)
    ? undefined
    : `hold must be 1 to 3600 whole seconds: found ${seconds}`;
}

function wrongPeers({ peers }: FisCut): string | undefined {
  const wrong = peers.find((peer) => !Token.isUnresolved(peer) && !fits('Peers', peer));
  const isSome = peers.length > 0 && peers.length <= peersMax;
  if (isSome && wrong === undefined) return undefined;
  const found = wrong === undefined ? peers.length : JSON.stringify(wrong);
  return `peers must be 1 to ${peersMax} IPv4 or IPv6 addresses: found ${found}`;
}

function wrongPorts({ ports }: FisCut): string | undefined {
  if (ports === undefined) return undefined;
  const wrong = ports.find(
    (port) => !fits('Ports', String(port)) || port > portMax || neverPorts.includes(port),
  );
  const isSome = ports.length > 0 && ports.length <= portsMax;
  return isSome && wrong === undefined
    ? undefined
    : `ports must be 1 to ${portsMax} from 1 to ${portMax}, other than ${neverPorts.join(' and ')}: found ${wrong ?? ports.length}`;
}

/** A parameter that the document does not have takes nothing. */
function fits(parameter: string, text: string): boolean {
  const known = fisCutParameters[parameter];
  return known !== undefined && new RegExp(known.allowedPattern).test(text);
}
