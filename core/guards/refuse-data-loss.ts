import { within } from '../cut.ts';
import { numbersOf } from '../experiment.ts';
import type { Experiment } from '../experiment.ts';
import { partsOf } from '../experiment-parts.ts';
import type { ExperimentPart } from '../experiment-parts.ts';
import { nodesOf } from '../inventory.ts';
import type { Instance, Inventory } from '../inventory.ts';
import { portsOfFault } from '../plan/plan-request.ts';
import { cutsOfFault } from '../plan/request-cuts.ts';
import { Refusal } from '../refusal.ts';
import { namespacesOf, nodeSurveyOf } from '../surveyed.ts';
import type { Namespace } from '../surveyed.ts';
import { predictedSizes } from '../topology/predicted-sizes.ts';

/** Of the nodes at one time of the hold, those that lose the rest. */
interface CutOff {
  /** How many are outside the largest side, at worst. */
  readonly count: number;
  /** Whether they are all of one rack, or a part of one. */
  readonly isOneRack: boolean;
}

/**
 * A copy of every record must stay together: at most `replication-factor − 1` nodes of a namespace, or one
 * rack, may be outside the largest side of the cluster at a time, unless the experiment accepts by the
 * namespace's name what follows from it: lost writes (AP), or partitions that nobody serves (SC).
 *
 * Counted are cuts of fabric or heartbeat between nodes, whole or of a share, and services held; not one
 * link of several, and no cut of clients or of XDR. Parts of a sequence count together while they are on
 * together.
 *
 * @throws Refusal where too many nodes are cut off, or nodes did not tell their namespaces.
 */
export function refuseDataLoss(experiment: Experiment, inventory: Inventory, runId: string): void {
  const worst = cutOffTimes(experiment, inventory, runId);
  if (worst.every(({ count }) => count === 0)) return;
  refuseUntold(inventory);
  for (const namespace of namespacesOf(inventory)) {
    if (isAccepted(namespace, experiment)) continue;
    for (const cutOff of worst) refuseTooMany(cutOff, namespace, inventory);
  }
}

function isAccepted({ name, strong }: Namespace, experiment: Experiment): boolean {
  const { acceptDataLoss = [], acceptUnavailable = [] } = experiment;
  return (strong ? acceptUnavailable : acceptDataLoss).includes(name);
}

function refuseTooMany(
  { count, isOneRack }: CutOff,
  { name, replicationFactor, strong }: Namespace,
  inventory: Inventory,
): void {
  if (isOneRack || count < replicationFactor) return;
  const field = strong ? 'acceptUnavailable' : 'acceptDataLoss';
  const all = nodesOf(inventory).length;
  throw new Refusal(
    `Cannot cut off ${count} of ${all} nodes of "${inventory.cluster}" as at most ${replicationFactor - 1} or one rack must lose the rest, for namespace ${name} has replication factor ${replicationFactor}: found ${count}; say "${field}": ["${name}"] if that is meant`,
  );
}

function refuseUntold(inventory: Inventory): void {
  const silent = nodesOf(inventory).find(
    ({ id }) => nodeSurveyOf(id, inventory)?.namespaces === undefined,
  );
  if (silent === undefined) return;
  throw new Refusal(
    `Cannot tell what cutting off nodes of "${inventory.cluster}" would lose as every node must tell its namespaces: found nothing of them from ${silent.name}`,
  );
}

/** How many are cut off whenever a part begins, with all that is on then. */
function cutOffTimes(experiment: Experiment, inventory: Inventory, runId: string): CutOff[] {
  const parts = partsOf(experiment);
  return parts.map(({ window: { startMs } }) => {
    const on = parts.filter(({ window }) => window.startMs <= startMs && startMs < window.endMs);
    return cutOffBy(
      on.map((part) => lossOf(part, inventory, runId)),
      inventory,
    );
  });
}

/** What one part takes from the cluster: whole nodes, or what passes between nodes. */
interface PartLoss {
  readonly held: readonly string[];
  readonly isApart: (from: string, to: string) => boolean;
}

function lossOf({ experiment }: ExperimentPart, inventory: Inventory, runId: string): PartLoss {
  const { fault } = experiment;
  const none = { held: [], isApart: () => false };
  const holds = fault.kind === 'service-stop' || fault.kind === 'service-freeze';
  if (fault.kind !== 'partition' && !(holds && fault.of === 'cluster')) return none;
  const ports = portsOfFault(experiment);
  const { cuts, targets } = cutsOfFault({ experiment, inventory, runId, ports });
  if (holds) return { ...none, held: targets };
  const between = numbersOf(['fabric', 'heartbeat'], experiment).filter((port) =>
    ports.includes(port),
  );
  const isCut = within(cuts);
  return {
    ...none,
    isApart: (from, to) => between.some((port) => isCut({ from, to, port })),
  };
}

function cutOffBy(losses: readonly PartLoss[], inventory: Inventory): CutOff {
  const nodes = nodesOf(inventory);
  const held = new Set(losses.flatMap((loss) => loss.held));
  const up = nodes.filter(({ id }) => !held.has(id));
  const isApart = ({ id: one }: Instance, { id: other }: Instance): boolean =>
    losses.some((loss) => loss.isApart(one, other) || loss.isApart(other, one));
  const apart = up
    .map((node) => ({ nodes: [node], lost: up.filter((other) => isApart(node, other)) }))
    .filter(({ lost }) => lost.length > 0);
  const { sizes, otherSizes } = predictedSizes(up, apart);
  const largest = Math.min(Math.max(0, ...sizes), ...otherSizes);
  return {
    count: nodes.length - largest,
    isOneRack: isInOneRack({ nodes, held, isApart, largest }, inventory),
  };
}

/** The sides of the cluster, by what each node still hears; only sides that wholly lose each other count. */
function isInOneRack(
  {
    nodes,
    held,
    isApart,
    largest,
  }: {
    readonly nodes: readonly Instance[];
    readonly held: ReadonlySet<string>;
    readonly isApart: (one: Instance, other: Instance) => boolean;
    readonly largest: number;
  },
  inventory: Inventory,
): boolean {
  const rackOf = ({ id }: Instance): number => nodeSurveyOf(id, inventory)?.rack ?? 0;
  const isAware = new Set(nodes.map(rackOf)).size > 1 && !nodes.map(rackOf).includes(0);
  if (!isAware) return false;
  const up = nodes.filter(({ id }) => !held.has(id));
  return up.some((node) => {
    const side = up.filter((other) => !isApart(node, other));
    const others = nodes.filter((other) => !side.includes(other));
    const isWhole = side.every((one) => side.every((other) => !isApart(one, other)));
    return side.length === largest && isWhole && new Set(others.map(rackOf)).size === 1;
  });
}
