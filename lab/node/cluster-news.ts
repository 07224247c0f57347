import type { Pulse } from './messages.ts';
import { isOrphan } from './neighbours.ts';
import { compareIds } from './node-id.ts';

/** What it means for a node that another one says it is in another cluster than before, or in none. */
export type ClusterNews =
  | 'leftOutByPrincipal'
  | 'memberOrphaned'
  | 'lowerPrincipalSeen'
  | 'higherPrincipalSeen'
  | 'nothing';

/** Reads a pulse with a changed cluster, seen from `self` in a cluster of `members`, the principal first. */
export function clusterNews(
  pulse: Pulse,
  { self, members }: { readonly self: string; readonly members: readonly string[] },
): ClusterNews {
  if (members[0] !== self) {
    const isLeftOut = pulse.id === members[0] && !pulse.succession.includes(self);
    return isLeftOut ? 'leftOutByPrincipal' : 'nothing';
  }
  const principal = isOrphan(pulse) ? undefined : pulse.succession[0];
  if (principal === undefined) return members.includes(pulse.id) ? 'memberOrphaned' : 'nothing';
  if (principal === self) return 'nothing';
  return compareIds(principal, self) > 0 ? 'higherPrincipalSeen' : 'lowerPrincipalSeen';
}
