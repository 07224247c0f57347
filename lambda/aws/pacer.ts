import { refillPerSecond, requestBuckets } from '../../core/request-buckets.ts';
import type { Clock } from '../gateways.ts';

/** Requests that share a bucket of EC2's. */
export type Family = keyof typeof requestBuckets;

const refillMs = 1_000 / refillPerSecond;

/** Lets each request of a family go in its turn. */
export interface Pacer {
  readonly turn: (family: Family) => Promise<void>;
}

/**
 * Leaves half of every bucket to others, of whom the restore is one: once half a bucket's requests have
 * gone at once, the rest go no faster than it refills. First come, first served.
 *
 * Lives as long as its process, which serves one invocation after the other. It knows of no other process;
 * what they take together beyond the bucket, EC2 throttles.
 */
export function pacer(clock: Clock): Pacer {
  // When the bucket would be full again: a leaky bucket kept as one instant (GCRA).
  const fullAt = new Map<Family, number>();
  return {
    async turn(family) {
      const now = clock.now();
      const atOnceMs = (requestBuckets[family] / 2 - 1) * refillMs;
      const full = Math.max(now, fullAt.get(family) ?? 0);
      const wait = Math.max(0, full - atOnceMs - now);
      fullAt.set(family, full + refillMs);
      if (wait > 0) await clock.sleep(wait);
    },
  };
}
