/**
 * The sweeper: the way out that needs neither workflow, schedule nor event.
 *
 * Started every five minutes. Works from three lists (protocol rule 15): locks whose run is final, runs not
 * final after their deadline, and runs that became final a short while ago. Ends when it has been through
 * them; it does not cover a journal that cannot be read. A run that is stuck, or that it made final, has its
 * report with that round; one that others made final with the first round in which nobody else is awaited to.
 */
import type { RunItem } from '../../core/journal.ts';
import { afterRecheck, mayRelease, sweepTask } from '../../core/protocol.ts';
import { Stuck } from '../../core/refusal.ts';
import type { Delivery, ReportingGateways } from '../delivery.ts';
import type { Gateways } from '../gateways.ts';
import { awaitAll } from './await-all.ts';
import { elsewhere } from './elsewhere.ts';
import { fewAtOnce } from './few-at-once.ts';
import { leaveReport } from './leave-report.ts';
import type { Ended } from './leave-report.ts';
import { look } from './restore.ts';
import { lookAtStep, lookedAt } from './steps.ts';
import { writeReport } from './write-report.ts';

/** A run that a round could not end, or not look at. */
export interface NotSwept {
  readonly runId: string;
  readonly why: string;
  /** The error's name: `Stuck` where a person is needed. */
  readonly error: string;
}

/** What a round came to. */
export interface Swept {
  readonly looked: number;
  readonly failed: readonly NotSwept[];
}

/** Runs that are looked at side by side: one with a silent host takes half a minute, and the Lambda has two. */
const sideBySide = 5;

/**
 * One round of the sweeper. One run that fails does not keep it from the others; `tell` hears of it at once,
 * for a round may be cut short by its Lambda's time. So locks come first, which take no time, then what may
 * still be in force.
 */
export async function sweep(
  all: ReportingGateways,
  tell: (failed: NotSwept) => void = () => {},
): Promise<Swept> {
  const gateways = { ...all, delivery: untilItFails(all.delivery) };
  const tryUntil = gateways.clock.now() + (1000 * gateways.timing.lambdaSeconds) / 2;
  const failed: NotSwept[] = [];
  const noting: Noting =
    (runId) =>
    (error): undefined => {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const one = { runId, why: message, error: name };
      failed.push(one);
      tell(one);
    };
  const orphans = releaseOrphans(gateways, noting);
  await Promise.allSettled([orphans]);
  const runIds = await gateways.journal.watchedRuns();
  const runs = await readEach(runIds, gateways, noting);
  const ended: Ended[] = [];
  for (const some of [notFinal(runs), alreadyFinal(runs)]) {
    await fewAtOnce(some, sideBySide, async ({ runId }) => {
      const end = await sweepRun(runId, gateways).catch(noting(runId));
      if (end !== undefined) ended.push(end);
    });
  }
  // One after the other, so that a bucket or bus that fails one of them is not waited for by the next.
  for (const end of ended) await settle(end, tryUntil, gateways).catch(noting(end.runId));
  await orphans; // Locks that cannot be listed fail the round, but no restore.
  return { looked: runIds.length, failed };
}

/** Takes down why something of a run failed, and lets the round go on. */
type Noting = (runId: string) => (error: unknown) => undefined;

async function readEach(
  runIds: readonly string[],
  { journal }: Gateways,
  noting: Noting,
): Promise<RunItem[]> {
  const runs: RunItem[] = [];
  for (const runId of runIds) {
    const run = await journal.read(runId).catch(noting(runId));
    if (run !== undefined) runs.push(run);
  }
  return runs;
}

/** The latest first: those before it have been tried in vain. */
const notFinal = (runs: readonly RunItem[]): RunItem[] =>
  runs
    .filter(({ life }) => life !== 'final')
    .toSorted((left, right) => right.deadlineAt - left.deadlineAt);

/** The oldest first: they are the next to be struck off the list. */
const alreadyFinal = (runs: readonly RunItem[]): RunItem[] =>
  runs
    .filter(({ life }) => life === 'final')
    .toSorted((left, right) => (left.finalAt ?? 0) - (right.finalAt ?? 0));

/** Reads the run anew: what is known of it may be minutes old by now. Answers where it is final now. */
async function sweepRun(runId: string, gateways: ReportingGateways): Promise<Ended | undefined> {
  const run = await gateways.journal.read(runId);
  if (run === undefined) return undefined;
  const task = sweepTask(run, gateways.clock.now());
  if (task === 'recheck') return recheck(run, gateways);
  return task === 'restore' ? restoreUnderLock(run, gateways) : undefined;
}

