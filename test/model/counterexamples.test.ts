/** Each rule taken out of the model brings the counterexample of the protocol's table back. */
import { expect, test } from 'vitest';
import { counterexamples } from './counterexamples.ts';
import { search } from './model.ts';
import { tell } from './tell.ts';

test.each(counterexamples)('without $name: $breaks', ({ breaks, ...bounds }) => {
  const found = tell(bounds, () => search({ ...bounds, checks: [breaks], statesMax: 8e6 }));

  expect(found.broken?.property).toBe(breaks);
  expect(found.broken?.trace.length).toBeGreaterThan(5);
});
