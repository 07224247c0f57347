/** Within the bounds of the protocol's table nothing is ever broken: two runs. */
import { expect, test } from 'vitest';
import { search } from './model.ts';
import { rows } from './rows.ts';
import { tell } from './tell.ts';

const mine = rows.filter(({ runs, shortcut }) => runs === 2 && shortcut !== true);

test.each(mine)('$name, k = $k', (bounds) => {
  const found = tell(bounds, () => search(bounds));

  expect(found.broken).toBeUndefined();
  expect(found.states).toBeGreaterThan(1000);
  expect(found.wholeTo).toBeGreaterThanOrEqual(bounds.statesMax === undefined ? bounds.k : 2);
});
