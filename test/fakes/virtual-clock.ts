/**
 * Time that passes only because somebody sleeps.
 *
 * A sleep lets everything else run until it has nothing to do, then jumps to the next instant at which
 * anything is due. What waits passively (a timer on a host, a schedule) never moves time by itself. With
 * no sleeper, time stands still: a paused process pauses nobody else.
 */
import type { Clock } from '../../lambda/gateways.ts';

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Where virtual time begins, in epoch milliseconds. */
export const epoch = 1_800_000_000_000;

export class VirtualClock implements Clock {
  #now = epoch;
  #sleepers = 0;
  #running = false;
  #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  /** Lets `milliseconds` pass. */
  async sleep(milliseconds: number): Promise<void> {
    await this.within(milliseconds, this.pass(milliseconds));
  }

  /** Waits until `milliseconds` have passed, without making them pass. */
  pass(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.at(this.#now + milliseconds, resolve);
    return promise;
  }

  /** Lets time pass until `waited` is there, `milliseconds` at most; then undefined. */
  within<Value>(milliseconds: number, waited: Promise<Value>): Promise<Value | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Value | undefined>();
    this.at(this.#now + milliseconds, () => resolve(undefined));
    waited.then(resolve, reject);
    this.#sleepers += 1;
    void this.#run();
    return promise.finally(() => {
      this.#sleepers -= 1;
    });
  }

  /** Does something once time has come to `instant`; on time, and in the order of asking. */
  at(instant: number, fire: () => void): void {
    const behind = this.#timers.findIndex((timer) => timer.at > instant);
    this.#timers.splice(behind === -1 ? this.#timers.length : behind, 0, { at: instant, fire });
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (;;) {
      await everyoneElse();
      const next = this.#sleepers > 0 ? this.#timers.shift() : undefined;
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      next.fire();
    }
    this.#running = false;
  }
}

/** Until nothing is left that could go on without time passing. */
export const everyoneElse = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
