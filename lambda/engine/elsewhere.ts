import type { RunItem } from '../../core/journal.ts';
import type { Gateways, PlanRecord } from '../gateways.ts';

/**
 * Why nothing that a run did can be looked at, as its cluster is in another account than the one that we act
 * in by now: what is asked there has never heard of the run, and finding nothing would mean nothing. Undefined
 * where it is the same.
 */
export function elsewhere(
  { runId, execution }: Pick<RunItem, 'runId' | 'execution'>,
  record: Pick<PlanRecord, 'account'>,
  { target }: Pick<Gateways, 'target'>,
): string | undefined {
  const home = homeOf(execution);
  const [then, now] = [record.account ?? home, target?.account ?? home];
  if (then === now) return undefined;
  return `Cannot go on with run ${runId} as this deployment must act in account ${then}, where its cluster is, see docs/accounts.md: found that it acts in account ${now}`;
}

/** The account of the deployment, by the ARN of the execution that a run came from. */
function homeOf(execution: string): string {
  const [, , , , account = ''] = execution.split(':');
  return account;
}
