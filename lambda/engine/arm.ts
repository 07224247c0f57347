import type { RunItem } from '../../core/journal.ts';
import { RunClosed } from '../../core/refusal.ts';
import { isHostStep } from '../../core/step.ts';
import { wholeSecondFrom } from '../../core/timing.ts';
import type { Timing } from '../../core/timing.ts';
import type { Gateways } from '../gateways.ts';
import { contextOf, runOf } from './run-context.ts';
import type { RunContext } from './run-context.ts';

/**
 * Fixes the run's instants and sets the one-time schedule that restores at the deadline, whoever has
 * died by then. The schedule is read back: nothing is injected on the word of an API alone.
 */
export async function arm(runId: string, gateways: Gateways): Promise<{ says: string }> {
  const run = await fixTimes(await contextOf(runId, gateways), gateways);
  await gateways.schedule.set(runId, run.deadlineAt);
  const setFor = await gateways.schedule.read(runId);
  if (setFor === undefined || setFor < run.deadlineAt) {
    throw new Error(
      `Cannot arm run ${runId} as its schedule must be set for ${run.deadlineAt}: found ${setFor ?? 'none'}`,
    );
  }
  return { says: `ends by itself by ${new Date(run.deadlineAt).toISOString()}` };
}

/** Set once; a retried Arm finds the instants of the first. */
async function fixTimes(context: RunContext, gateways: Gateways): Promise<RunItem> {
  const { run, experiment } = context;
  const { journal, clock, timing } = gateways;
  const injectAt = wholeSecondFrom(clock.now() + leadMs(context, timing));
  const restoreAt = injectAt + 1000 * experiment.holdSeconds;
  const deadlineAt = Math.min(run.deadlineAt, restoreAt + 1000 * timing.graceSeconds);
  const answer = await journal.write(run.runId, { kind: 'arm', injectAt, restoreAt, deadlineAt });
  const now = answer.item ?? (await runOf(run.runId, gateways));
  if (now.life === 'open' && now.restoreAt !== undefined) return now;
  throw new RunClosed(`Cannot arm run ${run.runId} as it must be open: found ${now.life}`);
}

/** Only hosts switch at an instant that all must know before; an API call is in force when it answers. */
function leadMs({ plan }: RunContext, { leadSeconds }: Timing): number {
  return plan.steps.some(isHostStep) ? 1000 * leadSeconds : 0;
}
