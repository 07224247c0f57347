import type { Clock } from '../gateways.ts';
import { isThrottled } from './failure.ts';

/** How long a throttled call is repeated, and what its waits are made of. */
export interface Patience {
  readonly clock: Clock;
  /** From the first sending to the last. */
  readonly patienceMs: number;
  /** At least 0 and less than 1, evenly spread. */
  readonly random: () => number;
}

const firstWaitMs = 250;
const longestWaitMs = 8_000;

/**
 * Sends a call, and again while EC2 throttles it, which says that it did not act. Any wait up to the limit
 * is as likely as the next (full jitter), so that callers who were turned away together part.
 *
 * @throws the call's error: at once one that is no throttling, and the throttling when patience ends.
 */
export async function patiently<Reply>(
  send: () => Promise<Reply>,
  { clock, patienceMs, random }: Patience,
): Promise<Reply> {
  const endsAt = clock.now() + patienceMs;
  for (let limit = firstWaitMs; ; limit = Math.min(2 * limit, longestWaitMs)) {
    try {
      return await send();
    } catch (error) {
      const wait = Math.ceil(random() * limit);
      if (!isThrottled(error) || clock.now() + wait > endsAt) throw error;
      await clock.sleep(wait);
    }
  }
}
