/**
 * Restores every run there is, so that the stack can go.
 *
 * Started by the guard of the stack's deletion. First it shuts the journal to new runs, then it closes and
 * looks at every run that is not final, again and again, until a list made late enough to be whole has none,
 * or time is up. Where a run is left the journal is opened again and nothing may be deleted. It does not
 * cover final runs whose late recheck goes with the sweeper, nor whoever deletes past the guard.
 */
import type { RunItem } from '../../core/journal.ts';
import type { Gateways } from '../gateways.ts';
import { scriptWaitSeconds } from './arming.ts';
import { awaitAll } from './await-all.ts';
import { look } from './restore.ts';

/** How long the journal stays shut if nobody opens it again: longer than the rest of a deletion takes. */
const shutMs = 30 * 60 * 1000;
/** A look takes as long as a silent host is waited for, so none begins that could not end in time. */
const longestLookMs = 1000 * scriptWaitSeconds;
const pauseMs = 1_000;
const failedPauseMs = 5_000;

/** A run after a look: whether it is over, when to look again in epoch milliseconds, and what was found. */
interface Looked {
  readonly run: RunItem;
  readonly final: boolean;
  readonly lookAt: number;
  readonly says: string;
}

/**
 * Restores every run, until an instant (epoch milliseconds) at most.
 *
 * @throws Error that names each run that is left, and when to try again.
 */
export async function restoreAll(until: number, gateways: Gateways): Promise<{ restored: number }> {
  const { journal, clock } = gateways;
  await journal.shut(clock.now() + shutMs);
  try {
    return await restoreEach(until, gateways);
  } catch (error) {
    await journal.shut(0);
    throw error;
  }
}

async function restoreEach(until: number, gateways: Gateways): Promise<{ restored: number }> {
  const { clock, timing } = gateways;
  const wholeFrom = clock.now() + 1000 * timing.staleSeconds;
  const restored = new Set<string>();
  for (;;) {
    const listedAt = clock.now();
    const runs = await openRuns(gateways);
    if (runs.length === 0 && listedAt >= wholeFrom) return { restored: restored.size };
    const looked = await awaitAll(runs.map((run) => lookAtRun(run, gateways)));
    for (const { run } of looked) restored.add(run.runId);
    const left = looked.filter(({ final }) => !final);
    const nextAt = left.length > 0 ? Math.min(...left.map(({ lookAt }) => lookAt)) : wholeFrom;
    const wakeAt = Math.max(nextAt, clock.now() + pauseMs);
    if (left.length > 0 && wakeAt + longestLookMs > until) refuseLeft(left);
    await clock.sleep(wakeAt - clock.now());
  }
}

async function openRuns({ journal }: Gateways): Promise<RunItem[]> {
  const ids = await journal.watchedRuns();
  const runs = await Promise.all(ids.map((runId) => journal.read(runId)));
  return runs.flatMap((run) => (run === undefined || run.life === 'final' ? [] : [run]));
}

/** A look that fails is a run that is left: the next one may do better. */
async function lookAtRun(run: RunItem, gateways: Gateways): Promise<Looked> {
  try {
    const { final, lookAt, says } = await look(run.runId, 'person', gateways);
    return { run, final, lookAt: Date.parse(lookAt), says };
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return { run, final: false, lookAt: gateways.clock.now() + failedPauseMs, says };
  }
}

/** Most runs that a reason tells of; CloudFormation shows little of a long one. */
const toldMax = 3;

function refuseLeft(left: readonly Looked[]): never {
  const told = left
    .slice(0, toldMax)
    .map(({ run, says }) => `run ${run.runId} on cluster "${run.cluster}": ${says}`);
  const more = left.length > toldMax ? [`and ${left.length - toldMax} more`] : [];
  throw new Error(
    `Cannot delete the stack as every run must be over and restored: found ${[...told, ...more].join('; ')}. Nothing was deleted and restoring goes on; delete the stack again once the restore machine, started with {"runId": "${left[0]?.run.runId}"}, ends as Done`,
  );
}
