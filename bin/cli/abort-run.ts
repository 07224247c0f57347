import type { Deployment } from './deployment.ts';
import { runIn, startRestore } from './restore-run.ts';
import { runsUnderWay } from './show-status.ts';

/**
 * Ends a run early: closes it, so that nothing more of it is applied and its workflow restores within a
 * slice of the hold, and starts a restore beside, should the workflow be gone. Harmless to repeat.
 *
 * @throws Refusal where there is no such run.
 */
export async function abortRun(deployment: Deployment, runId: string): Promise<string[]> {
  const { life } = await runIn(deployment, runId);
  if (life === 'final') return [`Run ${runId} is over already: final, nothing of it is left.`];
  const close = { kind: 'close', by: 'person', at: Date.now() } as const;
  const { written } = await deployment.journal.write(runId, close);
  const executionArn = await startRestore(deployment, runId);
  const how = written ? `is closed: nothing more of it is applied` : 'was closed already';
  return [`Run ${runId} ${how}. Restoring: ${executionArn}`];
}

/** Every run of the deployment that is not over. */
export async function openRuns(deployment: Deployment): Promise<string[]> {
  const runs = await runsUnderWay(deployment);
  return runs.flatMap(({ life, runId }) => (life === 'final' ? [] : [runId]));
}
