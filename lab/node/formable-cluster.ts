import { chooseCluster } from './clique.ts';
import { hasSame, isOrphan } from './neighbours.ts';
import type { Neighbours } from './neighbours.ts';

/**
 * The cluster that an orphan may form at `now`, highest id first, or `undefined`.
 *
 * Only the highest of the orphans in sight forms one, and only when exactly those that belong in it have
 * asked. An orphan that sees others, of whom none can be with it, waits.
 */
export function formableCluster(
  self: string,
  neighbours: Neighbours,
  { pending, now }: { readonly pending: ReadonlySet<string>; readonly now: number },
): readonly string[] | undefined {
  const orphans = neighbours.fresh(now).filter(isOrphan);
  const ids = orphans.map((pulse) => pulse.id);
  const { chosen } = chooseCluster(ids, self, neighbours.adjacency(self));
  const isAloneAmongOrphans = chosen.length === 1 && orphans.length > 0;
  const haveAllAsked = hasSame(chosen, [...pending, self]);
  return haveAllAsked && !isAloneAmongOrphans && chosen[0] === self ? chosen : undefined;
}
