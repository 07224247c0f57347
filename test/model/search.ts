import type { Property } from './bounds.ts';
import { Bucket, none, Numbers, Seen } from './seen.ts';

/** What a search came to. */
export interface Found {
  /** Different states, however many adversities it took to come to them. */
  readonly states: number;
  /** Nothing was left out within the bounds. */
  readonly whole: boolean;
  /** Nothing was left out of what so many adversities lead to. */
  readonly wholeTo: number;
  readonly broken?: { readonly property: Property; readonly trace: readonly string[] };
}

/** One step on from a state: what it costs in adversities, and what it is called. */
export type Emit = (next: Uint8Array, cost: number, label: string) => void;

/** What is searched: a first state, what follows each, and what is wrong with one. */
export interface Graph {
  readonly bytes: number;
  readonly first: Uint8Array;
  /** Calls `emit` for every next state, up to the first that breaks a property, and answers which. */
  expand(state: Uint8Array, emit: Emit): Property | undefined;
}

/**
 * Every state that can be reached with at most `k` adversities: first all that need none, then all that need
 * one, and so on, breadth first. So each state is expanded once, with the most that is left to go wrong from
 * it: whatever follows with less left follows with more.
 *
 * A state is known by a 64-bit hash of its bytes. That two of 20 million share one, so that the second is
 * skipped, has a chance of about 1 in 100,000.
 */
export class Search {
  readonly #graph: Graph;
  readonly #k: number;
  readonly #statesMax: number;
  readonly #seen = new Seen();
  readonly #parents = new Numbers();
  readonly #ordinals = new Numbers();
  readonly #buckets: Bucket[];
  #index = 0;
  #ordinal = 0;
  #cost = 0;
  #expanded = 0;

  constructor(graph: Graph, { k, statesMax = Infinity }: { k: number; statesMax?: number }) {
    this.#graph = graph;
    this.#k = k;
    this.#statesMax = statesMax;
    this.#buckets = Array.from({ length: k + 1 }, () => new Bucket(graph.bytes));
  }

  run(): Found {
    this.#index = none;
    this.#add(this.#graph.first, 0);
    for (this.#cost = 0; this.#cost <= this.#k; this.#cost += 1) {
      const bucket = this.#buckets[this.#cost];
      for (let next = bucket?.shift(); next !== undefined; next = bucket?.shift()) {
        if (this.#seen.costOf(next.slot) !== this.#cost) continue;
        if (this.#expanded >= this.#statesMax) return this.#cut();
        const property = this.#expand(next.state, next.index);
        if (property !== undefined) {
          const trace = [...this.#traceTo(next.index, this.#brokenAt)];
          return { ...this.#cut(), broken: { property, trace } };
        }
      }
    }
    return { states: this.#expanded, whole: true, wholeTo: this.#k };
  }

  #cut(): Found {
    return { states: this.#expanded, whole: false, wholeTo: this.#cost - 1 };
  }

  #brokenAt = 0;

  #expand(state: Uint8Array, index: number): Property | undefined {
    this.#expanded += 1;
    this.#index = index;
    this.#ordinal = 0;
    const property = this.#graph.expand(state, this.#emit);
    this.#brokenAt = this.#ordinal - 1;
    return property;
  }

  readonly #emit: Emit = (next, cost) => {
    const total = this.#cost + cost;
    if (total <= this.#k) this.#add(next, total);
    this.#ordinal += 1;
  };

  #add(state: Uint8Array, cost: number): void {
    const slot = this.#seen.improve(state, cost);
    if (slot < 0) return;
    const index = this.#parents.push(this.#index);
    this.#ordinals.push(this.#ordinal);
    this.#buckets[cost]?.push(state, index, slot);
  }

  /** The labels from the first state to this one, by walking again the way that led here. */
  *#traceTo(index: number, last: number): Generator<string> {
    const ordinals = [last];
    for (let at = index; this.#parents.at(at) !== none; at = this.#parents.at(at)) {
      ordinals.push(this.#ordinals.at(at));
    }
    let state: Uint8Array | undefined = this.#graph.first;
    for (const ordinal of ordinals.toReversed()) {
      if (state === undefined) return;
      const taken = this.#nth(state, ordinal);
      if (taken?.label !== undefined) yield taken.label;
      state = taken?.state;
    }
  }

  #nth(from: Uint8Array, ordinal: number): { state: Uint8Array; label: string } | undefined {
    let count = 0;
    let found: { state: Uint8Array; label: string } | undefined;
    this.#graph.expand(from, (next, _, label) => {
      if (count === ordinal) found = { state: next.slice(), label };
      count += 1;
    });
    return found;
  }
}
