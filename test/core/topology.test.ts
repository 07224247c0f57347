import { describe, expect, test } from 'vitest';
import { connectionsOf } from '../../core/cut.ts';
import { cutsBetween, isolate, pick } from '../../core/topology.ts';
import { aClient, aNode, anInventory, refusalOf, someNodes } from './inventories.ts';

const three = anInventory({ instances: [...someNodes(3), aClient(1)] });
const namesOf = (instances: readonly { name: string }[]): string[] =>
  instances.map(({ name }) => name);

describe('isolate()', () => {
  test('takes the first nodes by name, and leaves the rest together', () => {
    const { chosen, others } = isolate({ kind: 'isolate', count: 2 }, three);

    expect(namesOf(chosen)).toEqual(['n1', 'n2']);
    expect(namesOf(others)).toEqual(['n3']);
  });

  test('counts as people do: n2 comes before n10, whatever the order seen', () => {
    const shuffled = anInventory({ instances: [aNode(10), aNode(2), aClient(1), aNode(1)] });

    const { chosen } = isolate({ kind: 'isolate', count: 2 }, shuffled);
    expect(namesOf(chosen)).toEqual(['n1', 'n2']);
  });

  test('never takes a client for a node', () => {
    const { chosen, others } = isolate({ kind: 'isolate', count: 1 }, three);

    expect([...chosen, ...others].every(({ role }) => role === 'node')).toBe(true);
  });

  test.each([['n2'], ['i-n2'], ['10.0.0.2']])('finds a node by %s', (name) => {
    const { chosen } = isolate({ kind: 'isolate', nodes: [name] }, three);
    expect(namesOf(chosen)).toEqual(['n2']);
  });

  test('takes a node once that is named twice', () => {
    const { chosen } = isolate({ kind: 'isolate', nodes: ['n2', 'i-n2'] }, three);
    expect(namesOf(chosen)).toEqual(['n2']);
  });

  test.each([
    { count: 3, found: 'Cannot isolate 3 nodes' },
    { count: 64, found: 'Cannot isolate 64 nodes' },
    { nodes: ['n1', 'n2', 'n3'], found: 'Cannot isolate 3 nodes' },
  ])('refuses to take all nodes: %j', ({ found, ...topology }) => {
    expect(refusalOf(() => isolate({ kind: 'isolate', ...topology }, three))).toBe(
      `${found} as at least one node of "orders" must stay on the other side: found 3 in all`,
    );
  });

  test('refuses a cluster of one, which has no other side', () => {
    const alone = anInventory({ instances: someNodes(1) });
    expect(refusalOf(() => isolate({ kind: 'isolate', count: 1 }, alone))).toContain('found 1');
  });
});

describe('pick()', () => {
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

describe('cutsBetween()', () => {
  const sides = { chosen: someNodes(3).slice(0, 1), others: someNodes(3).slice(1) };

  test('cuts both directions between the sides, and nothing within one', () => {
    const cuts = cutsBetween(sides, { ports: [3001, 3002], direction: 'both' });

    expect(cuts).toEqual([
      { from: ['i-n2', 'i-n3'], to: ['i-n1'], ports: [3001, 3002] },
      { from: ['i-n1'], to: ['i-n2', 'i-n3'], ports: [3001, 3002] },
    ]);
  });

  test('is symmetric in both directions: who cannot dial cannot be dialled', () => {
    const cut = connectionsOf(cutsBetween(sides, { ports: [3002], direction: 'both' }));

    for (const { from, to } of cut) {
      expect(cut).toContainEqual({ from: to, to: from, port: 3002 });
    }
    expect(cut).toHaveLength(4);
  });

  test('inbound stops only what is dialled towards the chosen', () => {
    expect(cutsBetween(sides, { ports: [3002], direction: 'inbound' })).toEqual([
      { from: ['i-n2', 'i-n3'], to: ['i-n1'], ports: [3002] },
    ]);
  });
});
