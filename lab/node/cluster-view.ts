/** What a node says of its cluster to whoever asks; it lags behind what the node knows (see `orphaned`). */
export interface ClusterView {
  readonly size: number;
  /** Hexadecimal; `0` while the node serves nobody. */
  readonly key: string;
  readonly principal: string;
  readonly members: readonly string[];
  readonly isMember: boolean;
  readonly migrateAllowed: boolean;
  /** Set while the node is an orphan that still shows its last cluster. */
  readonly orphanSince: number | undefined;
  readonly generation: number;
  readonly peersGeneration: number;
  readonly rebalances: number;
  readonly rebalancedAt: number | undefined;
  /** From `rebalancedAt` until when partitions move; equal when none do. */
  readonly migratesUntil: number;
}

/** A cluster as it is committed on all its nodes at once. */
export interface Commitment {
  readonly key: string;
  /** Highest id, the principal, first. */
  readonly members: readonly string[];
  readonly migrateMs: number;
}

/** Quantum intervals as an orphan after which a node stops serving. */
const quantaUntilBlocked = 5;

/** The view of a node that has just started: it serves nobody yet. */
export const unclustered: ClusterView = {
  size: 0,
  key: '0',
  principal: '0',
  members: [],
  isMember: false,
  migrateAllowed: false,
  orphanSince: undefined,
  generation: 0,
  peersGeneration: 0,
  rebalances: 0,
  rebalancedAt: undefined,
  migratesUntil: 0,
};

/** The node lost its cluster: it is no member and migrates nothing, but goes on showing its last size. */
export function orphaned(view: ClusterView, now: number): ClusterView {
  const isServing = view.size > 0;
  return {
    ...view,
    isMember: false,
    migrateAllowed: false,
    orphanSince: isServing ? now : undefined,
  };
}

/** An orphan for too long stops serving: size 0, key 0, every partition unavailable, in AP too. */
export function blocked(view: ClusterView, now: number, quantum: number): ClusterView {
  if (view.orphanSince === undefined || now <= view.orphanSince + quantaUntilBlocked * quantum) {
    return view;
  }
  return { ...view, size: 0, key: '0', principal: '0', orphanSince: undefined };
}

/** The node has agreed to a new cluster, whose nodes now tell each other what they hold. */
export function exchanging(view: ClusterView): ClusterView {
  return { ...view, isMember: true, migrateAllowed: false, orphanSince: undefined };
}

/** All nodes of a new cluster are ready: from here on it is what the node shows. */
export function committed(
  view: ClusterView,
  { key, members, migrateMs }: Commitment,
  now: number,
): ClusterView {
  const changedPeers =
    members.filter((id) => !view.members.includes(id)).length +
    view.members.filter((id) => !members.includes(id)).length;
  return {
    size: members.length,
    key,
    principal: members[0] ?? '0',
    members,
    isMember: true,
    migrateAllowed: true,
    orphanSince: undefined,
    generation: view.generation + 1,
    peersGeneration: view.peersGeneration + changedPeers,
    rebalances: view.rebalances + 1,
    rebalancedAt: now,
    migratesUntil: now + migrateMs,
  };
}

const partitionCount = 4096;

/** Partitions that are still to move at `now`: all of 4096 at first, evenly fewer, none at the end. */
export function migrationsLeft(view: ClusterView, now: number): number {
  const { rebalancedAt, migratesUntil } = view;
  if (rebalancedAt === undefined || now >= migratesUntil) return 0;
  return Math.ceil((partitionCount * (migratesUntil - now)) / (migratesUntil - rebalancedAt));
}

/** Partitions nobody serves: every one on a node that serves nobody, none otherwise (AP). */
export function unavailablePartitions(view: ClusterView): number {
  return view.size === 0 ? partitionCount : 0;
}

/**
 * How long partitions move after a change, in milliseconds, from the sizes that the members had before.
 *
 * Measured under load: about 1.5 s after a split, about 5 s after a rejoin; none in a cluster of one and
 * none when the cluster forms for the first time.
 */
export function migrationTime(before: readonly number[], size: number): number {
  const largest = Math.max(0, ...before);
  if (size === 1 || largest === 0) return 0;
  return before.some((earlier) => earlier < size) ? 5000 : 1500;
}
