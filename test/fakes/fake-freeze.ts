import type { Freeze } from '../../lambda/gateways.ts';

/** The freeze switch, off unless a test says otherwise. */
export class FakeFreeze implements Freeze {
  /** Why no run may start. */
  says: string | undefined;
  /** What reading it fails with, if it does. */
  failure: Error | undefined;

  async frozen(): Promise<{ says: string } | undefined> {
    if (this.failure !== undefined) throw this.failure;
    return this.says === undefined ? undefined : { says: this.says };
  }
}
