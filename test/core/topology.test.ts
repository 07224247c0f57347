import { describe, expect, test } from 'vitest';
import type { Cut } from '../../core/cut.ts';
import type { Topology } from '../../core/fault.ts';
import type { Inventory } from '../../core/inventory.ts';
import { cutsOf } from '../../core/topology.ts';
import type { TopologyCuts } from '../../core/topology.ts';
import { aClient, aNode, anInventory, refusalOf, someNodes } from './inventories.ts';

const nodes = (count: number): Inventory =>
  anInventory({ instances: [...someNodes(count), aClient(1)] });

/** Nodes n1, n2 … in the zones named by the letters. */
const inZones = (letters: string): Inventory =>
  anInventory({
    instances: letters
      .split('')
      .map((letter, index) => aNode(index + 1, { zone: `zone-${letter}` })),
  });

const both = { ports: [3002], direction: 'both' } as const;
const inbound = { ports: [3002], direction: 'inbound' } as const;

const split = (topology: Topology, inventory: Inventory): TopologyCuts =>
  cutsOf(topology, inventory, both);

const plain = (ids: readonly string[]): string => ids.map((id) => id.slice(2)).join(' ');
/** Cuts as 'from > to', by name. */
const shown = (cuts: readonly Cut[]): string[] =>
  cuts.map(({ from, to }) => `${plain(from)} > ${plain(to)}`);
const namesOf = ({ targets }: TopologyCuts): string => targets.map(({ name }) => name).join(' ');

describe('isolate', () => {
  test('cuts the first nodes by name from all others, both ways, and nothing within a side', () => {
    const found = cutsOf({ kind: 'isolate', count: 2 }, nodes(3), { ...both, ports: [3001, 3002] });

    expect(found).toMatchObject({ components: [1, 2], otherSizes: [] });
    expect(namesOf(found)).toBe('n1 n2');
    expect(found.cuts).toEqual([
      { from: ['i-n3'], to: ['i-n1', 'i-n2'], ports: [3001, 3002] },
      { from: ['i-n1', 'i-n2'], to: ['i-n3'], ports: [3001, 3002] },
    ]);
  });

  test('counts as people do: n2 comes before n10, whatever the order seen', () => {
    const shuffled = anInventory({ instances: [aNode(10), aNode(2), aClient(1), aNode(1)] });

    expect(namesOf(split({ kind: 'isolate', count: 2 }, shuffled))).toBe('n1 n2');
  });

  test.each([['n2'], ['i-n2'], ['10.0.0.2']])('finds a node by %s', (name) => {
    expect(namesOf(split({ kind: 'isolate', nodes: [name] }, nodes(3)))).toBe('n2');
  });

  test.each([
    { count: 3, found: 'Cannot isolate 3 nodes' },
    { count: 64, found: 'Cannot isolate 64 nodes' },
    { nodes: ['n1', 'n2', 'n3'], found: 'Cannot isolate 3 nodes' },
  ])('refuses to take all nodes: %j', ({ found, ...topology }) => {
    expect(refusalOf(() => split({ kind: 'isolate', ...topology }, nodes(3)))).toBe(
      `${found} as at least one node of "orders" must stay on the other side: found 3 in all`,
    );
  });

  test('refuses a cluster of one, which has no other side', () => {
    expect(refusalOf(() => split({ kind: 'isolate', count: 1 }, nodes(1)))).toContain('found 1');
  });

  test('inbound stops only what is dialled towards the chosen', () => {
    const { cuts } = cutsOf({ kind: 'isolate', count: 1 }, nodes(3), inbound);
    expect(shown(cuts)).toEqual(['n2 n3 > n1']);
  });
});

describe('halves', () => {
  test.each([
    { count: 5, cuts: ['n3 n4 n5 > n1 n2', 'n1 n2 > n3 n4 n5'], sizes: [2, 3] },
    { count: 4, cuts: ['n3 n4 > n1 n2', 'n1 n2 > n3 n4'], sizes: [2, 2] },
    { count: 2, cuts: ['n2 > n1', 'n1 > n2'], sizes: [1, 1] },
  ])('of $count nodes: the smaller half by name loses the larger', ({ count, cuts, sizes }) => {
    const found = split({ kind: 'halves' }, nodes(count));

    expect(shown(found.cuts)).toEqual(cuts);
    expect(found.components).toEqual(sizes);
  });

  test('of named nodes: those lose the rest', () => {
    const found = split({ kind: 'halves', nodes: ['n2', 'n5'] }, nodes(5));

    expect(shown(found.cuts)).toEqual(['n1 n3 n4 > n2 n5', 'n2 n5 > n1 n3 n4']);
    expect(namesOf(found)).toBe('n2 n5');
  });

  test('of one node are refused', () => {
    expect(refusalOf(() => split({ kind: 'halves' }, nodes(1)))).toBe(
      'Cannot cut "orders" in halves as it must have at least 2 nodes: found 1',
    );
  });
});

