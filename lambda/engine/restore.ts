/**
 * The one way back.
 *
 * Started by the workflow, the one-time schedule, the status-change rule, the sweeper or a person: all
 * call {@link look} until it answers `final`. Ended by a last look: one that began after the quarantine
 * and found nothing of the run's (protocol rules 7 to 12). It reads only the journal; it does not cover
 * a host that cannot be reached, which stays unknown and never becomes clean.
 */
import { lastLookFrom, mayBeLast } from '../../core/journal.ts';
import type { Actor, RunItem } from '../../core/journal.ts';
import { residueOf } from '../../core/residue.ts';
import { Stuck } from '../../core/refusal.ts';
import { phasesOf } from '../../core/step.ts';
import type { Step } from '../../core/step.ts';
import { quarantineOf } from '../../core/timing.ts';
import type { Gateways, PlanRecord } from '../gateways.ts';
import { awaitAll } from './await-all.ts';
import { lookAtStep } from './steps.ts';
import type { StepSeen } from './steps.ts';

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

/** How soon to ask again a machine or an API that did not answer; later the longer it has not. */
const unknownRetryMs = { least: 5_000, most: 60_000 };

/** How long after the deadline, beside the quarantine, restore may fail before a person is called. */
const stuckAfterMs = 10 * 60 * 1000;

