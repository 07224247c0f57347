/**
 * Time that passes only when nothing else can go on, for a whole process: the clock, the timers and the
 * sleeps of every module in it.
 *
 * Installed once by {@link VirtualTime.install}, for good: a process that has it is of no other use.
 * {@link VirtualTime.until} makes time pass. Exact as long as nothing in the process waits for the world
 * outside (a socket, a file, a thread): all else goes on by microtasks, ticks and immediates, and the next
 * timer fires only when there are none of these left.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';

type Callback = (...values: unknown[]) => void;

/** What `setTimeout` gives: as much of Node's own as is asked of it here. */
class Timer {
  readonly id: number;
  readonly callback: () => void;
  readonly everyMs: number | undefined;
  at: number;
  live = true;

  constructor(id: number, at: number, how: { callback: () => void; everyMs?: number | undefined }) {
    this.id = id;
    this.at = at;
    this.callback = how.callback;
    this.everyMs = how.everyMs;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }
}

const RealDate = Date;
const realImmediate = setImmediate;
const realTimeout = setTimeout;

const roundMs = 600_000;

/** How often nothing at all may be found due, a millisecond apart. */
const idleMax = 5_000;

const outside = (): Promise<void> =>
  new Promise((resolve) => {
    realTimeout(resolve, 1);
  });

/** The timers of a process, and its time in epoch milliseconds. */
export class VirtualTime {
  #now: number;
  #lastId = 0;
  #pendingImmediates = 0;
  /** By their instants, and in the order of asking. */
  #queue: Timer[] = [];
  readonly #byId = new Map<number, Timer>();

  constructor(startsAt: number) {
    this.#now = startsAt;
  }

  get now(): number {
    return this.#now;
  }

  /** Calls `callback` once, `milliseconds` from now. */
  after(milliseconds: number, callback: () => void, everyMs?: number): Timer {
    const wait = Number.isFinite(milliseconds) && milliseconds > 0 ? milliseconds : 0;
    const timer = new Timer((this.#lastId += 1), this.#now + wait, { callback, everyMs });
    this.#byId.set(timer.id, timer);
    this.#enqueue(timer);
    return timer;
  }

  /** Forgets a timer, by itself or by its number; anything else is no timer and passed over. */
  cancel(handle: unknown): void {
    const timer = handle instanceof Timer ? handle : this.#byId.get(Number(handle));
    if (timer === undefined) return;
    timer.live = false;
    this.#byId.delete(timer.id);
  }

  /**
   * Forgets every timer, as if all that set one had never been, and goes on to the next full ten minutes:
   * what begins anew does so at the same distance from every round time.
   */
  clear(): void {
    this.#now = roundMs * Math.ceil(this.#now / roundMs);
    for (const timer of this.#queue) timer.live = false;
    this.#queue = [];
    this.#byId.clear();
  }

  /**
   * Lets everything go on until `isOver`. Where there is no timer left it waits for the world outside, which
   * is where some module reads a file.
   *
   * @throws when nothing comes from there either
   */
  async until(isOver: () => boolean): Promise<void> {
    for (let idle = 0; idle < idleMax; idle += 1) {
      await this.#quiet();
      if (isOver()) return;
      const timer = this.#queue.shift();
      if (timer === undefined) await outside();
      else idle = -1;
      if (timer?.live === true) this.#fire(timer);
    }
    throw new Error('Cannot go on as something must be due: found no timer, and no end');
  }

  /** Lets time pass until a promise is settled. */
  async settled<Value>(promise: Promise<Value>): Promise<Value> {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    promise.then(over, over);
    await this.until(() => isOver);
    return promise;
  }

  /** Puts this time in the place of the process's own. */
  install(): void {
    const timers = this.#timers();
    Object.assign(globalThis, timers, { Date: dateOf(() => this.#now) });
    Object.assign(required('node:timers'), timers);
    Object.assign(required('node:timers/promises'), { setTimeout: this.#sleep });
    const startedAt = this.#now;
    Object.defineProperty(performance, 'now', { value: () => this.#now - startedAt });
    syncBuiltinESMExports();
  }

  /** What stands in for the functions of node:timers. */
  #timers(): object {
    const set = (callback: Callback, milliseconds = 0, ...values: unknown[]): Timer =>
      this.after(milliseconds, () => callback(...values));
    const setInterval = (callback: Callback, milliseconds = 1, ...values: unknown[]): Timer =>
      this.after(milliseconds, () => callback(...values), milliseconds);
    const clear = (handle: unknown): void => this.cancel(handle);
    const immediate = (callback: Callback, ...values: unknown[]): NodeJS.Immediate => {
      this.#pendingImmediates += 1;
      return realImmediate(() => {
        this.#pendingImmediates -= 1;
        callback(...values);
      });
    };
    return {
      setTimeout: Object.defineProperty(set, promisify.custom, { value: this.#sleep }),
      clearTimeout: clear,
      setInterval,
      clearInterval: clear,
      setImmediate: immediate,
    };
  }

  /** `setTimeout` of node:timers/promises. */
  readonly #sleep = (
    milliseconds = 0,
    value?: unknown,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.cancel(timer);
        reject(Object.assign(new Error('The operation was aborted'), { name: 'AbortError' }));
      };
      const timer = this.after(milliseconds, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve(value);
      });
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });

  /** Until no microtask, tick or immediate is left. */
  async #quiet(): Promise<void> {
    do {
      await new Promise<void>((resolve) => realImmediate(resolve));
    } while (this.#pendingImmediates > 0);
  }

  #fire(timer: Timer): void {
    this.#now = Math.max(this.#now, timer.at);
    if (timer.everyMs === undefined) {
      timer.live = false;
      this.#byId.delete(timer.id);
    } else {
      timer.at = this.#now + Math.max(1, timer.everyMs);
      this.#enqueue(timer);
    }
    timer.callback();
  }

  #enqueue(timer: Timer): void {
    let [low, high] = [0, this.#queue.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#queue[middle]?.at ?? 0) <= timer.at) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, timer);
  }
}

const required = createRequire(import.meta.url);

/** A Date that begins now by another clock; its call without `new` occurs nowhere here. */
function dateOf(now: () => number): unknown {
  return class extends RealDate {
    constructor(...values: [] | [number | string | Date]) {
      if (values.length === 0) super(now());
      else super(...values);
    }

    static override now(): number {
      return now();
    }
  };
}
