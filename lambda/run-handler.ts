import { Stuck } from '../core/refusal.ts';
import { logOf } from './aws/log.ts';
import { countStuck } from './aws/stuck-metric.ts';
import { runTargetOf } from './run-target.ts';
import type { RunTarget } from './run-target.ts';

/**
 * A Lambda handler for one state: parse, call, return, with a log line before and after that bears the
 * run id. Errors are logged and passed on: their name is what the state machine catches. A run that is
 * stuck is counted beside, for the alarm that calls a person.
 */
export function runHandler<Result extends object>(
  state: string,
  act: (target: RunTarget) => Promise<Result>,
): (event: unknown) => Promise<Result> {
  return async (event) => {
    const target = runTargetOf(event);
    const log = logOf(target.runId);
    log(`${state} begins`, { state });
    try {
      const result = await act(target);
      log(`${state} ends`, { state, result });
      return result;
    } catch (error) {
      log(`${state} fails`, { state, error });
      if (error instanceof Stuck) countStuck(target.runId);
      throw error;
    }
  };
}
