import type { Note } from '../core/note.ts';
import { Stuck } from '../core/refusal.ts';
import { takeCallCount } from './aws/call-count.ts';
import { logOf } from './aws/log.ts';
import type { Log } from './aws/log.ts';
import { countStuck } from './aws/stuck-metric.ts';
import type { Gateways } from './gateways.ts';
import { runTargetOf } from './run-target.ts';
import type { RunTarget } from './run-target.ts';

/** What a handler needs beside its own act: the journal, for the note of its state. */
export type Noting = Pick<Gateways, 'journal' | 'clock'>;

/**
 * A Lambda handler for one state: parse, call, return, with a log line before and after that bears the
 * run id. Errors are logged and passed on: their name is what the state machine catches. A run that is
 * stuck is counted beside, for the alarm that calls a person. What the state said, how long it took and
 * what it asked of AWS is noted in the journal, for the report; where that fails, nothing else does.
 */
export function runHandler<Result extends object>(
  state: string,
  act: (target: RunTarget) => Promise<Result>,
  noting: Noting,
): (event: unknown) => Promise<Result> {
  return async (event) => {
    const target = runTargetOf(event);
    const log = logOf(target.runId);
    const startedAt = noting.clock.now();
    takeCallCount();
    log(`${state} begins`, { state });
    const ends = (says: string): Promise<void> =>
      noteState({ state, says, startedAt, runId: target.runId }, noting, log);
    try {
      const result = await act(target);
      log(`${state} ends`, { state, result });
      await ends(saidBy(result));
      return result;
    } catch (error) {
      log(`${state} fails`, { state, error });
      if (error instanceof Stuck) countStuck(target.runId);
      await ends(error instanceof Error ? `failed: ${error.message}` : 'failed');
      throw error;
    }
  };
}

const saidBy = (result: object): string =>
  'says' in result && typeof result.says === 'string' ? result.says : '';

/** Longest text of a state's note, in characters. */
const saysMax = 300;

async function noteState(
  { runId, says, ...what }: { runId: string; state: string; says: string; startedAt: number },
  { journal, clock }: Noting,
  log: Log,
): Promise<void> {
  const calls = takeCallCount();
  const note: Note = {
    kind: 'state',
    at: clock.now(),
    ...what,
    says: says.slice(0, saysMax),
    calls,
  };
  await journal
    .note(runId, note)
    .catch((error: unknown) => log(`${what.state} cannot be noted`, { error }));
}
