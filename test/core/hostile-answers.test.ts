import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NodeView, ProbeAnswers } from '../../core/observation.ts';
import { aView } from './answers.ts';

const good = { probe: 'new/10.0.0.1/3000', answer: 'open', ms: 1 };

const view = aView('A1');

describe('ProbeAnswers', () => {
  test('one result that is no result is null, and the others are what they are', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (hostile) => {
        const json = { script: 'probe', at: 1, results: [hostile, good] };
        const { results } = ProbeAnswers.parse(json);
        expect(results).toEqual([null, good]);
      }),
      { numRuns: 500, seed: 20_261_121 },
    );
  });

  test('a line that is none is no answer, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (hostile) => {
        expect(ProbeAnswers.safeParse(hostile).success).toBe(false);
      }),
      { numRuns: 500, seed: 20_261_121 },
    );
  });

  const without = Object.keys(view).map((name) => ({ name, told: { ...view, [name]: undefined } }));
  test.each(without)('a view without $name is no view', ({ told }) => {
    expect(NodeView.safeParse(told).success).toBe(false);
    const { results } = ProbeAnswers.parse({
      script: 'probe',
      at: 1,
      results: [{ probe: 'view/10.0.0.1/3000/3', ...told }, good],
    });
    expect(NodeView.safeParse(results[0]).success).toBe(false);
    expect(results[1]).toEqual(good);
  });

  test('a view with another kind of value is no view', () => {
    const wrong = fc.oneof(fc.string(), fc.double({ noInteger: true }), fc.constant(null));
    const figure = fc.constantFrom('size', 'heartbeats', 'migrations', 'unavailable', 'dead');
    fc.assert(
      fc.property(figure, wrong, (name, value) => {
        expect(NodeView.safeParse({ ...view, [name]: value }).success).toBe(false);
      }),
      { numRuns: 200, seed: 20_261_121 },
    );
  });
});
