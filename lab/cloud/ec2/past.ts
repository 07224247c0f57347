import type { Ec2State } from './state.ts';

/**
 * What an endpoint's state was a while ago, for answers that lag behind.
 *
 * It knows only the changes that it was told of, and forgets those that nobody can ask for any more.
 */
export class Past {
  #replaced: { readonly at: number; readonly state: Ec2State }[] = [];

  /** Call it right before `state` changes at `now`; what was replaced over `keepMs` ago is forgotten. */
  keep(state: Ec2State, now: number, keepMs: number): void {
    this.#replaced = this.#replaced.filter(({ at }) => at > now - keepMs);
    if (keepMs > 0) this.#replaced.push({ at: now, state: state.copy() });
  }

  /** The state as of `instant`, which is `current` when nothing has changed since. */
  asOf(instant: number, current: Ec2State): Ec2State {
    return this.#replaced.find(({ at }) => at > instant)?.state ?? current;
  }
}