describe('zones', () => {
  const abb = inZones('abcbc');

  test('each by itself where none is named; the largest, of equals the last, is not cut off', () => {
    const found = split({ kind: 'zones' }, abb);

    expect(shown(found.cuts)).toEqual(['n2 n3 n4 n5 > n1', 'n1 n3 n5 > n2 n4', 'n1 n2 n4 > n3 n5']);
    expect(namesOf(found)).toBe('n1 n2 n4');
    expect(found.components).toEqual([1, 2, 2]);
  });

  test('only the named ones by themselves; the others stay together', () => {
    const found = split({ kind: 'zones', zones: ['zone-b'] }, abb);

    expect(shown(found.cuts)).toEqual(['n1 n3 n5 > n2 n4', 'n2 n4 > n1 n3 n5']);
    expect(namesOf(found)).toBe('n2 n4');
    expect(found.components).toEqual([2, 3]);
  });

  test('inbound stops what is dialled towards the named zones, from everywhere', () => {
    const { cuts } = cutsOf({ kind: 'zones', zones: ['zone-a', 'zone-c'] }, abb, inbound);
    expect(shown(cuts)).toEqual(['n2 n3 n4 n5 > n1', 'n1 n2 n4 > n3 n5']);
  });

  test('are refused where all nodes are in one', () => {
    expect(refusalOf(() => split({ kind: 'zones' }, nodes(3)))).toBe(
      'Cannot cut "orders" by zones as its nodes must be in at least 2: found all in zone-a',
    );
  });

  test('are refused where one holds no node', () => {
    expect(refusalOf(() => split({ kind: 'zones', zones: ['zone-d'] }, abb))).toBe(
      'Cannot target zone "zone-d" as it must hold a node: found nodes only in zone-a, zone-b, zone-c',
    );
  });
});

describe('bridge', () => {
  test.each([
    { count: 3, cuts: ['n3 > n1', 'n1 > n3'], sizes: [0, 2], others: [] },
    { count: 4, cuts: ['n3 n4 > n1', 'n1 > n3 n4'], sizes: [0, 3], others: [2] },
    { count: 5, cuts: ['n4 n5 > n1 n2', 'n1 n2 > n4 n5'], sizes: [0, 3], others: [] },
  ])('of $count nodes: the middle one sees all', ({ count, cuts, sizes, others }) => {
    const found = split({ kind: 'bridge' }, nodes(count));

    expect(shown(found.cuts)).toEqual(cuts);
    expect(found).toMatchObject({ components: sizes, otherSizes: others });
  });

  test('of a named node', () => {
    const found = split({ kind: 'bridge', node: 'n1' }, nodes(4));

    expect(shown(found.cuts)).toEqual(['n3 n4 > n2', 'n2 > n3 n4']);
    expect(namesOf(found)).toBe('n2');
  });

  test('of two nodes is refused', () => {
    expect(refusalOf(() => split({ kind: 'bridge' }, nodes(2)))).toBe(
      'Cannot bridge "orders" as it must have at least 3 nodes, one between two sides: found 2',
    );
  });
});

describe('ring', () => {
  test('of 5: each goes on seeing its two neighbours', () => {
    const found = split({ kind: 'ring' }, nodes(5));

    expect(shown(found.cuts)).toEqual([
      'n3 n4 > n1',
      'n4 n5 > n2',
      'n1 n5 > n3',
      'n1 n2 > n4',
      'n2 n3 > n5',
    ]);
    expect(namesOf(found)).toBe('n1 n2 n3 n4 n5');
    expect(found.components).toEqual([0, 2]);
  });

  test('of 4: each loses the one across', () => {
    expect(shown(split({ kind: 'ring' }, nodes(4)).cuts)).toEqual([
      'n3 > n1',
      'n4 > n2',
      'n1 > n3',
      'n2 > n4',
    ]);
  });

  test('of 3 is refused', () => {
    expect(refusalOf(() => split({ kind: 'ring' }, nodes(3)))).toBe(
      'Cannot make a ring of "orders" as it must have at least 4 nodes, for each of 3 would see all: found 3',
    );
  });
});

const pairs = (...named: [string, string][]): Topology => ({ kind: 'pairs', pairs: named });

describe('pairs', () => {
  test('lose each other, and one cut serves all who lose the same', () => {
    const found = split(pairs(['n1', 'n2'], ['n1', '10.0.0.3']), nodes(4));

    expect(shown(found.cuts)).toEqual(['n2 n3 > n1', 'n1 > n2 n3']);
    expect(namesOf(found)).toBe('n1');
  });

  test('named twice or the other way round are cut once', () => {
    const found = split(pairs(['n1', 'n2'], ['n1', 'n2'], ['n2', 'n1']), nodes(3));
    expect(shown(found.cuts)).toEqual(['n2 > n1', 'n1 > n2']);
  });

  test('inbound stops what the second of each dials', () => {
    const { cuts } = cutsOf(pairs(['n1', 'n2'], ['n2', 'n3']), nodes(3), inbound);
    expect(shown(cuts)).toEqual(['n2 > n1', 'n3 > n2']);
  });

  test('of one node with itself are refused', () => {
    expect(refusalOf(() => split(pairs(['n1', 'i-n1']), nodes(3)))).toBe(
      'Cannot cut the pair "n1" and "i-n1" as its two names must be of two nodes: found n1 twice',
    );
  });
});
