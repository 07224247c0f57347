import type { Actor, RunItem } from '../../core/journal.ts';
import { attemptOf, maySettle } from '../../core/protocol.ts';
import { phasesOf } from '../../core/step.ts';
import type { Step } from '../../core/step.ts';
import type { Gateways, PlanRecord } from '../gateways.ts';
import { awaitAll } from './await-all.ts';
import { lookAtStep, lookedAt } from './steps.ts';
import type { Looked } from './steps.ts';
import type { StepSeen } from './step-seen.ts';

/** What a look found of all steps: how many are ours, and which did not answer. */
export interface Found {
  readonly ours: number;
  readonly unknown: readonly string[];
}

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
  if (record === undefined) return { ours: 0, unknown: [] };
  const looked = lookedAt(run, record, gateways);
  const results = new Map<Step, StepSeen>();
  for (const phase of phasesOf(steps).toReversed()) {
    const seen = await awaitAll(
      phase.map((step) => {
        const stays = isWitnessNeeded(step, results, { looked, isLate: restorer.isLate });
        return lookAndUndo(step, { ...restorer, looked, stays });
      }),
    );
    for (const [index, step] of phase.entries()) results.set(step, seen[index] ?? unanswered);
  }
  const ofKind = (kind: StepSeen['kind']): Step[] =>
    [...results].filter(([, seen]) => seen.kind === kind).map(([step]) => step);
  return { ours: ofKind('ours').length, unknown: ofKind('unknown').map(({ id }) => id) };
}

const unanswered: StepSeen = { kind: 'unknown', reason: 'not looked at' };

/** Whether rules that the step added must stay because rules of the same group may have to come back. */
function isWitnessNeeded(
  step: Step,
  results: ReadonlyMap<Step, StepSeen>,
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

async function lookAndUndo(step: Step, undoer: Undoer): Promise<StepSeen> {
  const { looked, stays, gateways } = undoer;
  const seen = await lookAtStep(step, looked, gateways).catch(asUnknown);
  if (seen.kind === 'ours' && !stays) await undo(step, seen, undoer);
  if (seen.kind === 'absent' && seen.restoredAt !== undefined) {
    const { restoredAt, restoredBy = 'unknown' } = seen;
    await noteRestored(step, { at: restoredAt, by: restoredBy }, undoer);
  }
  return seen;
}

const asUnknown = (error: unknown): StepSeen => ({
  kind: 'unknown',
  reason: error instanceof Error ? error.message : String(error),
});

/** The undo has an intent too, written only while the run is closed (rule 9). */
async function undo(step: Step, seen: StepSeen & { kind: 'ours' }, undoer: Undoer): Promise<void> {
  const { run, by, gateways } = undoer;
  const { journal, clock, chance } = gateways;
  const attempt = attemptOf(run, chance.attempt());
  const granted = await journal.write(run.runId, { kind: 'intend-undo', attempt, at: clock.now() });
  if (!granted.written) return; // Another restorer's last look was faster; nothing of ours is left.
  const answer = await seen.undo().catch((): { kind: 'unknown' } => ({ kind: 'unknown' }));
  if (answer.kind === 'unknown') return;
  if (maySettle(attempt)) {
    await journal.write(run.runId, { kind: 'settle', attempt, at: clock.now() });
  }
  if (answer.kind === 'done') await noteRestored(step, { at: clock.now(), by }, undoer);
}

async function noteRestored(
  { id }: Step,
  { at, by }: { at: number; by: string },
  { run, gateways }: Undoer,
): Promise<void> {
  const { journal, clock } = gateways;
  const note = { kind: 'restored', at: clock.now(), stepId: id, restoredAt: at, by } as const;
  await journal.note(run.runId, note);
}
