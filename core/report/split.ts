/** When the cluster began to split. */
import type { Report } from '../report.ts';

/**
 * When a node first told of a cluster that was not there before the fault, by its own record; null: none did.
 * The whole of the predicted split, once every node has told, is what `timing.inForceAt` waits for.
 */
export function splitAt({
  clusters,
  timing: { injectedAt, restoredAt },
}: Pick<Report, 'clusters' | 'timing'>): number | null {
  if (injectedAt === null) return null;
  const during = clusters.filter(({ at }) => at > injectedAt && at < (restoredAt ?? Infinity));
  return during.length === 0 ? null : Math.min(...during.map(({ at }) => at));
}
