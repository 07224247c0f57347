import { isHostStep } from '../../core/step.ts';
import type { HostStep, Step } from '../../core/step.ts';
import { surveyOf } from '../../core/surveyed.ts';
import { armedBeforeMs } from '../../core/timing.ts';
import type { Gateways } from '../gateways.ts';
import type { RunContext } from './run-context.ts';

/** How long a script of our own may take beside what it was told to wait for, in seconds. */
export const scriptWaitSeconds = 30;

/**
 * Whether the host's kernel switches a step by itself, as its survey says: then its script answers as soon
 * as it is armed. All other scripts wait for the step's instant, and answer after it.
 */
function switchesByKernel(step: Step, { inventory }: Pick<RunContext, 'inventory'>): boolean {
  if (step.kind !== 'host-cut' && step.kind !== 'host-reroute') return false;
  const { tools = [], abilities = [] } = surveyOf(step.instanceId, inventory) ?? {};
  const filter = step.filter ?? (tools.includes('iptables') ? 'iptables' : 'nft');
  return abilities.includes(filter === 'nft' ? 'nft-time' : 'time');
}

/**
 * The steps of a phase in the order in which they are armed: first those that tell before injectAt that
 * they are. If one of these is not armed, the others have not begun, and nothing was in force yet.
 */
export function wavesOf(phase: readonly Step[], context: RunContext): Step[][] {
  const armed = phase.filter((step) => switchesByKernel(step, context));
  const others = phase.filter((step) => !armed.includes(step));
  return [armed, others].filter((wave) => wave.length > 0);
}

/** Whether nothing of the plan is in force before its hosts' kernels switch. */
export const isAllInKernels = (context: RunContext): boolean =>
  context.plan.steps.every((step) => switchesByKernel(step, context));

/**
 * How long a step's script is awaited, in seconds. A host whose kernel switches must have said so while
 * there is time to take everything back before injectAt; one that is asked later (a repeat, a slow start)
 * gets the usual patience.
 */
export function patienceSeconds(
  step: HostStep,
  context: RunContext,
  { clock, timing }: Gateways,
): number {
  const now = clock.now();
  const { injectAt = now } = context.run;
  if (!switchesByKernel(step, context)) {
    const startAt = injectAt + (step.window?.startMs ?? 0);
    return Math.max(0, startAt - now) / 1000 + scriptWaitSeconds;
  }
  const left = injectAt - armedBeforeMs(timing) - now;
  return left > 0 ? left / 1000 : scriptWaitSeconds;
}

/**
 * Waits until hosts switch, so that whoever proves the fault next finds it in force; no longer than the
 * lead, whatever a clock says.
 */
export async function awaitSwitch(
  { run, plan }: RunContext,
  { clock, timing }: Gateways,
): Promise<void> {
  const left = (run.injectAt ?? 0) - clock.now();
  if (left <= 0 || !plan.steps.some(isHostStep)) return;
  await clock.sleep(Math.min(left, 1000 * (timing.leadSeconds + 1)));
}
