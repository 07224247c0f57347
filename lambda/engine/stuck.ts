/**
 * When restore gives up for now, and calls a person.
 *
 * A run is stuck from the first look that leaves something later than {@link stuckFrom}. It ends with
 * `final`: the sweeper goes on meanwhile, and a person may start the restore machine at any time. It does
 * not cover a look that fails as a whole, as when the journal cannot be read: that is the alarm's on the
 * restore machine or the sweeper.
 */
import type { RunItem, StuckStep } from '../../core/journal.ts';
import { Stuck } from '../../core/refusal.ts';
import { notesOf } from '../../core/story.ts';
import { quarantineOf } from '../../core/timing.ts';
import type { Gateways } from '../gateways.ts';
import type { Found } from './look-at-steps.ts';

/** How long after the deadline, beside the quarantine, restore may fail before a person is called. */
const stuckAfterMs = 10 * 60 * 1000;

/** Most steps that the run item names, which must stay small; the last entry says how many more there are. */
const stepsMax = 50;

/** How many late looks may find something that every one of them says to have undone. */
const recurrencesMax = 3;

/** Counts from the deadline, or a restorer that comes late would be stuck at its first look. */
function stuckFrom(
  { closedAt = 0, deadlineAt }: RunItem,
  { timing }: Pick<Gateways, 'timing'>,
): number {
  return Math.max(closedAt, deadlineAt) + quarantineOf(timing).troubledMs + stuckAfterMs;
}

/**
 * Writes down which steps a late look has left and why. Does nothing while it is early, or where the look
 * has just undone all that it found.
 *
 * @throws Stuck that names the first of them.
 */
export async function sayIfStuck(run: RunItem, found: Found, gateways: Gateways): Promise<void> {
  const { runId } = run;
  const { journal, clock } = gateways;
  if (clock.now() <= stuckFrom(run, gateways)) return;
  const steps = found.left.length > 0 ? found.left : await recurring(run, found, gateways);
  const [first] = steps;
  if (first === undefined) return;
  await journal.write(runId, { kind: 'stick', steps: fewest(steps), at: clock.now() });
  throw new Stuck(
    `Cannot restore run ${runId} as every step must be looked at and undone: found ${steps.length} that may be in force (${first.stepId}: ${first.reason}); the sweeper goes on trying`,
  );
}

/** What is found again and again although each undo is said to be done: somebody or something brings it back. */
async function recurring(
  run: RunItem,
  { undone }: Found,
  gateways: Gateways,
): Promise<readonly StuckStep[]> {
  if (undone.length === 0) return [];
  const since = stuckFrom(run, gateways);
  const looks = notesOf(await gateways.journal.notes(run.runId), 'look');
  const finds = looks.filter(({ at, found }) => at > since && found > 0);
  if (finds.length <= recurrencesMax) return [];
  const reason = `in force at ${finds.length} looks one after the other, though each undid it`;
  return undone.map((stepId) => ({ stepId, reason }));
}

function fewest(steps: readonly StuckStep[]): StuckStep[] {
  if (steps.length <= stepsMax) return [...steps];
  const stepId = `and ${steps.length - stepsMax} more`;
  return [...steps.slice(0, stepsMax), { stepId, reason: 'see the plan' }];
}
