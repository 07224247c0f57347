import type { FullSnapshot } from './state.ts';

/**
 * Brings changes into force, at once or after a delay, in the order they were made.
 *
 * `end()` forgets what is still on its way. A delayed change that fails has nobody to tell, so the
 * next change fails with its error.
 */
export class Propagation {
  readonly #onChange: (inventory: FullSnapshot) => Promise<void>;
  readonly #onTheirWay = new Set<NodeJS.Timeout>();
  #made = 0;
  #inForce = 0;
  #failure: unknown;

  constructor(onChange: (inventory: FullSnapshot) => Promise<void>) {
    this.#onChange = onChange;
  }

  /** Bring `inventory` into force `delayMs` from now; resolves when it is, or at once with a delay. */
  async spread(inventory: FullSnapshot, delayMs: number): Promise<void> {
    this.#throwFailure();
    this.#made += 1;
    const number = this.#made;
    if (delayMs === 0) {
      await this.#enforce(inventory, number);
      return;
    }
    const timer = setTimeout(() => {
      this.#onTheirWay.delete(timer);
      this.#enforce(inventory, number).catch((error: unknown) => {
        this.#failure = error;
      });
    }, delayMs);
    this.#onTheirWay.add(timer);
  }

  /** Without the check a slow change would undo a quick one made after it, once the delay is lowered. */
  async #enforce(inventory: FullSnapshot, number: number): Promise<void> {
    if (number < this.#inForce) return;
    this.#inForce = number;
    await this.#onChange(inventory);
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  end(): void {
    for (const timer of this.#onTheirWay) clearTimeout(timer);
    this.#onTheirWay.clear();
  }
}
