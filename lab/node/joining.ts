import { chooseCluster } from './clique.ts';
import type { ClusterMessage } from './messages.ts';
import { isOrphan } from './neighbours.ts';
import type { Neighbours } from './neighbours.ts';
import { succession } from './node-id.ts';
import type { Timings } from './timings.ts';

/** What joining needs; `wallClock` gives milliseconds, to tell late requests. */
export interface JoiningOptions {
  readonly self: string;
  readonly timings: Timings;
  readonly neighbours: Neighbours;
  readonly wallClock: () => number;
  readonly send: (to: string, message: ClusterMessage, now: number) => void;
}

interface Request {
  readonly principal: string;
  readonly sentAt: number;
  repeatedAt: number;
}

/**
 * Requests to be taken into a cluster: the one an orphan makes, and those that wait for this node's decision.
 *
 * A request stands until it is rejected, its principal departs, or 2.5 quantum intervals are over; then the
 * next principal is asked. A node that asks takes nobody in.
 */
export class Joining {
  readonly #options: JoiningOptions;
  readonly #askedAt = new Map<string, number>();
  readonly #pending = new Set<string>();
  #request: Request | undefined;

  constructor(options: JoiningOptions) {
    this.#options = options;
  }

  /** The nodes that wait to be taken in. */
  get pending(): ReadonlySet<string> {
    return this.#pending;
  }

  /** Asks a principal in sight, else the highest orphan, to be taken in; false when nobody is there to ask. */
  askSomebody(now: number): boolean {
    if (this.#isWaiting(now)) return true;
    const { self, timings, neighbours } = this.#options;
    const { quantum, interval } = timings;
    for (const [id, at] of this.#askedAt) {
      if (at + Math.min(quantum / 2, 2 * interval) < now) this.#askedAt.delete(id);
    }
    const pulses = neighbours.fresh(now);
    const principals = succession(
      pulses.filter((pulse) => !isOrphan(pulse)).flatMap((pulse) => pulse.succession.slice(0, 1)),
    ).filter((id) => id !== self);
    if (principals.length > 0) return this.#askNext(principals, now);
    const orphans = pulses.filter(isOrphan).map((pulse) => pulse.id);
    const fresh = orphans.filter((id) => !this.#askedAt.has(id));
    const [leader] = chooseCluster(fresh, self, neighbours.adjacency(self)).chosen;
    if (leader === undefined || leader === self) return false;
    this.ask(leader, now);
    return true;
  }

  /** Asks one node; one that is not heard cannot be asked. */
  ask(principal: string, now: number): void {
    if (this.#options.neighbours.get(principal) === undefined) return;
    this.#askedAt.set(principal, now);
    this.#request = { principal, sentAt: now, repeatedAt: now };
    this.rejectPending(now);
    this.#say(principal, now);
  }

  /** A node said no; true when that was the answer to the standing request. */
  rejected(from: string): boolean {
    if (this.#request?.principal !== from) return false;
    this.#request = undefined;
    return true;
  }

  /** The node is in a cluster: it asks nobody any more. */
  joined(): void {
    this.#request = undefined;
  }

  /** Takes a request up; true when it is new. Busy nodes reject it, late ones are left unanswered. */
  takeUp(from: string, sentAt: number, now: number): boolean {
    const { timings, wallClock } = this.#options;
    const isAsking = this.#request !== undefined && this.#request.sentAt + patience(timings) >= now;
    if (isAsking) {
      this.reject(from, now);
      return false;
    }
    const isLate = wallClock() - sentAt > timings.interval + timings.pulseDelay;
    if (this.#pending.has(from) || isLate) return false;
    this.#pending.add(from);
    return true;
  }

  /** Says no to everybody who waits, but to those in `except`. */
  rejectPending(now: number, except: readonly string[] = []): void {
    for (const id of this.#pending) if (!except.includes(id)) this.reject(id, now);
    this.#pending.clear();
  }

  /** Says no. */
  reject(id: string, now: number): void {
    this.#options.send(id, { kind: 'reject' }, now);
  }

  #isWaiting(now: number): boolean {
    const { timings, neighbours } = this.#options;
    const request = this.#request;
    if (request === undefined || neighbours.get(request.principal) === undefined) return false;
    if (now >= request.sentAt + patience(timings)) return false;
    if (now > request.repeatedAt + timings.interval / 2) {
      request.repeatedAt = now;
      this.#say(request.principal, now);
    }
    return true;
  }

  /** Takes the principals in turn; says true even when none can be asked just now. */
  #askNext(principals: readonly string[], now: number): true {
    const eligible = principals.filter((id) => !this.#askedAt.has(id));
    const last = this.#request?.principal;
    const next = eligible[(last === undefined ? 0 : eligible.indexOf(last) + 1) % eligible.length];
    this.#request = undefined;
    if (next !== undefined) this.ask(next, now);
    return true;
  }

  #say(principal: string, now: number): void {
    const { send, wallClock } = this.#options;
    send(principal, { kind: 'join', sentAt: wallClock() }, now);
  }
}

function patience({ quantum }: Timings): number {
  return 2.5 * quantum;
}
