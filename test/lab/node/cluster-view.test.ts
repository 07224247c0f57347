import { expect, test } from 'vitest';
import {
  blocked,
  committed,
  exchanging,
  migrationsLeft,
  migrationTime,
  orphaned,
  unavailablePartitions,
  unclustered,
} from '../../../lab/node/cluster-view.ts';

const three = committed(
  unclustered,
  { key: '4AB53A0B2ACE', members: ['A3', 'A2', 'A1'], migrateMs: 0 },
  1000,
);

test('an orphan goes on showing its last cluster', () => {
  expect(orphaned(three, 2400)).toMatchObject({
    size: 3,
    key: '4AB53A0B2ACE',
    principal: 'A3',
    isMember: false,
    migrateAllowed: false,
  });
});

test('after five quantum intervals an orphan shows size 0 and 4096 unavailable partitions, as in row K', () => {
  const orphan = orphaned(three, 2400);
  expect(blocked(orphan, 11_450, 1810)).toBe(orphan);
  const shut = blocked(orphan, 11_451, 1810);
  expect(shut).toMatchObject({ size: 0, key: '0', principal: '0', isMember: false });
  expect(unavailablePartitions(shut)).toBe(4096);
  expect(unavailablePartitions(orphan)).toBe(0);
});

test('an orphan that found a cluster is not shut, and shows it only once all are ready', () => {
  const found = exchanging(orphaned(three, 2400));
  expect(found).toMatchObject({ size: 3, isMember: true, migrateAllowed: false });
  expect(blocked(found, 99_999, 1810)).toBe(found);
  const shown = committed(found, { key: 'B', members: ['A1'], migrateMs: 0 }, 3000);
  expect(shown).toMatchObject({ size: 1, key: 'B', principal: 'A1', migrateAllowed: true });
});

test('every change of the cluster counts one rebalance, and one peer generation a node that came or went', () => {
  const two = committed(three, { key: 'C', members: ['A3', 'A2'], migrateMs: 1500 }, 3000);
  expect(three).toMatchObject({ rebalances: 1, peersGeneration: 3 });
  expect(two).toMatchObject({ rebalances: 2, peersGeneration: 4 });
});

test('partitions move evenly from 4096 to none', () => {
  const two = committed(three, { key: 'C', members: ['A3', 'A2'], migrateMs: 1500 }, 3000);
  expect([3000, 3750, 4499, 4500].map((now) => migrationsLeft(two, now))).toEqual([
    4096, 2048, 3, 0,
  ]);
});

test.each([
  ['a split takes 1.5 s', [3, 3], 2, 1500],
  ['a rejoin takes 5 s', [1, 2, 2], 3, 5000],
  ['a node alone has nothing to move', [3], 1, 0],
  ['the first cluster has nothing to move', [0, 0, 0], 3, 0],
  ['the same nodes under a new key take 1.5 s', [3, 3, 3], 3, 1500],
])('migrationTime() says that %s', (_, before, size, expected) => {
  expect(migrationTime(before, size)).toBe(expected);
});
