import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { after } from '../../../core/plan/filters.ts';
import { firstDifference } from '../../../core/plan/reachability.ts';
import { wrongFlows } from './reachability-brute-force.ts';
import { anyCase } from './reachability-cases.ts';

describe('firstDifference(), against asking for every flow one by one', () => {
  test('finds a difference exactly where there is one, and one that there is', () => {
    const counts = { equal: 0, different: 0 };
    const property = fc.property(anyCase(), ({ filters, steps, cuts }) => {
      const now = after(filters, steps);
      const wrong = wrongFlows({ before: filters, now, cuts });
      const found = firstDifference(filters, now, cuts);
      if (found === undefined) {
        counts.equal += 1;
        expect(wrong).toEqual([]);
        return;
      }
      counts.different += 1;
      expect(wrong.length).toBeGreaterThan(0);
      const [first, last] = found.ports;
      const same = wrong.filter(
        ({ protocol, port, wanted, from, to }) =>
          protocol === found.protocol &&
          first <= port &&
          port <= last &&
          wanted === found.wanted &&
          [from, to].some((name) => name === found.from || name === found.to),
      );
      expect({ found, same }).not.toEqual({ found, same: [] });
    });
    fc.assert(property, { numRuns: 1000 });

    expect(counts.equal).toBeGreaterThan(200);
    expect(counts.different).toBeGreaterThan(200);
  });
});
