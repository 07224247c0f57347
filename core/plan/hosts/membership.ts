import { within } from '../../cut.ts';
import { numbersOf } from '../../experiment.ts';
import { nodesOf } from '../../inventory.ts';
import type { Instance } from '../../inventory.ts';
import { predictedSizes } from '../../topology/predicted-sizes.ts';
import type { Loss } from '../../topology/split.ts';
import type { PartRequest } from '../plan-request.ts';
import type { FaultCuts } from '../request-cuts.ts';

/** What is on for less changes no membership; for so long it does (measured: rows R and R2). */
const membershipSeconds = 2;
/** By then every node has said so, at the usual heartbeat (measured: rows D to H and Q). */
const surelySeconds = 3;

/** A part of a plan, and what it stops. */
export interface Stopping {
  readonly request: PartRequest;
  readonly fault: FaultCuts;
}

/** How long something is on without a break, in seconds. */
function onSecondsOf({ experiment, window }: PartRequest): number {
  const seconds = (window.endMs - window.startMs) / 1000;
  return Math.min(seconds, experiment.flapping?.onSeconds ?? seconds);
}

/** Whether a part is such that nodes may leave the cluster for it. */
function mayMoveNodes({ request, fault }: Stopping): boolean {
  const { experiment } = request;
  switch (experiment.fault.kind) {
    case 'service-stop':
    case 'service-freeze':
      return experiment.fault.of === 'cluster';
    case 'partition': {
      const heartbeat = numbersOf(['heartbeat'], experiment);
      return fault.cuts.some(({ ports }) => heartbeat.some((port) => ports.includes(port)));
    }
    case 'client-cut':
    case 'xdr-cut':
    case 'link-down':
    case 'reroute':
    case 'xdr-pause':
      return false;
  }
}

/**
 * Whether a part should make nodes leave: all of heartbeat stops for long enough, or the process does. Some
 * packets lost are no split: a node is missed only after ten pulses in a row.
 */
export function movesNodes(part: Stopping): boolean {
  const { experiment } = part.request;
  if (!mayMoveNodes(part)) return false;
  if (experiment.fault.kind === 'service-stop') return true;
  return experiment.intensity === undefined && onSecondsOf(part.request) >= membershipSeconds;
}

/** What the operator should know of a part that may move nodes, and need not. */
export function membershipWarnings(part: Stopping): string[] {
  const { experiment } = part.request;
  const seconds = onSecondsOf(part.request);
  if (!mayMoveNodes(part) || experiment.fault.kind === 'service-stop') return [];
  if (experiment.intensity !== undefined) {
    return ['a share of heartbeat splits no cluster for sure: its size is predicted to stay'];
  }
  if (seconds < membershipSeconds) {
    return [`what is on for ${seconds} s changes no membership: cluster size is predicted to stay`];
  }
  return seconds < surelySeconds
    ? [`what is on for ${seconds} s may be over before all nodes say so: they take 2 to 3 s`]
    : [];
}

/**
 * Sizes of the clusters while one part alone is on; ascending. Of what may move nodes and need not, the
 * experiment's author may know better.
 */
export function sizesOf(part: Stopping): number[] {
  const { experiment, inventory } = part.request;
  if (movesNodes(part)) return part.fault.clusterSizes;
  const expected = mayMoveNodes(part) ? experiment.expect?.clusterSizes : undefined;
  return expected ?? [nodesOf(inventory).length];
}

/** Sizes of the clusters when the first part is on, and all that are on with it; ascending. */
export function sizesAtFirst(parts: readonly Stopping[]): number[] {
  const start = Math.min(...parts.map(({ request }) => request.window.startMs));
  const first = parts.filter(({ request }) => request.window.startMs === start);
  const [one] = first;
  if (one === undefined) return [];
  return first.length === 1 ? sizesOf(one) : sizesTogether(first, one.request);
}

function sizesTogether(parts: readonly Stopping[], { inventory }: PartRequest): number[] {
  const moving = parts.filter(movesNodes);
  const held = new Set(
    moving
      .filter(({ request }) => request.experiment.fault.kind !== 'partition')
      .flatMap(({ fault }) => fault.targets),
  );
  const nodes = nodesOf(inventory).filter(({ id }) => !held.has(id));
  return predictedSizes(nodes, lossesOf(moving, nodes)).sizes;
}

/** One loss for each node that loses any. */
function lossesOf(parts: readonly Stopping[], nodes: readonly Instance[]): Loss[] {
  const isPartition = ({ request }: Stopping): boolean =>
    request.experiment.fault.kind === 'partition';
  const isCut = within(parts.filter(isPartition).flatMap(({ fault }) => fault.cuts));
  const ports = parts.flatMap(({ request }) => numbersOf(['heartbeat'], request.experiment));
  const loses = ({ id: from }: Instance, { id: to }: Instance): boolean =>
    ports.some((port) => isCut({ from, to, port }) && isCut({ from: to, to: from, port }));
  return nodes
    .map((node) => ({ nodes: [node], lost: nodes.filter((other) => loses(node, other)) }))
    .filter(({ lost }) => lost.length > 0);
}
