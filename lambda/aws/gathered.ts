import type { Clock } from '../gateways.ts';

/** How long orders are gathered, in milliseconds: the journal's writes before them end within this. */
const gatherMs = 25;

/** One that waits for its answer among others. */
export interface Waiting<Order, Answer> {
  readonly order: Order;
  readonly settle: (answer: Answer) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Gathers what is asked for in the same moment under the same key, and has it carried out together; each
 * asker gets the answer that is settled for it, as soon as it is.
 *
 * A batch begins with its first order and is closed {@link gatherMs} later. Nothing outlives the answers:
 * `carryOut` must settle every order before it ends, and where it throws all of them fail.
 */
export function gathered<Order, Answer>(
  carryOut: (batch: readonly Waiting<Order, Answer>[]) => Promise<void>,
  { clock, keyOf }: { clock: Clock; keyOf: (order: Order) => string },
): (order: Order) => Promise<Answer> {
  const open = new Map<string, Waiting<Order, Answer>[]>();
  return (order) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const waiting = { order, settle: resolve, fail: reject };
    const key = keyOf(order);
    const batch = open.get(key);
    if (batch !== undefined) batch.push(waiting);
    else void begin(key, [waiting]);
    return promise;
  };

  async function begin(key: string, batch: Waiting<Order, Answer>[]): Promise<void> {
    open.set(key, batch);
    try {
      await clock.sleep(gatherMs);
      open.delete(key);
      await carryOut(batch);
    } catch (error) {
      open.delete(key);
      for (const { fail } of batch) fail(error);
    }
  }
}
