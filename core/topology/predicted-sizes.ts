import type { Instance } from '../inventory.ts';
import type { Loss } from './split.ts';

/** What should become of a cluster whose heartbeats are cut. */
export interface PredictedSizes {
  /** Ascending; one 0 stands for all nodes that are in no cluster. */
  readonly sizes: number[];
  /** How large a cluster may be instead, where that hangs on which node has the highest node id. */
  readonly otherSizes: number[];
}

/** So many principals of a group are tried, spread over it: more would take long and tell no more. */
const principalsMax = 64;

/** Nodes that lose the same others, as numbers of such sets. */
interface Kind {
  readonly size: number;
  readonly apart: ReadonlySet<number>;
}

/**
 * The clusters that the nodes should form once heartbeat is cut both ways.
 *
 * Nodes that all hear each other form one (measured: rows D to H, P, U of the observed table). Where some of
 * those who hear each other do not hear all, one cluster goes on: the node with the highest id, of all that
 * hear it, leaves out those who miss most until the rest hear each other. Nobody takes the others in, and in
 * sight of a cluster they may form none; they report cluster_size 0 (measured: row K; the rule is that of
 * hb_maximal_clique_evict and clustering_join_or_form_cluster, server 8.1.2.0).
 *
 * Node ids are not in the inventory: the size is the one that most nodes would give if the highest id were
 * theirs. Nor is it known who led before; without that node such a group may end in no cluster, or in several.
 */
export function predictedSizes(
  nodes: readonly Instance[],
  losses: readonly Loss[],
): PredictedSizes {
  const kinds = kindsOf(nodes, losses);
  const groups = hearing(kinds).map((group) => outlookOf(group, kinds));
  const isOneLeftOut = groups.some(({ size, whole }) => size < whole);
  const sizes = groups.map(({ size }) => size).toSorted(ascending);
  const others = groups.flatMap(({ size, whole, others: own }) =>
    size < whole && groups.length > 1 ? [0, ...own] : own,
  );
  return {
    sizes: isOneLeftOut ? [0, ...sizes] : sizes,
    otherSizes: [...new Set(others)].toSorted(ascending),
  };
}

function kindsOf(nodes: readonly Instance[], losses: readonly Loss[]): Kind[] {
  const kindOf = new Map(losses.flatMap((loss, at) => loss.nodes.map(({ id }) => [id, at])));
  const untouched = nodes.length - kindOf.size;
  return [
    ...losses.map((loss) => ({
      size: loss.nodes.length,
      apart: new Set(loss.lost.flatMap(({ id }) => kindOf.get(id) ?? [])),
    })),
    ...(untouched === 0 ? [] : [{ size: untouched, apart: new Set<number>() }]),
  ];
}

/** The kinds in groups that hear each other, directly or by others between them. */
function hearing(kinds: readonly Kind[]): number[][] {
  const groups: number[][] = [];
  const left = new Set(kinds.keys());
  for (const first of left) {
    const group = [first];
    left.delete(first);
    for (const at of group) {
      const heard = [...left].filter((other) => !kinds[at]?.apart.has(other));
      for (const other of heard) left.delete(other);
      group.push(...heard);
    }
    groups.push(group);
  }
  return groups;
}

/** The size of a group's one cluster that most possible principals give, and what others give. */
function outlookOf(
  group: readonly number[],
  kinds: readonly Kind[],
): { size: number; whole: number; others: number[] } {
  const nodesIn = (at: number): number => kinds[at]?.size ?? 0;
  const votes = new Map<number, number>();
  const stride = Math.ceil(group.length / principalsMax);
  for (const principal of group.filter((_, at) => at % stride === 0)) {
    const size = sizeLedBy(principal, group, kinds);
    votes.set(size, (votes.get(size) ?? 0) + nodesIn(principal));
  }
  const [[size] = [0], ...others] = [...votes].toSorted(
    ([a, most], [b, more]) => more - most || b - a,
  );
  return { size, whole: total(group.map(nodesIn)), others: others.map(([other]) => other) };
}

/** A kind goes whole: when one of its nodes misses most, so does the next. */
function sizeLedBy(principal: number, group: readonly number[], kinds: readonly Kind[]): number {
  const sizeOf = (at: number): number => kinds[at]?.size ?? 0;
  const isApart = (one: number, other: number): boolean => kinds[one]?.apart.has(other) ?? false;
  const rest = new Set(group.filter((at) => !isApart(principal, at)));
  const missing = new Map(
    [...rest].map((at) => [at, total([...rest].filter((other) => isApart(at, other)).map(sizeOf))]),
  );
  for (;;) {
    const [worst, most] = largest(missing);
    if (most === 0) return total([...rest].map(sizeOf));
    rest.delete(worst);
    missing.delete(worst);
    for (const [at, count] of missing) {
      if (isApart(at, worst)) missing.set(at, count - sizeOf(worst));
    }
  }
}

function largest(counts: ReadonlyMap<number, number>): readonly [at: number, count: number] {
  let best: readonly [number, number] = [-1, 0];
  for (const one of counts) if (one[1] > best[1]) best = one;
  return best;
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);
const ascending = (left: number, right: number): number => left - right;
