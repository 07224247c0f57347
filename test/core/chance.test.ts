import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chosenOf, seedOf } from '../../core/chance.ts';

const seeds = fc.integer({ min: 0, max: 4_294_967_295 });
const five = ['n1', 'n2', 'n3', 'n4', 'n5'];

describe('chosenOf()', () => {
  test('takes so many, each once, in the order given', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 7 }), (seed, count) => {
        const chosen = chosenOf(five, count, seed);

        expect(chosen).toHaveLength(Math.min(count, 5));
        expect(chosen).toEqual(five.filter((name) => chosen.includes(name)));
      }),
    );
  });

  test('takes the same for the same seed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(chosenOf(five, 2, seed)).toEqual(chosenOf(five, 2, seed));
      }),
    );
  });

  test.each([
    { count: 1, ways: 5 },
    { count: 2, ways: 10 },
    { count: 4, ways: 5 },
  ])('takes each of the $ways ways to choose $count about as often', ({ count, ways }) => {
    const times = new Map<string, number>();
    const tries = 10_000;
    for (let seed = 0; seed < tries; seed += 1) {
      const key = chosenOf(five, count, seed).join();
      times.set(key, (times.get(key) ?? 0) + 1);
    }
    const even = tries / ways;
    // Pearson's statistic: above 33 in one of 10,000 tries by chance, with 9 degrees of freedom.
    const off = [...times.values()].reduce((sum, seen) => sum + (seen - even) ** 2 / even, 0);

    expect(times.size).toBe(ways);
    expect(off).toBeLessThan(33);
  });
});

describe('seedOf()', () => {
  test('is a seed that an experiment may name', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        const seed = seedOf(text);
        expect(Number.isInteger(seed) && seed >= 0 && seed <= 4_294_967_295).toBe(true);
      }),
    );
  });

  test('stays what it is: a run from long ago chose the same', () => {
    expect([seedOf('run1'), seedOf('run2'), seedOf('')]).toEqual([
      2_446_554_070, 2_880_437_035, 2_872_998_923,
    ]);
  });

  test('of run ids in a row makes choices that are spread evenly', () => {
    const times = new Map<string, number>();
    for (let run = 0; run < 5_000; run += 1) {
      const [name = ''] = chosenOf(five, 1, seedOf(`run${run}`));
      times.set(name, (times.get(name) ?? 0) + 1);
    }
    for (const seen of times.values()) expect(Math.abs(seen - 1_000)).toBeLessThan(150);
    expect(times.size).toBe(5);
  });
});
