import type { Gateways } from '../gateways.ts';

/** Pause between two questions about one thing, in milliseconds. */
const pauseMs = 500;

/**
 * Asks until there is an answer, for as long as a describe may be stale: what was made a moment ago may
 * not be seen yet. Undefined once that time is over.
 */
export async function seenWithin<Value>(
  ask: () => Promise<Value | undefined>,
  { clock, timing }: Gateways,
): Promise<Value | undefined> {
  const giveUpAt = clock.now() + 1000 * timing.staleSeconds;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || clock.now() >= giveUpAt) return answer;
    await clock.sleep(pauseMs);
  }
}
