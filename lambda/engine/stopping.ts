import type { Sample } from '../../core/judge.ts';
import { viewQuestions } from '../../core/probe.ts';
import { isUnheard, signSeen } from '../../core/stop/signs.ts';
import type { Stop } from '../../core/stop/stop.ts';
import type { Gateways } from '../gateways.ts';
import { ask, itemsOf, lookWaitSeconds } from './probing.ts';
import type { RunContext } from './run-context.ts';

/** Why alarms end the hold: one that is not OK, or that nobody can tell of any; undefined: they do not. */
export async function alarmStop(
  { experiment }: RunContext,
  { alarms }: Gateways,
): Promise<Stop | undefined> {
  const names = experiment.stopOn?.alarms ?? [];
  try {
    const [first] = await alarms.notOk(names);
    if (first === undefined) return undefined;
    return { cause: 'alarm', says: `alarm "${first.name}" is ${first.state}` };
  } catch (error) {
    const reason = error instanceof Error ? error.name : String(error);
    return { cause: 'unknown', says: `its alarms could not be read: ${reason}` };
  }
}

/**
 * Why what a look has just seen ends the hold; undefined: it does not. Where signs are asked for and no node
 * told any, nodes are asked once more, at once: a hold that nobody can see into must not go on.
 */
export async function signStop(
  context: RunContext,
  seen: Sample,
  gateways: Gateways,
): Promise<Stop | undefined> {
  const sign = signSeen(context, seen);
  if (sign !== undefined || !isUnheard(context.experiment, seen)) return sign;
  const questions = viewQuestions(context.experiment, context.inventory);
  const again = { context, gateways, waitSeconds: lookWaitSeconds };
  const answers = await ask(itemsOf(questions), again);
  return answers.some(({ result }) => 'node' in result)
    ? undefined
    : { cause: 'unknown', says: 'no node told anything in two looks' };
}

/**
 * Ends the hold: says why, then closes the run, so that nobody can inject any more and no later look
 * changes its mind. What follows is the workflow's Restore, as after any other end.
 */
export async function stopRun(
  { run: { runId } }: RunContext,
  { cause, says }: Stop,
  { journal, clock }: Gateways,
): Promise<void> {
  await journal.note(runId, { kind: 'stopped', at: clock.now(), cause, says });
  await journal.write(runId, { kind: 'close', by: 'workflow', at: clock.now() });
}
