import type { Actor, RunItem, StuckStep } from '../../core/journal.ts';
import { attemptOf, maySettle } from '../../core/protocol.ts';
import { phasesOf } from '../../core/step.ts';
import type { Step } from '../../core/step.ts';
import type { Answer, Gateways, PlanRecord } from '../gateways.ts';
import { awaitAll } from './await-all.ts';
import { lookAtStep, lookedAt } from './steps.ts';
import type { Looked } from './steps.ts';
import type { StepSeen } from './step-seen.ts';

/** What a look found of all steps: how many are ours, and which did not answer. */
export interface Found {
  readonly ours: number;
  readonly unknown: readonly string[];
  /** Those of ours that are undone, as far as their answers say. */
  readonly undone: readonly string[];
  /** Steps that may still be in force after the look, in the order of restore, and why they are. */
  readonly left: readonly StuckStep[];
  /** What people should know of steps that are not in force, a sentence each. */
  readonly says: readonly string[];
}

/** Of a run that never intended anything. */
export const nothingFound: Found = { ours: 0, unknown: [], undone: [], left: [], says: [] };

/** Who looks, and with what. */
export interface Restorer {
  readonly run: RunItem;
  readonly record: PlanRecord | undefined;
  readonly by: Actor;
  /** The look began late enough to be the last: nothing of the run can come any more. */
  readonly isLate: boolean;
  readonly gateways: Gateways;
}

/**
 * Looks at these steps and undoes what is ours, last applied first.
 *
 * What bears witness to a revoked rule goes last of all, in a look of its own: while the revoking call may
 * still land, or may only be unseen, its witness is all that brings the rule back.
 */
export async function lookAtSteps(steps: readonly Step[], restorer: Restorer): Promise<Found> {
  const { run, record, gateways } = restorer;
  if (record === undefined) return nothingFound;
  const looked = lookedAt(run, record, gateways);
  const results = new Map<Step, Outcome>();
  for (const phase of phasesOf(steps).toReversed()) {
    const seen = await awaitAll(
      phase.map((step) => {
        const stays = isWitnessNeeded(step, results, { looked, isLate: restorer.isLate });
        return lookAndUndo(step, { ...restorer, looked, stays });
      }),
    );
    for (const [index, step] of phase.entries()) results.set(step, seen[index] ?? unanswered);
  }
  return foundIn(results);
}

/** What a look saw of a step, and where it may still be in force, why. */
type Outcome = StepSeen & { readonly left?: string };

const unanswered: Outcome = { kind: 'unknown', reason: 'not looked at', left: 'not looked at' };

function foundIn(results: ReadonlyMap<Step, Outcome>): Found {
  const all = [...results].map(([{ id: stepId }, seen]) => ({ stepId, seen }));
  const says = all.flatMap(({ seen }) =>
    seen.kind === 'absent' && seen.says !== undefined ? [seen.says] : [],
  );
  const ours = all.filter(({ seen }) => seen.kind === 'ours');
  return {
    ours: ours.length,
    unknown: all.filter(({ seen }) => seen.kind === 'unknown').map(({ stepId }) => stepId),
    undone: ours.filter(({ seen }) => seen.left === undefined).map(({ stepId }) => stepId),
    left: all.flatMap(({ stepId, seen: { left } }) =>
      left === undefined ? [] : [{ stepId, reason: left.slice(0, reasonMax) }],
    ),
    says: [...new Set(says)],
  };
}

/** Longest reason that the journal keeps of a step; a run item must stay small. */
const reasonMax = 300;

/** Whether rules that the step added must stay because rules of the same group may have to come back. */
function isWitnessNeeded(
  step: Step,
  results: ReadonlyMap<Step, Outcome>,
  { looked, isLate }: { looked: Looked; isLate: boolean },
): boolean {
  if (step.kind !== 'add-rules') return false;
  const revokes = looked.steps.filter(
    ({ kind, ...other }) =>
      kind === 'revoke-rules' && 'groupId' in other && other.groupId === step.groupId,
  );
  if (revokes.length === 0) return false;
  return !isLate || revokes.some((revoke) => results.get(revoke)?.kind !== 'absent');
}

