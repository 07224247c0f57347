import type { RunItem } from '../../core/journal.ts';
import type { Deployment } from './deployment.ts';

/** Every run that is not final, was until an hour ago, or holds a cluster. */
export async function runsUnderWay(deployment: Deployment): Promise<RunItem[]> {
  const runIds = await runIdsUnderWay(deployment);
  const runs = await Promise.all(runIds.map((id) => deployment.journal.read(id)));
  return runs.flatMap((run) => run ?? []);
}

/** The ids of the same, without a look at them. */
export async function runIdsUnderWay({ journal }: Deployment): Promise<string[]> {
  const holders = (await journal.locks()).map((lock) => lock.runId);
  return [...new Set([...(await journal.watchedRuns()), ...holders])].toSorted();
}
