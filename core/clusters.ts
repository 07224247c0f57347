import type { Change } from './observation.ts';

/** One cluster as its members reported it: who, how many they believe to be, under which key. */
export interface ClusterSeen {
  readonly at: number;
  readonly key: string;
  readonly size: number;
  readonly nodes: readonly string[];
}

/** The changes one node recorded. */
export interface NodeChanges {
  readonly node: string;
  readonly changes: readonly Change[];
}

/** How the nodes were grouped from `at` on; a node that did not answer is in none. */
export interface Grouping {
  readonly at: number;
  readonly groups: readonly Omit<ClusterSeen, 'at'>[];
}

/** Every cluster that was seen, by when its first member reported it. */
export function clustersSeen(recorded: readonly NodeChanges[]): ClusterSeen[] {
  const seen = new Map<string, { at: number; key: string; size: number; nodes: Set<string> }>();
  for (const { at, node, size, key } of sizesInOrder(recorded)) {
    const known = seen.get(`${key}/${size}`) ?? { at, key, size, nodes: new Set() };
    known.nodes.add(node);
    seen.set(`${key}/${size}`, known);
  }
  return [...seen.values()].map((one) => ({ ...one, nodes: [...one.nodes].toSorted() }));
}

/** The grouping of all nodes after each change, in order of time. */
export function groupings(recorded: readonly NodeChanges[]): Grouping[] {
  const now = new Map<string, { key: string; size: number }>();
  return inOrder(recorded).map(({ at, node, seen }) => {
    if (seen === undefined) now.delete(node);
    else now.set(node, seen);
    return { at, groups: grouped(now) };
  });
}

/** The first instant from `since` on at which the nodes formed clusters of exactly `sizes`. */
export function firstGroupedAs(
  sizes: readonly number[],
  recorded: readonly NodeChanges[],
  since: number,
): number | undefined {
  const wanted = sizes.toSorted((a, b) => a - b).join();
  const all = groupings(recorded);
  const before = all.findLast(({ at }) => at <= since);
  const candidates = all.filter(({ at }) => at > since);
  if (before !== undefined && sizesOf(before.groups).join() === wanted) return since;
  return candidates.find(({ groups }) => sizesOf(groups).join() === wanted)?.at;
}

/** Sizes that the members agree on and that match their number, ascending; 0 marks any that do not. */
export function sizesOf(groups: readonly Omit<ClusterSeen, 'at'>[]): number[] {
  return groups
    .map(({ size, nodes }) => (size === nodes.length ? size : 0))
    .toSorted((a, b) => a - b);
}

/** Nodes grouped by the cluster key they report. */
export function grouped(
  now: ReadonlyMap<string, { key: string; size: number }>,
): Omit<ClusterSeen, 'at'>[] {
  const groups = new Map<string, { key: string; size: number; nodes: string[] }>();
  for (const [node, { key, size }] of now) {
    const group = groups.get(`${key}/${size}`) ?? { key, size, nodes: [] };
    group.nodes.push(node);
    groups.set(`${key}/${size}`, group);
  }
  return [...groups.values()].map((one) => ({ ...one, nodes: one.nodes.toSorted() }));
}

function inOrder(
  recorded: readonly NodeChanges[],
): { at: number; node: string; seen: { key: string; size: number } | undefined }[] {
  return recorded
    .flatMap(({ node, changes }) =>
      changes.map(([at, size, key = '']) => ({
        at,
        node,
        seen: size === null ? undefined : { key, size },
      })),
    )
    .toSorted((left, right) => left.at - right.at);
}

function sizesInOrder(
  recorded: readonly NodeChanges[],
): { at: number; node: string; size: number; key: string }[] {
  return inOrder(recorded).flatMap(({ at, node, seen }) =>
    seen === undefined ? [] : [{ at, node, ...seen }],
  );
}
