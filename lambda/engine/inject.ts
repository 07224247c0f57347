import { attemptOf, maySettle } from '../../core/protocol.ts';
import { RunClosed } from '../../core/refusal.ts';
import { phasesOf } from '../../core/step.ts';
import type { Step } from '../../core/step.ts';
import type { Answer, Gateways } from '../gateways.ts';
import { awaitSwitch, wavesOf } from './arming.ts';
import { awaitAll } from './await-all.ts';
import { elsewhere } from './elsewhere.ts';
import { readBeforeSteps, readWhileArmed } from './read-before.ts';
import { contextOf } from './run-context.ts';
import type { RunContext } from './run-context.ts';
import { applyStep } from './steps.ts';
import { TemporaryGroups } from './temporary-groups.ts';

/**
 * Applies every step of the plan, phase by phase, and ends once hosts have switched. A host that is not
 * armed well before that instant fails the run, which then restores before anything was in force. So does one
 * whose plan is of another account than we act in by now.
 *
 * Before each call one conditional write sets the step's intent and checks that the run is open and
 * before its deadline (rule 5). Whatever happens then, the intent stays (rule 6): restore looks at it.
 * Nothing is left running when this returns: what is begun together is awaited whole, failed or not.
 */
export async function inject(runId: string, gateways: Gateways): Promise<{ says: string }> {
  const context = await contextOf(runId, gateways);
  const wrong = elsewhere(context.run, context, gateways);
  if (wrong !== undefined) throw new Error(wrong);
  const groups = new TemporaryGroups(runId, gateways);
  await readBeforeSteps(context, gateways);
  for (const wave of phasesOf(context.plan.steps).flatMap((phase) => wavesOf(phase, context))) {
    await awaitAll(wave.map((step) => injectStep(step, { context, groups }, gateways)));
  }
  await readWhileArmed(context, gateways);
  await awaitSwitch(context, gateways);
  return { says: `${context.plan.steps.length} step(s) applied` };
}

async function injectStep(
  step: Step,
  parts: { context: RunContext; groups: TemporaryGroups },
  gateways: Gateways,
): Promise<void> {
  const { journal, clock, chance } = gateways;
  const { run } = parts.context;
  const { runId } = run;
  const attempt = attemptOf(run, chance.attempt());
  const intent = { kind: 'intend', stepId: step.id, attempt, at: clock.now() } as const;
  const granted = await journal.write(runId, intent);
  if (!granted.written) {
    throw new RunClosed(
      `Cannot apply ${step.id} as run ${runId} must be open and before its deadline: found ${granted.item?.life}`,
    );
  }
  const answer = await applyStep(step, parts, gateways);
  if (answer.kind !== 'unknown' && maySettle(attempt)) {
    await journal.write(runId, { kind: 'settle', attempt, at: clock.now() });
  }
  await accept(step, answer, { runId, gateways });
}

async function accept(
  step: Step,
  answer: Answer & { appliedAt?: number },
  { runId, gateways }: { runId: string; gateways: Gateways },
): Promise<void> {
  if (answer.kind !== 'done') {
    throw new Error(
      `Cannot apply ${step.id} as it must be done: found ${answer.kind}, ${answer.reason}`,
    );
  }
  const at = gateways.clock.now();
  const appliedAt = answer.appliedAt ?? at;
  await gateways.journal.note(runId, {
    kind: 'applied',
    at,
    stepId: step.id,
    appliedAt,
    says: step.says,
  });
}
