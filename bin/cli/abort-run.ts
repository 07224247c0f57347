import type { Deployment } from './deployment.ts';
import { failureOf } from './failure.ts';
import { runIn, startRestore } from './restore-run.ts';

/** What became of a run that was to be aborted. */
export interface Aborted {
  readonly runId: string;
  readonly became: 'closed' | 'closed already' | 'over already' | 'failed';
  readonly exitCode: number;
}

/**
 * Ends a run early: closes it, so that nothing more of it is applied and its workflow restores within a
 * slice of the hold, and starts a restore beside, should the workflow be gone. Harmless to repeat. Tells
 * each of it as it is done.
 *
 * @throws Refusal where there is no such run.
 */
export async function abortRun(
  deployment: Deployment,
  runId: string,
  tell: (line: string) => void,
): Promise<Aborted> {
  const { life } = await runIn(deployment, runId);
  if (life === 'final') {
    tell(`Run ${runId} is over already: final, nothing of it is left.`);
    return { runId, became: 'over already', exitCode: 0 };
  }
  const close = { kind: 'close', by: 'person', at: Date.now() } as const;
  const { written } = await deployment.journal.write(runId, close);
  const how = written ? `is closed: nothing more of it is applied` : 'was closed already';
  tell(`Run ${runId} ${how}.`);
  const executionArn = await startRestore(deployment, runId);
  tell(`Restoring run ${runId}: ${executionArn}`);
  return { runId, became: written ? 'closed' : 'closed already', exitCode: 0 };
}

/** What is told of one run among many. */
export interface Told {
  readonly runId: string;
  readonly line: string;
  readonly failed: boolean;
}

/**
 * The same for all of these runs at once, but for those that are over: no run waits for another, and what
 * fails with one keeps nobody from the rest.
 */
export async function abortRuns(
  deployment: Deployment,
  runIds: readonly string[],
  tell: (told: Told) => void,
): Promise<Aborted[]> {
  const aborted = runIds.map(async (runId): Promise<Aborted[]> => {
    try {
      if ((await runIn(deployment, runId)).life === 'final') return [];
      return [await abortRun(deployment, runId, (line) => tell({ runId, line, failed: false }))];
    } catch (error) {
      const { says, exitCode } = failureOf(error);
      tell({ runId, line: `Run ${runId}: ${says}`, failed: true });
      return [{ runId, became: 'failed', exitCode }];
    }
  });
  return (await Promise.all(aborted)).flat();
}