interface Undoer extends Restorer {
  readonly looked: Looked;
  readonly stays: boolean;
}

async function lookAndUndo(step: Step, undoer: Undoer): Promise<Outcome> {
  const { looked, stays, gateways } = undoer;
  const seen = await lookAtStep(step, looked, gateways).catch(asUnknown);
  if (seen.kind === 'unknown') {
    await noteNotDone(step, seen, undoer);
    return { ...seen, left: seen.reason };
  }
  if (seen.kind === 'ours') {
    const answer = stays ? undefined : await undo(step, seen, undoer);
    return answer === undefined || answer.kind === 'done' ? seen : { ...seen, left: answer.reason };
  }
  if (seen.kind === 'absent' && seen.restoredAt !== undefined) {
    const { restoredAt, restoredBy = 'unknown' } = seen;
    await noteRestored(step, { at: restoredAt, by: restoredBy }, undoer);
  }
  return seen;
}

const asUnknown = (error: unknown): { kind: 'unknown'; reason: string } => ({
  kind: 'unknown',
  reason: error instanceof Error ? error.message : String(error),
});

/** The undo has an intent too, written only while the run is closed (rule 9). */
async function undo(
  step: Step,
  seen: StepSeen & { kind: 'ours' },
  undoer: Undoer,
): Promise<Answer> {
  const { run, by, gateways } = undoer;
  const { journal, clock, chance } = gateways;
  const attempt = attemptOf(run, chance.attempt());
  const granted = await journal.write(run.runId, { kind: 'intend-undo', attempt, at: clock.now() });
  // Another restorer's last look was faster; nothing of ours is left.
  if (!granted.written) return { kind: 'done' };
  await noteTakenAlong(step, seen.takesAlong ?? [], undoer);
  const answer = await seen.undo().catch(asUnknown);
  if (answer.kind !== 'unknown' && maySettle(attempt)) {
    await journal.write(run.runId, { kind: 'settle', attempt, at: clock.now() });
  }
  if (answer.kind === 'done') await noteRestored(step, { at: clock.now(), by }, undoer);
  else await noteNotDone(step, answer, undoer);
  return answer;
}

/** Of what is stuck the run item says the latest, and a note at every look again might go on for days. */
async function noteNotDone(
  { id: stepId }: Step,
  { kind: answer, reason }: Exclude<Answer, { kind: 'done' }>,
  { run, by, gateways }: Undoer,
): Promise<void> {
  if (isStuckAt(stepId, run)) return;
  const { journal, clock } = gateways;
  const said = { answer, reason: reason.slice(0, reasonMax) };
  await journal.note(run.runId, { kind: 'undo', at: clock.now(), stepId, by, ...said });
}

/** Before the undo, for afterwards nobody could tell; once where it is tried for days. */
async function noteTakenAlong(
  { id: stepId }: Step,
  says: readonly string[],
  { run, gateways }: Undoer,
): Promise<void> {
  if (says.length === 0 || isStuckAt(stepId, run)) return;
  const { journal, clock } = gateways;
  await journal.note(run.runId, { kind: 'taken-along', at: clock.now(), says: [...says] });
}

const isStuckAt = (stepId: string, { stuckSteps = [] }: RunItem): boolean =>
  stuckSteps.some((stuck) => stuck.stepId === stepId);

async function noteRestored(
  { id }: Step,
  { at, by }: { at: number; by: string },
  { run, gateways }: Undoer,
): Promise<void> {
  const { journal, clock } = gateways;
  const note = { kind: 'restored', at: clock.now(), stepId: id, restoredAt: at, by } as const;
  await journal.note(run.runId, note);
}
