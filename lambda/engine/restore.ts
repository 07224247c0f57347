/**
 * The one way back.
 *
 * Started by the workflow, the one-time schedule, the status-change rule, the sweeper or a person: all
 * call {@link look} until it answers `final`. Ended by a last look: one that began after the quarantine
 * and found nothing of the run's (protocol rules 7 to 12). It reads only the journal; it does not cover
 * a host that cannot be reached, which stays unknown and never becomes clean.
 */
import { lastLookFrom } from '../../core/journal.ts';
import type { Actor, RunItem } from '../../core/journal.ts';
import { afterLook, restoreTask, toLookAt } from '../../core/protocol.ts';
import { Stuck } from '../../core/refusal.ts';
import type { Step } from '../../core/step.ts';
import { quarantineOf } from '../../core/timing.ts';
import type { Gateways, PlanRecord } from '../gateways.ts';
import { lookAtSteps, nothingFound } from './look-at-steps.ts';
import type { Found } from './look-at-steps.ts';
import { noteResidue } from './note-residue.ts';
import { sayIfStuck } from './stuck.ts';

/** What one look came to. */
export interface Look {
  /** Nothing of the run is in force, and nothing of it can come any more. */
  readonly final: boolean;
  /** Whether the run ever intended a change. */
  readonly touched: boolean;
  /** When to look again, if not final. */
  readonly lookAt: string;
  readonly says: string;
}

/** How soon to try again what did not answer, or could not be undone; later the longer that lasts. */
const retryMs = { least: 5_000, most: 60_000 };

/** Looks once at every step the run may have applied, undoes what is ours, and says when to look again. */
export async function look(runId: string, by: Actor, gateways: Gateways): Promise<Look> {
  const run = await closeRun(runId, by, gateways);
  if (run === undefined) return ended('no such run: nothing was touched', false, gateways);
  const touched = toLookAt(run).length > 0;
  const task = restoreTask(run, gateways.clock.now(), quarantineOf(gateways.timing));
  if (task.kind === 'release') {
    await release(run, gateways);
    return ended('final already', touched, gateways);
  }
  const { isLate } = task;
  const record = await gateways.journal.plan(runId);
  const steps = intendedSteps(run, record);
  const found = await lookAtSteps(steps, { run, record, by, isLate, gateways });
  if (afterLook(found, isLate) === 'look again') {
    await noteLook(run, by, { ...found, last: false }, gateways);
    return againLater(runId, found, gateways);
  }
  if (record !== undefined) await noteResidue(run, { ...record, says: found.says }, gateways);
  return finish(run, by, { touched, gateways });
}

/** First write of every restorer: nothing is injected any more. The journal is taken from its answer. */
async function closeRun(
  runId: string,
  by: Actor,
  { journal, clock }: Gateways,
): Promise<RunItem | undefined> {
  const answer = await journal.write(runId, { kind: 'close', by, at: clock.now() });
  return answer.written ? answer.item : journal.read(runId);
}

/** Every step with an intent, whatever its notes say (rule 8). */
function intendedSteps(run: RunItem, record: PlanRecord | undefined): Step[] {
  const { runId } = run;
  const ids = new Set(toLookAt(run));
  const steps = record?.plan.steps.filter(({ id }) => ids.has(id)) ?? [];
  if (steps.length === ids.size) return steps;
  throw new Stuck(
    `Cannot restore run ${runId} as the plan of every intended step must be in the journal: found ${steps.length} of ${ids.size}`,
  );
}

/** Only the version this look began with may finish: anything written since forbids it (rule 11). */
async function finish(
  run: RunItem,
  by: Actor,
  { touched, gateways }: { touched: boolean; gateways: Gateways },
): Promise<Look> {
  const { journal, clock } = gateways;
  const answer = await journal.write(run.runId, {
    kind: 'finish',
    version: run.version,
    at: clock.now(),
  });
  const final = answer.item?.life === 'final';
  await noteLook(run, by, { ...nothingFound, last: final }, gateways);
  if (!final) return againLater(run.runId, nothingFound, gateways);
  await release(run, gateways);
  return ended('nothing of the run is left', touched, gateways);
}

/** Only after `final` (rules 12, 13). Harmless to repeat. */
async function release(
  { runId, cluster, version }: RunItem,
  { journal, schedule }: Gateways,
): Promise<void> {
  await journal.releaseLock(cluster, runId, version);
  await schedule.remove(runId);
}

async function noteLook(
  { runId }: RunItem,
  by: Actor,
  { ours, unknown, last }: Found & { last: boolean },
  { journal, clock }: Gateways,
): Promise<void> {
  await journal.note(runId, {
    kind: 'look',
    at: clock.now(),
    by,
    found: ours,
    unknown: [...unknown],
    last,
  });
}

async function againLater(runId: string, found: Found, gateways: Gateways): Promise<Look> {
  const run = await gateways.journal.read(runId);
  const { ours, unknown } = found;
  if (run !== undefined) await sayIfStuck(run, found, gateways);
  const at = run === undefined ? gateways.clock.now() : nextLookAt(run, found, gateways);
  const lookAt = new Date(at).toISOString();
  const says = `${ours} step(s) undone, ${unknown.length} unknown; looking again at ${lookAt}`;
  return { final: false, touched: true, lookAt, says };
}

/** Only a clean look waits out the quarantine: what is in force, or unknown, is looked at again soon. */
function nextLookAt(run: RunItem, { ours, unknown, left }: Found, gateways: Gateways): number {
  const quarantine = quarantineOf(gateways.timing);
  const now = gateways.clock.now();
  const { least, most } = retryMs;
  const retryAt = now + Math.min(most, Math.max(least, (now - (run.closedAt ?? now)) / 4));
  if (unknown.length > 0) return retryAt;
  if (ours > 0) return Math.max(now + quarantine.settledMs, left.length > 0 ? retryAt : now) + 1;
  return Math.max(now, lastLookFrom(run, quarantine) ?? 0) + 1;
}

function ended(says: string, touched: boolean, { clock }: Gateways): Look {
  return { final: true, touched, lookAt: new Date(clock.now()).toISOString(), says };
}
