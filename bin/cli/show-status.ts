import type { Deployment } from './deployment.ts';
import { runIn } from './restore-run.ts';
import { runLines } from './run-lines.ts';

/**
 * How a run stands; without one, every run that is not final, was until an hour ago, or holds a cluster.
 *
 * @throws Refusal where the run that is asked for is not there.
 */
export async function statusLines(deployment: Deployment, runId?: string): Promise<string[]> {
  if (runId !== undefined) return runLines(await runIn(deployment, runId));
  const { journal } = deployment;
  const holders = (await journal.locks()).map((lock) => lock.runId);
  const runIds = [...new Set([...(await journal.watchedRuns()), ...holders])].toSorted();
  const runs = await Promise.all(runIds.map((id) => journal.read(id)));
  const lines = runs.flatMap((run) => (run === undefined ? [] : runLines(run)));
  return lines.length > 0 ? lines : ['No run is under way, and none ended within the last hour.'];
}
