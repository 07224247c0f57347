/** One end of things that must be covered: what it costs to take, and the numbers of the other ends. */
export interface End {
  readonly cost: number;
  readonly joined: ReadonlySet<number>;
}

/** Up to so many ends the cheapest cover is found; beyond, one of at most twice its cost. */
export const exactEndsMax = 24;

/**
 * Takes ends so that of any two that are joined at least one is taken, at the least cost (a minimum weighted
 * vertex cover). Deterministic: the same ends in the same order give the same answer.
 */
export function cheapestCover(ends: readonly End[]): Set<number> {
  return ends.length <= exactEndsMax ? exactCover(ends) : quickCover(ends);
}

function exactCover(ends: readonly End[]): Set<number> {
  return coverBelow(Infinity, new Set(ends.keys()), ends) ?? new Set(ends.keys());
}

/** The cheapest cover of the open ends that costs less than `limit`, if there is one. */
function coverBelow(
  limit: number,
  open: ReadonlySet<number>,
  ends: readonly End[],
): Set<number> | undefined {
  if (limit <= 0) return undefined;
  const [end, joined] = widest(open, ends);
  if (end === undefined) return new Set();
  // Either the end that joins most others is taken, or all those are.
  const one = coverTaking([end], { limit, open: without(open, [end]) }, ends);
  const below = one === undefined ? limit : costOf(one, ends);
  const rest = without(open, [end, ...joined]);
  return coverTaking(joined, { limit: below, open: rest }, ends) ?? one;
}

function coverTaking(
  taken: readonly number[],
  { limit, open }: { limit: number; open: ReadonlySet<number> },
  ends: readonly End[],
): Set<number> | undefined {
  const cover = coverBelow(limit - costOf(taken, ends), open, ends);
  return cover === undefined ? undefined : new Set([...taken, ...cover]);
}

function widest(
  open: ReadonlySet<number>,
  ends: readonly End[],
): readonly [number | undefined, readonly number[]] {
  let most: readonly [number | undefined, readonly number[]] = [undefined, []];
  for (const end of open) {
    const joined = joinedTo(end, open, ends);
    if (joined.length > most[1].length) most = [end, joined];
  }
  return most;
}

/**
 * Lets every uncovered pair pay off the cheaper of its ends, and takes the ends that are paid for (Bar-Yehuda
 * and Even 1981); then gives back those whose pairs are all covered by others, dearest first.
 */
function quickCover(ends: readonly End[]): Set<number> {
  const due = ends.map(({ cost }) => cost);
  ends.forEach(({ joined }, one) => {
    for (const other of joined) {
      const paid = Math.min(due[one] ?? 0, due[other] ?? 0);
      due[one] = (due[one] ?? 0) - paid;
      due[other] = (due[other] ?? 0) - paid;
    }
  });
  const taken = new Set([...ends.keys()].filter((end) => due[end] === 0));
  const dearestFirst = [...taken].toSorted(
    (a, b) => costOf([b], ends) - costOf([a], ends) || b - a,
  );
  for (const end of dearestFirst) {
    if (joinedTo(end, taken, ends).length === ends[end]?.joined.size) taken.delete(end);
  }
  return taken;
}

const joinedTo = (end: number, among: ReadonlySet<number>, ends: readonly End[]): number[] =>
  [...(ends[end]?.joined ?? [])].filter((other) => among.has(other));

const costOf = (taken: Iterable<number>, ends: readonly End[]): number =>
  [...taken].reduce((sum, end) => sum + (ends[end]?.cost ?? 0), 0);

const without = (open: ReadonlySet<number>, gone: readonly number[]): Set<number> =>
  new Set([...open].filter((end) => !gone.includes(end)));
