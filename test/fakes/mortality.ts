import { isEffect } from './intercept.ts';
import type { Call, Intercept } from './intercept.ts';

/** Thrown by every call of a process that is dead. No code of aerofault catches it for good. */
export class Died extends Error {
  override readonly name = 'Died';
}

/**
 * Where a process dies: before its nth effect, after it, or during it: the call was sent, but whoever
 * sent it is gone before it takes effect. `of` counts other calls than effects.
 */
export interface Death {
  readonly effect: number;
  readonly when: 'before' | 'during' | 'after';
  readonly of?: (call: Call) => boolean;
}

/** A process that dies once. Calls of the dead throw; what it had sent goes on without it. */
export class Mortal {
  readonly #death: Death;
  #effects = 0;
  #dead = false;
  #hasDied = false;

  constructor(death: Death) {
    this.#death = death;
  }

  /** Whether it got as far as its death. */
  get hasDied(): boolean {
    return this.#hasDied;
  }

  readonly intercept: Intercept = async (call, proceed) => {
    this.#refuseDead(call);
    const { of: counts = isEffect } = this.#death;
    if (!counts(call) || this.#hasDied) return this.#living(call, proceed);
    this.#effects += 1;
    return this.#effects === this.#death.effect
      ? this.#die(call, proceed)
      : this.#living(call, proceed);
  };

  /** The next process in its place, which does not die. */
  revive(): void {
    this.#dead = false;
  }

  async #living(call: Call, proceed: () => Promise<unknown>): Promise<unknown> {
    const answer = await proceed();
    this.#refuseDead(call);
    return answer;
  }

  async #die(call: Call, proceed: () => Promise<unknown>): Promise<never> {
    this.#hasDied = true;
    if (this.#death.when === 'during') proceed().catch(() => {});
    if (this.#death.when === 'after') await proceed();
    this.#dead = true;
    throw new Died(`${this.#death.when} effect ${this.#death.effect}, ${call.name}`);
  }

  #refuseDead({ name }: Call): void {
    if (this.#dead) throw new Died(`${name} of a dead process`);
  }
}
