import { setTimeout as sleep } from 'node:timers/promises';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

/** The time of the wall, for fakes that were made for another: nobody's sleep makes it pass. */
export class WallClock extends VirtualClock {
  readonly #timers = new Set<NodeJS.Timeout>();

  override now(): number {
    return Date.now();
  }

  override sleep(milliseconds: number): Promise<void> {
    return this.pass(milliseconds);
  }

  override async pass(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { ref: false });
  }

  override within<Value>(milliseconds: number, waited: Promise<Value>): Promise<Value | undefined> {
    return Promise.race([waited, sleep(milliseconds, undefined, { ref: false })]);
  }

  /** Never early: Node's timers may fire a moment before the wall's clock is there. */
  override at(instant: number, fire: () => void): void {
    const left = instant - Date.now();
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        if (Date.now() < instant) this.at(instant, fire);
        else fire();
      },
      Math.max(0, left),
    );
    this.#timers.add(timer);
  }

  /** Nothing that is due later happens any more. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
