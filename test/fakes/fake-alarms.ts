import type { Alarms } from '../../lambda/gateways.ts';

/** Alarms by name; those never set are not known, which counts as not OK. */
export class FakeAlarms implements Alarms {
  readonly #states = new Map<string, string>();

  set(name: string, state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'): void {
    this.#states.set(name, state);
  }

  async notOk(names: readonly string[]): Promise<{ name: string; state: string }[]> {
    return names
      .map((name) => ({ name, state: this.#states.get(name) ?? 'unknown' }))
      .filter(({ state }) => state !== 'OK');
  }
}