/**
 * A run that another round has just taken back from `final` may have lost the lock again, to whoever still
 * thought it final: it is held anew, by its later version, or the run waits until the cluster is free.
 */
async function restoreUnderLock(
  run: RunItem,
  gateways: ReportingGateways,
): Promise<Ended | undefined> {
  const { runId, cluster, version } = run;
  if (run.life === 'closed') {
    const holder = await gateways.journal.takeLock(cluster, runId, version);
    if (holder !== runId) return undefined;
  }
  return restoreOrReport(runId, gateways);
}

/** Where the sweeper is the way out that cannot end a run, it leaves the run's report at once. */
async function restoreOrReport(
  runId: string,
  gateways: ReportingGateways,
): Promise<Ended | undefined> {
  try {
    const { final } = await look(runId, 'sweeper', gateways);
    return final ? { runId, here: true, isLast: false } : undefined;
  } catch (error) {
    if (error instanceof Stuck) await writeReport(runId, undefined, gateways);
    throw error;
  }
}

/** The report of a final run, and the end of the watch on it: none is struck off before. */
async function settle(end: Ended, tryUntil: number, gateways: ReportingGateways): Promise<void> {
  await leaveReport(end, tryUntil, gateways);
  if (end.isLast) await gateways.journal.unwatch(end.runId);
}

/** A service that fails one run's report is not waited for with the next one, for restoring has its time too. */
function untilItFails(delivery: Delivery): Delivery {
  const failed: { keep?: unknown; announce?: unknown } = {};
  const once =
    <Args extends readonly unknown[], Value>(
      what: keyof typeof failed,
      act: (...args: Args) => Promise<Value>,
    ) =>
    async (...args: Args): Promise<Value> => {
      if (failed[what] !== undefined) throw failed[what];
      try {
        return await act(...args);
      } catch (error) {
        failed[what] = error;
        throw error;
      }
    };
  return {
    ...delivery,
    keep: once('keep', (folder, files) => delivery.keep(folder, files)),
    announce: once('announce', (detail) => delivery.announce(detail)),
  };
}

/** Looks again at a final run. A find means a bound was broken: take the lock, go back, restore. */
async function recheck(run: RunItem, gateways: ReportingGateways): Promise<Ended | undefined> {
  const { journal, clock } = gateways;
  const ours = await leftOf(run, gateways);
  const next = afterRecheck({ ours }, run, clock.now());
  if (next !== 'reopen') return { runId: run.runId, here: false, isLast: next === 'strike off' };
  const holder = await journal.takeLock(run.cluster, run.runId, run.version);
  if (holder !== run.runId) return undefined; // Busy: tried again next time, never struck off.
  const reopened = await journal.write(run.runId, { kind: 'reopen-restore', at: clock.now() });
  return reopened.item === undefined ? undefined : restoreUnderLock(reopened.item, gateways);
}

/**
 * How many steps of the run are in force. @throws where one of them cannot be looked at. Of a run whose account
 * we act in no more that is told for as long as it is watched, and then no longer waited for.
 */
async function leftOf(run: RunItem, gateways: Gateways): Promise<number> {
  const { runId } = run;
  const record = await gateways.journal.plan(runId);
  if (record === undefined) return 0;
  const isLast = afterRecheck({ ours: 0 }, run, gateways.clock.now()) === 'strike off';
  if (isLast && elsewhere(run, record, gateways) !== undefined) return 0;
  const looked = lookedAt(run, record, gateways);
  const seen = await awaitAll(looked.steps.map((step) => lookAtStep(step, looked, gateways)));
  const unknown = seen.find(({ kind }) => kind === 'unknown');
  if (unknown !== undefined)
    throw new Error(`Cannot look at run ${runId} again: ${JSON.stringify(unknown)}`);
  return seen.filter(({ kind }) => kind === 'ours').length;
}

/** A restorer may have died between `final` and the release of the lock. */
async function releaseOrphans({ journal }: Gateways, noting: Noting): Promise<void> {
  for (const { cluster, runId } of await journal.locks()) {
    const run = await journal.read(runId).catch(noting(runId));
    if (run !== undefined && mayRelease(run)) {
      await journal.releaseLock(cluster, runId, run.version).catch(noting(runId));
    }
  }
}
