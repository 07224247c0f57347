import { describe, expect, test } from 'vitest';
import { pick } from '../../core/pick.ts';
import { aNode, refusalOf, someNodes } from './inventories.ts';

describe('pick()', () => {
  test.each([['n2'], ['i-n2'], ['10.0.0.2']])('finds an instance by %s', (name) => {
    expect(pick([name], someNodes(3), 'node').map(({ id }) => id)).toEqual(['i-n2']);
  });

  test('takes one once that is named twice, and keeps the order of the names', () => {
    const found = pick(['n3', 'n2', 'i-n3'], someNodes(3), 'node');
    expect(found.map(({ name }) => name)).toEqual(['n3', 'n2']);
  });

  test('refuses a name nobody bears, and says who there is', () => {
    expect(refusalOf(() => pick(['n9'], someNodes(2), 'node'))).toBe(
      'Cannot target node "n9" as it must name exactly one node: found 0 among n1, n2',
    );
  });

  test('refuses a name that two bear', () => {
    const twins = [aNode(1, { name: 'db' }), aNode(2, { name: 'db' })];
    expect(refusalOf(() => pick(['db'], twins, 'node'))).toContain('found 2 among db, db');
  });

  test('refuses any name where there is nobody', () => {
    expect(refusalOf(() => pick(['c1'], [], 'client'))).toContain('found 0 among none');
  });
});
