/** What nodes counted from one look to another. */
import type { Sample } from './judge/answers.ts';
import { counterNames } from './probe/counters.ts';
import type { CounterName } from './probe/counters.ts';

/** Readings of one node's counters; null: its server does not count that. */
export type Reading = ReadonlyMap<CounterName, number | null>;

/** What a node had counted when it was asked, in epoch milliseconds. */
export interface Counted {
  readonly from: string;
  readonly at: number;
  readonly reading: Reading;
}

/** Every node's counters at one look; one that did not answer is missing. */
export function countedIn({ seen }: Pick<Sample, 'seen'>): Counted[] {
  return seen.flatMap(({ from, at, result }) => {
    if (!('counters' in result)) return [];
    const { counters } = result;
    const reading = new Map(counterNames.map((name, index) => [name, counters[index] ?? null]));
    return [{ from, at, reading }];
  });
}

/**
 * How much each counter grew; null where it is not counted, or began anew, as after a restart. Undefined where
 * one of the readings is missing.
 */
export function growthOf(
  before: Reading | undefined,
  after: Reading | undefined,
): Reading | undefined {
  if (before === undefined || after === undefined) return undefined;
  return new Map(
    counterNames.map((name) => {
      const [from, to] = [before.get(name) ?? null, after.get(name) ?? null];
      return [name, from === null || to === null || to < from ? null : to - from];
    }),
  );
}

/** How requests of clients ended on a node; null: not known. */
export interface Clients {
  /** What they asked for and got. */
  readonly done: number | null;
  /** What the node gave up on. */
  readonly timeouts: number | null;
  /** What it declined. */
  readonly errors: number | null;
  /** What failed either way. */
  readonly failed: number | null;
  /** All of it. */
  readonly asked: number | null;
  /** What timed out, or went on to another node: signs of trouble between nodes. */
  readonly noise: number | null;
}

/** By how much the counters of a node grew. */
export function clientsIn(growth: Reading | undefined): Clients {
  const sum = (sure: readonly CounterName[], known: readonly CounterName[]): number | null =>
    sumOf(growth, sure, known);
  const failed = sum([...timedOut.sure, ...declined.sure], [...timedOut.known, ...declined.known]);
  const done = sum(got.sure, got.known);
  return {
    done,
    timeouts: sum(timedOut.sure, timedOut.known),
    errors: sum(declined.sure, declined.known),
    failed,
    asked: done === null || failed === null ? null : done + failed,
    noise: sum(timedOut.sure, [...timedOut.known, ...got.known, ...declined.known]),
  };
}

/**
 * Every server counts those that are sure. Those of requests that ended in the queue, or on another node,
 * are of their own, and count where they are known.
 */
const got = {
  sure: ['client_read_success', 'client_write_success'],
  known: ['client_proxy_complete'],
} as const;
const timedOut = {
  sure: ['client_read_timeout', 'client_write_timeout'],
  known: ['client_tsvc_timeout', 'client_proxy_timeout'],
} as const;
const declined = {
  sure: ['client_read_error', 'client_write_error'],
  known: ['client_proxy_error'],
} as const;

/** The sum of some counters; null where one that is sure, or all of the reading, is unknown. */
function sumOf(
  reading: Reading | undefined,
  sure: readonly CounterName[],
  known: readonly CounterName[],
): number | null {
  if (reading === undefined) return null;
  const more = known.reduce((total, name) => total + (reading.get(name) ?? 0), 0);
  return sure.reduce<number | null>((total, name) => {
    const value = reading.get(name) ?? null;
    return total === null || value === null ? null : total + value;
  }, more);
}
