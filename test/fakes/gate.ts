import type { Intercept } from './intercept.ts';

/** Holds one call back until the test lets it go on. Time goes on without it. */
export class Gate {
  readonly #reached = Promise.withResolvers<void>();
  readonly #opened = Promise.withResolvers<void>();

  /** Resolves once a process stands at the gate, or has ended without coming to it. */
  async reachedBy(process: Promise<unknown>): Promise<void> {
    await Promise.race([this.#reached.promise, process]);
  }

  open(): void {
    this.#opened.resolve();
  }

  /** Holds the call before it is made. */
  readonly before: Intercept = async (_, proceed) => {
    await this.#pass();
    return proceed();
  };

  /** Makes the call, and holds its answer. */
  readonly after: Intercept = async (_, proceed) => {
    const answer = await proceed();
    await this.#pass();
    return answer;
  };

  #pass(): Promise<void> {
    this.#reached.resolve();
    return this.#opened.promise;
  }
}
