import { counterQuestions, guardMsOf } from '../../core/probe.ts';
import { toLookAt } from '../../core/protocol.ts';
import type { Gateways } from '../gateways.ts';
import { isAllInKernels } from './arming.ts';
import { ask, itemsOf } from './probing.ts';
import type { RunContext } from './run-context.ts';

/** How long before kernels switch nodes are asked, in milliseconds: the way there, and more for a slow one. */
const beforeMs = 5_000;
/** Nobody is waited for longer, in seconds: hosts that are asked first must still be armed in time. */
const waitSeconds = 5;

/**
 * Reads what nodes have counted as the last thing before the fault, where the share of clients' requests
 * that fail is expected: one command for fifty hosts. This is before the first step, for who knows when
 * others are in force; but where all hosts' kernels switch, {@link readWhileArmed} does it later.
 */
export async function readBeforeSteps(context: RunContext, gateways: Gateways): Promise<void> {
  const isRepeat = toLookAt(context.run).length > 0;
  if (!isAsked(context) || isRepeat || isAllInKernels(context)) return;
  await read(context, Infinity, gateways);
}

/** The same between the arming of all kernels and their switch, which costs no time. */
export async function readWhileArmed(context: RunContext, gateways: Gateways): Promise<void> {
  const { clock, timing } = gateways;
  const left = (context.run.injectAt ?? 0) - clock.now();
  if (!isAsked(context) || !isAllInKernels(context) || left <= 0) return;
  await clock.sleep(Math.min(Math.max(0, left - beforeMs), 1000 * timing.leadSeconds));
  await read(context, (context.run.injectAt ?? 0) - guardMsOf(context.inventory), gateways);
}

const isAsked = ({ experiment }: RunContext): boolean =>
  experiment.expect?.clientErrorPercent !== undefined;

/** A host that was asked so late that its kernel had switched has nothing to say of before. */
async function read(context: RunContext, until: number, gateways: Gateways): Promise<void> {
  const { clock, journal } = gateways;
  const questions = itemsOf(counterQuestions(context));
  const answers = await ask(questions, { context, gateways, waitSeconds });
  const seen = answers.filter(({ at }) => at < until);
  await journal.note(context.run.runId, {
    kind: 'probes',
    at: clock.now(),
    moment: 'armed',
    seen,
  });
}
