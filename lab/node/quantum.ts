import type { Timings } from './timings.ts';

/** What makes a node reconsider its cluster before the quantum interval is over. */
export type Disturbance =
  | 'nodeArrived'
  | 'nodeDeparted'
  | 'principalDeparted'
  | 'peerAdjacencyChanged'
  | 'joinAccepted'
  | 'mergeCandidateSeen'
  | 'memberOrphaned';

interface Span {
  first: number;
  last: number;
}

/** A step that is due; a step that `canWait` may be put off until the disturbance behind it is seen. */
export interface QuantumStep {
  readonly canWait: boolean;
}

/**
 * The clock that gathers changes of membership into steps, so that a split is one change and not several.
 *
 * Undisturbed it steps once a quantum interval. A disturbance moves the next step to where that kind of
 * change is expected to have settled, never closer than half an interval to the last one. This is why the
 * recorded times scatter between 1.9 and 2.9 s: the phase of the last undisturbed step is chance.
 * Has no timer: ask `due` often.
 */
export class QuantumClock {
  readonly #timings: Timings;
  readonly #disturbances = new Map<Disturbance, Span>();
  readonly #settled = new Set<Disturbance>();
  #lastStart: number;
  #lastLength: number;
  #isPostponed = false;

  constructor(timings: Timings, now: number) {
    this.#timings = timings;
    this.#lastStart = now;
    this.#lastLength = timings.quantum;
  }

  /** Notes a disturbance that happened at `at`. */
  note(disturbance: Disturbance, at: number): void {
    if (this.#settled.has(disturbance)) return;
    const known = this.#disturbances.get(disturbance);
    const isSameEvent = known !== undefined && at - known.first <= this.#timings.quantum / 2;
    const first = isSameEvent ? known.first : at;
    this.#disturbances.set(disturbance, { first, last: at });
  }

  /** Says that nothing is to be waited for in this kind of disturbance until the next step is over. */
  settle(disturbance: Disturbance): void {
    this.#disturbances.delete(disturbance);
    this.#settled.add(disturbance);
  }

  /** Whether any of these was noted since the last step. */
  hasSeen(...disturbances: readonly Disturbance[]): boolean {
    return disturbances.some((disturbance) => this.#disturbances.has(disturbance));
  }

  /** The step that is due at `now`, if one is; after acting on it call `started`. */
  due(now: number): QuantumStep | undefined {
    const earliest = this.#earliestStart();
    const expected = this.#lastStart + this.#lastLength;
    const buffer = Math.min(Math.max(0, earliest - expected), this.#lastLength / 2);
    const canWait = this.#lastStart + 3 * this.#lastLength + buffer > now;
    return earliest <= now || !canWait ? { canWait } : undefined;
  }

  /** Puts the step that is being acted on off to the next tick. */
  postpone(): void {
    this.#isPostponed = true;
  }

  /** Closes the step that was due at `now`. */
  started(now: number): void {
    if (!this.#isPostponed) {
      this.#lastLength = now - this.#lastStart;
      this.#lastStart = now;
      this.#disturbances.clear();
      this.#settled.clear();
    }
    this.#isPostponed = false;
  }

  #earliestStart(): number {
    const { quantum } = this.#timings;
    if (this.#disturbances.size + this.#settled.size === 0) return this.#lastStart + quantum;
    const settled = [...this.#disturbances].map(
      ([disturbance, span]) => span.first + settlingTime(disturbance, span, this.#timings),
    );
    return Math.max(this.#lastStart + quantum / 2, ...settled);
  }
}

/** How long to wait, from its first sign, until a disturbance has shown all of itself; in milliseconds. */
function settlingTime(disturbance: Disturbance, span: Span, timings: Timings): number {
  const { quantum, nodeTimeout, pulseDelay, tick } = timings;
  const spread = span.last - span.first;
  const joining = spread + tick + pulseDelay;
  const waits: Record<Disturbance, number> = {
    nodeArrived: spread / 2 + 2 * pulseDelay + quantum / 2,
    nodeDeparted: nodeTimeout + 2 * pulseDelay + quantum / 4,
    principalDeparted: nodeTimeout + 2 * pulseDelay + Math.max(quantum / 4, joining),
    peerAdjacencyChanged: pulseDelay,
    joinAccepted: joining,
    mergeCandidateSeen: quantum,
    memberOrphaned: quantum,
  };
  return Math.min(quantum, waits[disturbance]);
}
