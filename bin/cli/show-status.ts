import type { RunItem } from '../../core/journal.ts';
import type { Deployment } from './deployment.ts';

/** Every run that is not final, was until an hour ago, or holds a cluster. */
export async function runsUnderWay({ journal }: Deployment): Promise<RunItem[]> {
  const holders = (await journal.locks()).map((lock) => lock.runId);
  const runIds = [...new Set([...(await journal.watchedRuns()), ...holders])].toSorted();
  const runs = await Promise.all(runIds.map((id) => journal.read(id)));
  return runs.flatMap((run) => run ?? []);
}
