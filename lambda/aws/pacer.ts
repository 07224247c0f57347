import type { Clock } from '../gateways.ts';

/**
 * Requests that share a bucket of EC2's (EC2 developer guide, "Request throttling": per account and
 * Region). Ingress rules are "resource-intensive"; all else that changes something here is "mutating".
 */
export type Family = 'ingress' | 'mutating' | 'interface';

/** How many requests a full bucket holds; all of these refill by five a second. */
const bucketSize: Readonly<Record<Family, number>> = { ingress: 50, mutating: 50, interface: 100 };
const refillMs = 1_000 / 5;

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
      const atOnceMs = (bucketSize[family] / 2 - 1) * refillMs;
      const full = Math.max(now, fullAt.get(family) ?? 0);
      const wait = Math.max(0, full - atOnceMs - now);
      fullAt.set(family, full + refillMs);
      if (wait > 0) await clock.sleep(wait);
    },
  };
}
