/**
 * The sweeper: the way out that needs neither workflow, schedule nor event.
 *
 * Started every five minutes. Works from three lists (protocol rule 15): runs not final after their
 * deadline, locks whose run is final, and runs that became final a short while ago. Ends when it has been
 * through them; it does not cover a journal that cannot be read.
 */
import type { RunItem } from '../../core/journal.ts';
import type { Gateways } from '../gateways.ts';
import { awaitAll } from './await-all.ts';
import { look } from './restore.ts';
import { lookAtStep, lookedAt } from './steps.ts';

/** How long a final run is looked at again: much longer than any quarantine. */
export const recheckMs = 60 * 60 * 1000;

/** What a round came to. */
export interface Swept {
  readonly looked: number;
  readonly failed: readonly { readonly runId: string; readonly why: string }[];
}

/** One round of the sweeper. One run that fails does not keep it from the others. */
export async function sweep(gateways: Gateways): Promise<Swept> {
  const runIds = await gateways.journal.watchedRuns();
  const failed: Swept['failed'][number][] = [];
  for (const runId of runIds) {
    await sweepRun(runId, gateways).catch((error: unknown) => {
      failed.push({ runId, why: error instanceof Error ? error.message : String(error) });
    });
  }
  await releaseOrphans(gateways);
  return { looked: runIds.length, failed };
}

async function sweepRun(runId: string, gateways: Gateways): Promise<void> {
  const run = await gateways.journal.read(runId);
  if (run === undefined) return;
  if (run.life === 'final') await recheck(run, gateways);
  else if (gateways.clock.now() >= run.deadlineAt) await look(runId, 'sweeper', gateways);
}

/** Looks again at a final run. A find means a bound was broken: take the lock, go back, restore. */
async function recheck(run: RunItem, gateways: Gateways): Promise<void> {
  const { journal, clock } = gateways;
  if (await anythingLeft(run, gateways)) {
    const holder = await journal.takeLock(run.cluster, run.runId);
    if (holder !== run.runId) return; // Busy: tried again next time, never struck off.
    await journal.write(run.runId, { kind: 'reopen-restore', at: clock.now() });
    await look(run.runId, 'sweeper', gateways);
    return;
  }
  if (clock.now() >= (run.finalAt ?? 0) + recheckMs) await journal.unwatch(run.runId);
}

async function anythingLeft(run: RunItem, gateways: Gateways): Promise<boolean> {
  const { runId } = run;
  const record = await gateways.journal.plan(runId);
  if (record === undefined) return false;
  const looked = lookedAt(run, record, gateways);
  const seen = await awaitAll(looked.steps.map((step) => lookAtStep(step, looked, gateways)));
  const unknown = seen.find(({ kind }) => kind === 'unknown');
  if (unknown !== undefined)
    throw new Error(`Cannot look at run ${runId} again: ${JSON.stringify(unknown)}`);
  return seen.some(({ kind }) => kind === 'ours');
}

/** A restorer may have died between `final` and the release of the lock. */
async function releaseOrphans({ journal }: Gateways): Promise<void> {
  for (const { cluster, runId } of await journal.locks()) {
    const run = await journal.read(runId);
    if (run?.life === 'final') await journal.releaseLock(cluster, runId);
  }
}
