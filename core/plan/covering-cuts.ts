import type { Cut } from '../cut.ts';
import { cheapestCover } from './cheapest-cover.ts';

/**
 * The cuts whose accepting hosts, edited, cover all of them: the fewest hosts, of equally many those with
 * most targets. (Of two sides that is the smaller one, of equal ones the chosen.) One end of each pair
 * will do: what a host does to a connection it does to both directions.
 */
export function coveringCuts(cuts: readonly Cut[], targets: readonly string[]): Cut[] {
  const cutTo = new Map(cuts.flatMap(({ to }, at) => to.map((id) => [id, at])));
  const most = cutTo.size + 1;
  const isTarget = new Set(targets);
  const ends = cuts.map(({ from, to }) => ({
    cost: to.length * most + to.filter((id) => !isTarget.has(id)).length,
    joined: new Set(from.flatMap((id) => cutTo.get(id) ?? [])),
  }));
  const taken = cheapestCover(ends);
  return cuts.filter((_, at) => taken.has(at));
}
