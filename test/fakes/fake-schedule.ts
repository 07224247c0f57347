import type { Schedule } from '../../lambda/gateways.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One-time schedules that fire when time comes to them; what they start is up to the world. */
export class FakeSchedule implements Schedule {
  readonly #clock: VirtualClock;
  readonly #set = new Map<string, number>();
  readonly #fire: (runId: string) => void;

  constructor(clock: VirtualClock, fire: (runId: string) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  async set(runId: string, at: number): Promise<void> {
    if (this.#set.has(runId)) return;
    this.#set.set(runId, at);
    this.#clock.at(at, () => {
      if (this.#set.has(runId)) this.#fire(runId);
    });
  }

  async read(runId: string): Promise<number | undefined> {
    return this.#set.get(runId);
  }

  async remove(runId: string): Promise<void> {
    this.#set.delete(runId);
  }

  /** Whose schedules are set, for tests. */
  get runIds(): string[] {
    return [...this.#set.keys()];
  }
}
