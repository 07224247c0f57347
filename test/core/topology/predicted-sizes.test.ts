import { describe, expect, test } from 'vitest';
import { connectionsOf } from '../../../core/cut.ts';
import type { Topology } from '../../../core/fault.ts';
import { cutsOf } from '../../../core/topology.ts';
import type { TopologyCuts } from '../../../core/topology.ts';
import { anInventory, someNodes } from '../inventories.ts';
import { sizesAfter } from './stand-in-cluster.ts';

function split(topology: Topology, count: number): TopologyCuts {
  const inventory = anInventory({ instances: someNodes(count) });
  return cutsOf(topology, inventory, { ports: [3002], direction: 'both' });
}

/** What the nodes do when n1 has the first of the node ids, n2 the second, and so on. */
function seen({ cuts }: TopologyCuts, nodeIds: readonly string[]): string {
  const idOf = (instance: string): string => nodeIds[Number(instance.slice(3)) - 1]!;
  const cut = new Set(connectionsOf(cuts).map(({ from, to }) => `${idOf(from)} ${idOf(to)}`));
  return sizesAfter(nodeIds.toSorted(), (from, to) => cut.has(`${from} ${to}`)).join();
}

const ids = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `A${index + 1}`);

function orders(of: readonly string[]): string[][] {
  if (of.length < 2) return [[...of]];
  return of.flatMap((one) =>
    orders(of.filter((other) => other !== one)).map((rest) => [one, ...rest]),
  );
}

/** Three orders of more nodes than can be tried in all: up, down, and every other one first. */
const someOrders = (of: readonly string[]): string[][] => [
  [...of],
  of.toReversed(),
  [...of.filter((_, at) => at % 2 === 0), ...of.filter((_, at) => at % 2 === 1)],
];

test('row K of the observed table: n3 sees both, and one of the others is in no cluster', () => {
  expect(split({ kind: 'pairs', pairs: [['n1', 'n2']] }, 3).components).toEqual([0, 2]);
});

test('row P of the observed table: two of five against three', () => {
  expect(split({ kind: 'isolate', count: 2 }, 5).components).toEqual([2, 3]);
});

/** The stand-in follows the server's source and the recordings; here it is asked what nobody has measured. */
describe('the stand-in forms the clusters predicted, whichever node has the highest id', () => {
  test.each<{ topology: Topology; count: number }>([
    { topology: { kind: 'isolate', count: 1 }, count: 4 },
    { topology: { kind: 'bridge' }, count: 3 },
    { topology: { kind: 'ring' }, count: 4 },
    { topology: { kind: 'pairs', pairs: [['n1', 'n2']] }, count: 4 },
  ])('$topology.kind of $count, in every order of ids', ({ topology, count }) => {
    const found = split(topology, count);

    for (const order of orders(ids(count))) {
      expect(seen(found, order)).toBe(found.components.join());
    }
  });

  test.each<{ topology: Topology; count: number }>([
    { topology: { kind: 'halves' }, count: 5 },
    { topology: { kind: 'bridge' }, count: 5 },
    { topology: { kind: 'bridge' }, count: 7 },
    { topology: { kind: 'ring' }, count: 5 },
    { topology: { kind: 'ring' }, count: 6 },
    { topology: { kind: 'ring' }, count: 7 },
    { topology: { kind: 'ring' }, count: 9 },
  ])('$topology.kind of $count, in some orders of ids', ({ topology, count }) => {
    const found = split(topology, count);

    for (const order of someOrders(ids(count))) {
      expect(seen(found, order)).toBe(found.components.join());
    }
  });

  test('of a bridge of 4 the size hangs on the ids, as said', () => {
    const found = split({ kind: 'bridge' }, 4);
    const sizes = orders(ids(4)).map((order) => seen(found, order));

    expect(new Set(sizes)).toEqual(new Set(['0,3', '0,2']));
    expect(found.components).toEqual([0, 3]);
    expect(found.otherSizes).toEqual([2]);
    expect(sizes.filter((one) => one === '0,3').length).toBeGreaterThan(sizes.length / 2);
  });
});

test('a group that may have lost its leader may be left with no cluster, and that is said', () => {
  const lone = split(
    {
      kind: 'pairs',
      pairs: [
        ['n1', 'n2'],
        ['n1', 'n3'],
        ['n1', 'n4'],
        ['n2', 'n3'],
      ],
    },
    4,
  );

  expect(lone.components).toEqual([0, 1, 2]);
  expect(lone.otherSizes).toEqual([0]);
  expect(seen(lone, ['A4', 'A1', 'A2', 'A3'])).toBe('0,1');
  expect(seen(lone, ['A1', 'A2', 'A3', 'A4'])).toBe('0,1,2');
});
