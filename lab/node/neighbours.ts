import type { Pulse } from './messages.ts';
import type { Timings } from './timings.ts';

/** A node that is heard: its last pulse and when it came (milliseconds of the node's own clock). */
export interface Neighbour {
  readonly pulse: Pulse;
  readonly heardAt: number;
}

/** How a pulse differs from the one before it from the same node. */
export interface PulseNews {
  readonly isNew: boolean;
  readonly hasOtherAdjacency: boolean;
  readonly hasOtherCluster: boolean;
}

/** Whom a node hears, and what they last said; forgets a node after the node timeout. */
export class Neighbours {
  readonly #timings: Timings;
  readonly #heard = new Map<string, Neighbour>();

  constructor(timings: Timings) {
    this.#timings = timings;
  }

  /** Takes a pulse and says what is new in it. */
  hear(pulse: Pulse, now: number): PulseNews {
    const before = this.#heard.get(pulse.id)?.pulse;
    this.#heard.set(pulse.id, { pulse, heardAt: now });
    return {
      isNew: before === undefined,
      hasOtherAdjacency: before !== undefined && !hasSame(before.adjacent, pulse.adjacent),
      hasOtherCluster: before?.key !== pulse.key || !hasSame(before.succession, pulse.succession),
    };
  }

  /** Forgets the nodes that were silent for the node timeout, and returns their ids. */
  expire(now: number): string[] {
    const silent = [...this.#heard]
      .filter(([, { heardAt }]) => heardAt + this.#timings.nodeTimeout < now)
      .map(([id]) => id);
    for (const id of silent) this.#heard.delete(id);
    return silent;
  }

  get ids(): string[] {
    return [...this.#heard.keys()];
  }

  /** Everybody who is heard. */
  all(): Neighbour[] {
    return [...this.#heard.values()];
  }

  /** What a node last said, if it is heard. */
  get(id: string): Neighbour | undefined {
    return this.#heard.get(id);
  }

  /** The nodes whose last pulse is no older than two intervals, which is fresh enough to act on. */
  fresh(now: number): Pulse[] {
    return [...this.#heard.values()]
      .filter(({ heardAt }) => heardAt + 2 * this.#timings.interval >= now)
      .map(({ pulse }) => pulse);
  }

  /** Who hears whom, as far as `self` can tell. */
  adjacency(self: string): Map<string, Set<string>> {
    const told = [...this.#heard].map(([id, { pulse }]) => [id, new Set(pulse.adjacent)] as const);
    return new Map([...told, [self, new Set(this.ids)] as const]);
  }
}

/** Whether a pulse says that its node is in no cluster. */
export function isOrphan(pulse: Pulse): boolean {
  return pulse.key === '0' || pulse.succession.length === 0;
}

/** Whether two lists of node ids hold the same ids, in any order. */
export function hasSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}
