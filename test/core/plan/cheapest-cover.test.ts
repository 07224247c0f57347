import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cheapestCover, exactEndsMax } from '../../../core/plan/cheapest-cover.ts';
import type { End } from '../../../core/plan/cheapest-cover.ts';

/** Ends with these costs, joined two by two. */
function graph(costs: readonly number[], joined: readonly (readonly [number, number])[]): End[] {
  return costs.map((cost, at) => ({
    cost,
    joined: new Set(
      joined.flatMap(([one, other]) =>
        one === other ? [] : one === at ? [other] : other === at ? [one] : [],
      ),
    ),
  }));
}

const costOf = (taken: ReadonlySet<number>, ends: readonly End[]): number =>
  [...taken].reduce((sum, at) => sum + ends[at]!.cost, 0);

const covers = (taken: ReadonlySet<number>, ends: readonly End[]): boolean =>
  ends.every(({ joined }, at) => taken.has(at) || [...joined].every((other) => taken.has(other)));

/** The least cost, by trying every choice. */
function leastCost(ends: readonly End[]): number {
  const choices = Array.from(
    { length: 2 ** ends.length },
    (_, bits) => new Set([...ends.keys()].filter((at) => ((bits >> at) & 1) === 1)),
  );
  return Math.min(
    ...choices.filter((taken) => covers(taken, ends)).map((taken) => costOf(taken, ends)),
  );
}

const graphs = (most: number): fc.Arbitrary<End[]> =>
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: most }).chain((costs) => {
    const at = fc.integer({ min: 0, max: costs.length - 1 });
    return fc
      .array(fc.tuple(at, at), { maxLength: 3 * most })
      .map((joined) => graph(costs, joined));
  });

/** Several graphs side by side, none joined to another. */
const together = (parts: readonly (readonly End[])[]): End[] =>
  parts.flatMap((part, at) => {
    const before = parts.slice(0, at).reduce((sum, { length }) => sum + length, 0);
    return part.map(({ cost, joined }) => ({
      cost,
      joined: new Set([...joined].map((other) => other + before)),
    }));
  });

describe('cheapestCover()', () => {
  test('takes nothing where nothing is joined', () => {
    expect(cheapestCover(graph([1, 1], []))).toEqual(new Set());
    expect(cheapestCover([])).toEqual(new Set());
  });

  test('takes the middle of a star, unless its points are cheaper', () => {
    const star = [
      [0, 1],
      [0, 2],
    ] as const;

    expect(cheapestCover(graph([1, 1, 1], star))).toEqual(new Set([0]));
    expect(cheapestCover(graph([3, 1, 1], star))).toEqual(new Set([1, 2]));
  });

  test('costs the least there is', () => {
    fc.assert(
      fc.property(graphs(9), (ends) => {
        const taken = cheapestCover(ends);

        expect(covers(taken, ends)).toBe(true);
        expect(costOf(taken, ends)).toBe(leastCost(ends));
      }),
      { numRuns: 200 },
    );
  });

  test('beyond the bound still covers all, and costs at most twice the least', () => {
    const large = fc
      .array(graphs(8), { minLength: 10, maxLength: 14 })
      .filter((parts) => parts.flat().length > exactEndsMax);

    fc.assert(
      fc.property(large, (parts) => {
        const ends = together(parts);
        const taken = cheapestCover(ends);
        const least = parts.reduce((sum, part) => sum + leastCost(part), 0);

        expect(covers(taken, ends)).toBe(true);
        expect(costOf(taken, ends)).toBeLessThanOrEqual(2 * least);
      }),
      { numRuns: 60 },
    );
  });

  test('at the bound takes no time to speak of', () => {
    const ring = Array.from(
      { length: exactEndsMax },
      (_, at) => [at, (at + 1) % exactEndsMax] as const,
    );
    const ends = graph(
      ring.map(() => 1),
      ring,
    );
    const start = performance.now();

    expect(cheapestCover(ends).size).toBe(exactEndsMax / 2);
    expect(performance.now() - start).toBeLessThan(500);
  });
});
