import { expect, test } from 'vitest';
import { describeReal, markers, reported } from './real.ts';

describeReal('marker records on a real server in AP mode', () => {
  test('what the lone node acknowledged and others wrote too is lost, all of it', async () => {
    const changes = { name: 'real-split', holdSeconds: 60 };
    const told = await reported('examples/isolate-with-markers.json', changes);
    expect(told.verdicts.recovered.answer, told.says).toBe('confirmed');
    expect(told.markers).toMatchObject({
      split: { predicted: true, seen: true },
      lost: 100,
      removed: true,
      sides: [
        {
          own: { acknowledged: 100, seenDuring: [100, 0], seenAfter: 100, lost: 0 },
          shared: { acknowledged: 100, seenDuring: [100, 0], seenAfter: 0, lost: 100 },
        },
        {
          own: { acknowledged: 100, seenDuring: [0, 100], seenAfter: 100, lost: 0 },
          shared: { acknowledged: 100, seenDuring: [0, 100], seenAfter: 100, lost: 0 },
        },
      ],
    });
    expect(told.markers?.sides.map(({ nodes }) => nodes.length)).toEqual([1, 2]);
    expect(told.residue).toEqual([]);
  });

  test('with no split none is', async () => {
    const changes = { name: 'real-whole', holdSeconds: 60, markers };
    const told = await reported('examples/one-ended-recipe.json', changes);
    expect(told.markers).toMatchObject({
      split: { predicted: true, seen: false },
      lost: 0,
      removed: true,
      sides: [{ own: { seenAfter: 100, lost: 0 }, shared: { seenAfter: 100, lost: 0 } }],
    });
    // The side that was to be apart wrote nothing by itself, so of that nothing is known.
    expect(told.markers?.kept.answer).toBe('inconclusive');
    expect(told.markers?.kept.evidence).toContain(
      'a split was predicted, and nodes told of one side alone',
    );
    expect(told.markers?.sides.map(({ nodes }) => nodes.length)).toEqual([3]);
  });
});
