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

/** The sum of some counters; null where one of them, or all of the reading, is unknown. */
export function sumOf(reading: Reading | undefined, names: readonly CounterName[]): number | null {
  if (reading === undefined) return null;
  return names.reduce<number | null>((total, name) => {
    const value = reading.get(name) ?? null;
    return total === null || value === null ? null : total + value;
  }, 0);
}

/** What clients asked for and got. */
export const clientDone = ['client_read_success', 'client_write_success'] as const;
/** What nodes gave up on for clients. */
export const clientTimeouts = ['client_read_timeout', 'client_write_timeout'] as const;
/** What nodes declined. */
export const clientErrors = ['client_read_error', 'client_write_error'] as const;