/** Looks once at every step the run may have applied, undoes what is ours, and says when to look again. */
export async function look(runId: string, by: Actor, gateways: Gateways): Promise<Look> {
  const run = await closeRun(runId, by, gateways);
  if (run === undefined) return ended('no such run: nothing was touched', false, gateways);
  const touched = Object.keys(run.intents).length > 0;
  if (run.life === 'final') {
    await release(run, gateways);
    return ended('final already', touched, gateways);
  }
  const beganAt = gateways.clock.now();
  const record = await gateways.journal.plan(runId);
  const found = await lookAtAll(intendedSteps(run, record), { run, by, gateways });
  if (
    found.ours > 0 ||
    found.unknown.length > 0 ||
    !mayBeLast(run, beganAt, quarantineOf(gateways.timing))
  ) {
    await noteLook(run, by, { ...found, last: false }, gateways);
    return againLater(runId, found, gateways);
  }
  await noteResidue(run, record, gateways);
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

/** Every step with an intent, whatever its notes say (rule 8), last applied first. */
function intendedSteps({ runId, intents }: RunItem, record: PlanRecord | undefined): Step[] {
  const ids = new Set(Object.keys(intents));
  const steps = record?.plan.steps.filter(({ id }) => ids.has(id)) ?? [];
  if (steps.length === ids.size) return steps;
  throw new Stuck(
    `Cannot restore run ${runId} as the plan of every intended step must be in the journal: found ${steps.length} of ${ids.size}`,
  );
}

interface Found {
  readonly ours: number;
  readonly unknown: readonly string[];
}

interface Restorer {
  readonly run: RunItem;
  readonly by: Actor;
  readonly gateways: Gateways;
}

async function lookAtAll(steps: readonly Step[], restorer: Restorer): Promise<Found> {
  let ours = 0;
  const unknown: string[] = [];
  for (const phase of phasesOf(steps).toReversed()) {
    const seen = await awaitAll(phase.map((step) => lookAndUndo(step, restorer)));
    ours += seen.filter(({ kind }) => kind === 'ours').length;
    unknown.push(
      ...phase.filter((_, index) => seen[index]?.kind === 'unknown').map(({ id }) => id),
    );
  }
  return { ours, unknown };
}

async function lookAndUndo(step: Step, restorer: Restorer): Promise<StepSeen> {
  const { run, gateways } = restorer;
  const seen = await lookAtStep(step, run.runId, gateways).catch(asUnknown);
  if (seen.kind === 'ours') await undo(step, seen, restorer);
  if (seen.kind === 'absent' && seen.restoredAt !== undefined) {
    const { restoredAt, restoredBy = 'unknown' } = seen;
    await noteRestored(step, { at: restoredAt, by: restoredBy }, restorer);
  }
  return seen;
}

const asUnknown = (error: unknown): StepSeen => ({
  kind: 'unknown',
  reason: error instanceof Error ? error.message : String(error),
});

/** The undo has an intent too, written only while the run is closed (rule 9). */
async function undo(
  step: Step,
  seen: StepSeen & { kind: 'ours' },
  restorer: Restorer,
): Promise<void> {
  const { run, by, gateways } = restorer;
  const { journal, clock, chance } = gateways;
  const attempt = chance.attempt();
  const granted = await journal.write(run.runId, { kind: 'intend-undo', attempt, at: clock.now() });
  if (!granted.written) return; // Another restorer's last look was faster; nothing of ours is left.
  const answer = await seen.undo().catch((): { kind: 'unknown' } => ({ kind: 'unknown' }));
  if (answer.kind === 'unknown') return;
  await journal.write(run.runId, { kind: 'settle', attempt, at: clock.now() });
  if (answer.kind === 'done') await noteRestored(step, { at: clock.now(), by }, restorer);
}

async function noteRestored(
  { id }: Step,
  { at, by }: { at: number; by: string },
  { run, gateways }: Restorer,
): Promise<void> {
  const { journal, clock } = gateways;
  const note = { kind: 'restored', at: clock.now(), stepId: id, restoredAt: at, by } as const;
  await journal.note(run.runId, note);
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
  await noteLook(run, by, { ours: 0, unknown: [], last: final }, gateways);
  if (!final) return againLater(run.runId, { ours: 0, unknown: [] }, gateways);
  await release(run, gateways);
  return ended('nothing of the run is left', touched, gateways);
}

/** Only after `final` (rules 12, 13). Harmless to repeat. */
async function release(
  { runId, cluster }: RunItem,
  { journal, schedule }: Gateways,
): Promise<void> {
  await journal.releaseLock(cluster, runId);
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

async function noteResidue(
  { runId }: RunItem,
  record: PlanRecord | undefined,
  { journal, network, clock }: Gateways,
): Promise<void> {
  if (record === undefined) return;
  const edited = new Set(
    record.plan.steps.flatMap((step) => ('groupId' in step ? [step.groupId] : [])),
  );
  const groups = record.inventory.groups.filter(({ id }) => edited.has(id));
  const now = await Promise.all(
    groups.map(async ({ id }) => [id, await network.rules(id)] as const),
  );
  const residue = residueOf(groups, new Map(now));
  await journal.note(runId, { kind: 'residue', at: clock.now(), residue });
}

async function againLater(runId: string, found: Found, gateways: Gateways): Promise<Look> {
  const run = await gateways.journal.read(runId);
  const { ours, unknown } = found;
  if (run !== undefined) refuseForEver(run, found, gateways);
  const at = run === undefined ? gateways.clock.now() : nextLookAt(run, found, gateways);
  const lookAt = new Date(at).toISOString();
  const says = `${ours} step(s) undone, ${unknown.length} unknown; looking again at ${lookAt}`;
  return { final: false, touched: true, lookAt, says };
}

/** Counts from the deadline, or a restorer that comes late would be stuck at its first look. */
function refuseForEver(
  { runId, closedAt = 0, deadlineAt }: RunItem,
  { ours, unknown }: Found,
  { clock, timing }: Gateways,
): void {
  const since = Math.max(closedAt, deadlineAt) + quarantineOf(timing).troubledMs;
  if (ours + unknown.length === 0 || clock.now() <= since + stuckAfterMs) return;
  throw new Stuck(
    `Cannot restore run ${runId} as every step must be looked at and undone: found ${ours} in force, and no answer from ${unknown.join(', ') || 'none'}; the sweeper goes on trying`,
  );
}

/** Only a clean look waits out the quarantine: what is in force, or unknown, is looked at again soon. */
function nextLookAt(run: RunItem, { ours, unknown }: Found, { clock, timing }: Gateways): number {
  const quarantine = quarantineOf(timing);
  const now = clock.now();
  if (unknown.length > 0) {
    const { least, most } = unknownRetryMs;
    return now + Math.min(most, Math.max(least, (now - (run.closedAt ?? now)) / 4));
  }
  const from = ours > 0 ? now + quarantine.settledMs : (lastLookFrom(run, quarantine) ?? 0);
  return Math.max(now, from + 1);
}

function ended(says: string, touched: boolean, { clock }: Gateways): Look {
  return { final: true, touched, lookAt: new Date(clock.now()).toISOString(), says };
}
