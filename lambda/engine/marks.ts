import { clusterTag, expiresTag, runTag } from '../../core/inventory.ts';
import type { RunItem } from '../../core/journal.ts';
import type { Tags } from '../gateways.ts';

/** What tells the network ACLs that a run made, even where people took one of its tags off. */
export const idsOf = ({ runId, deadlineAt }: RunItem): { runId: string; expires: string } => ({
  runId,
  expires: new Date(deadlineAt).toISOString(),
});

/** The tags of a rule that a run adds: whose it is, and when it should long be gone. */
export function marksOf(run: RunItem): Tags {
  const { runId, expires } = idsOf(run);
  return { [runTag]: runId, [expiresTag]: expires };
}

/** The tags of a group or a network ACL that a run makes: IAM lets it touch none without the cluster's. */
export const marksOfMade = (run: RunItem): Tags => ({ ...marksOf(run), [clusterTag]: run.cluster });
