/** Long, for it is one table: every topology, a block each, on the same nodes. */
import { describe, expect, test } from 'vitest';
import type { Cut } from '../../core/cut.ts';
import type { Topology } from '../../core/fault.ts';
import type { Inventory } from '../../core/inventory.ts';
import { cutsOf } from '../../core/topology.ts';
import type { TopologyCuts } from '../../core/topology.ts';
import { aClient, aNode, anInventory, refusalOf, someNodes } from './inventories.ts';
import { surveyed } from './surveys.ts';

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

const drawn = (topology: Topology, inventory: Inventory, seed: number): string =>
  namesOf(cutsOf(topology, inventory, { ...both, seed }));

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

describe('isolate by what nodes say of themselves', () => {
  const abb = surveyed(inZones('abb'));
  const principal: Topology = { kind: 'isolate', role: 'principal' };

  test('takes the principal, whoever is first by name', () => {
    expect(namesOf(split(principal, abb))).toBe('n3');
  });

  test('knows node ids in any case', () => {
    const surveys = abb.surveys!.map((survey) => ({
      ...survey,
      node: { ...survey.node!, principal: survey.node!.principal.toLowerCase() },
    }));
    expect(namesOf(split(principal, { ...abb, surveys }))).toBe('n3');
  });

  test.each([
    { what: 'no node answered', surveys: [], found: 'no node that answered' },
    {
      what: 'nodes disagree',
      surveys: [
        { ...abb.surveys![0]!, node: { ...abb.surveys![0]!.node!, principal: 'BB9n1' } },
        ...abb.surveys!.slice(1),
      ],
      found: 'n1 says BB9n1, n2 says BB9n3, n3 says BB9n3',
    },
    {
      what: 'the node they name is not there to say so',
      surveys: abb.surveys!.slice(0, 2),
      found: 'n1 says BB9n3, n2 says BB9n3',
    },
  ])('refuses to guess the principal where $what', ({ surveys, found }) => {
    expect(refusalOf(() => split(principal, { ...abb, surveys }))).toBe(
      `Cannot find the principal of "orders" as its nodes must name one of them: found ${found}`,
    );
  });

  test('takes every node of a rack', () => {
    expect(namesOf(split({ kind: 'isolate', rack: 2 }, abb))).toBe('n2 n3');
  });

  test('refuses a rack that one node does not tell, or that holds none', () => {
    const surveys = abb.surveys!.slice(1);
    expect(refusalOf(() => split({ kind: 'isolate', rack: 2 }, { ...abb, surveys }))).toBe(
      'Cannot target rack 2 as every node must say one rack for all its namespaces: found none said by n1',
    );
    expect(refusalOf(() => split({ kind: 'isolate', rack: 7 }, abb))).toBe(
      'Cannot target rack 7 as it must hold a node: found nodes only in 1, 2',
    );
  });

  test('takes every node of a zone, and refuses the only one', () => {
    expect(namesOf(split({ kind: 'isolate', zone: 'zone-b' }, abb))).toBe('n2 n3');
    expect(refusalOf(() => split({ kind: 'isolate', zone: 'zone-a' }, nodes(2)))).toContain(
      'Cannot isolate 2 nodes as at least one node',
    );
    expect(refusalOf(() => split({ kind: 'isolate', zone: 'zone-d' }, abb))).toContain(
      'Cannot target zone "zone-d"',
    );
  });
});

describe('minority', () => {
  test.each([
    { count: 3, few: 'n1', sizes: [1, 2] },
    { count: 4, few: 'n1', sizes: [1, 3] },
    { count: 5, few: 'n1 n2', sizes: [2, 3] },
    { count: 6, few: 'n1 n2', sizes: [2, 4] },
  ])('of $count nodes: $few, so that the rest are a majority', ({ count, few, sizes }) => {
    const found = split({ kind: 'minority' }, nodes(count));

    expect(namesOf(found)).toBe(few);
    expect(found.components).toEqual(sizes);
  });

  test('of two nodes is refused', () => {
    expect(refusalOf(() => split({ kind: 'minority' }, nodes(2)))).toBe(
      'Cannot cut a minority of "orders" as it must have at least 3 nodes: found 2',
    );
  });
});

describe('at random', () => {
  const two: Topology = { kind: 'isolate', count: 2, random: true };
  const few: Topology = { kind: 'minority', random: true };
  const seeds = Array.from({ length: 300 }, (_, seed) => seed);

  test.each([two, few])('$kind: names and seed decide, not the order seen', (topology) => {
    const five = nodes(5);
    const backwards = { ...five, instances: five.instances.toReversed() };

    for (const seed of seeds) {
      expect(drawn(topology, backwards, seed)).toBe(drawn(topology, five, seed));
    }
  });

  test.each([two, few])('$kind: every choice comes up, by some seed', (topology) => {
    expect(new Set(seeds.map((seed) => drawn(topology, nodes(5), seed))).size).toBe(10);
  });

  test('else no seed changes who is first by name', () => {
    for (const seed of seeds) {
      expect(drawn({ kind: 'isolate', count: 2 }, nodes(5), seed)).toBe('n1 n2');
    }
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
