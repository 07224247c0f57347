import { compareIds, succession } from './node-id.ts';

/** Whom each node says it hears. */
export type Adjacency = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Says which nodes to leave out so that all that remain hear each other, seen from `self`.
 *
 * Self stays. Whoever has no link both ways with self goes first; then, while any pair is left that
 * does not hear each other, the node that misses most, of equals the lowest id. (Row K: of A1 and A2,
 * who do not hear each other, A3 leaves out A1.)
 */
export function leftOut(nodes: readonly string[], self: string, adjacency: Adjacency): string[] {
  const apart = (a: string, b: string) => a !== b && !isLinked(a, b, adjacency);
  const out = nodes.filter((node) => nodes.includes(self) && apart(node, self));
  for (;;) {
    const rest = nodes.filter((node) => !out.includes(node));
    const [worst] = rest
      .filter((node) => node !== self)
      .map((node) => ({ node, missing: rest.filter((other) => apart(node, other)).length }))
      .filter(({ missing }) => missing > 0)
      .toSorted((a, b) => b.missing - a.missing || compareIds(a.node, b.node));
    if (worst === undefined) return out;
    out.push(worst.node);
  }
}

function isLinked(a: string, b: string, adjacency: Adjacency): boolean {
  return (adjacency.get(a)?.has(b) ?? false) && (adjacency.get(b)?.has(a) ?? false);
}

/** Sorts the nodes that would make a cluster with `self` into those that can be in it and those left out. */
export function chooseCluster(
  ids: readonly string[],
  self: string,
  adjacency: Adjacency,
): { readonly chosen: readonly string[]; readonly evicted: readonly string[] } {
  const wanted = succession([...ids, self]);
  const evicted = leftOut(wanted, self, adjacency);
  return { chosen: wanted.filter((id) => !evicted.includes(id)), evicted };
}
