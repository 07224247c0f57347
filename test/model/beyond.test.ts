/** Batches that act in part, clocks, lost writes, silent hosts, overlapping sweeps: what no earlier search covered. */
import { expect, test } from 'vitest';
import { beyond, beyondWithout } from './beyond.ts';
import { search } from './model.ts';
import { tell } from './tell.ts';

test.each(beyond)('$name, k = $k', (bounds) => {
  const found = tell(bounds, () => search(bounds));

  expect(found.broken).toBeUndefined();
  expect(found.states).toBeGreaterThan(1000);
  expect(found.wholeTo).toBeGreaterThanOrEqual(bounds.statesMax === undefined ? bounds.k : 1);
});

test.each(beyondWithout)('$name: $breaks', ({ breaks, ...bounds }) => {
  const found = tell(bounds, () => search({ ...bounds, checks: [breaks], statesMax: 8e6 }));

  expect(found.broken?.property).toBe(breaks);
});
