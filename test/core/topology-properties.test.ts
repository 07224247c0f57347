import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionsOf } from '../../core/cut.ts';
import type { Connection } from '../../core/cut.ts';
import type { Topology } from '../../core/fault.ts';
import { nodesOf } from '../../core/inventory.ts';
import type { Inventory } from '../../core/inventory.ts';
import { cutsOf } from '../../core/topology.ts';
import type { TopologyCuts } from '../../core/topology.ts';
import { aClient, aNode, anInventory } from './inventories.ts';
import { surveyed } from './surveys.ts';

const ports = [3002];
const both = (topology: Topology, inventory: Inventory): TopologyCuts =>
  cutsOf(topology, inventory, { ports, direction: 'both', seed: 7 });
const inbound = (topology: Topology, inventory: Inventory): TopologyCuts =>
  cutsOf(topology, inventory, { ports, direction: 'inbound', seed: 7 });

const key = ({ from, to }: Pick<Connection, 'from' | 'to'>): string => `${from} > ${to}`;
const keysOf = ({ cuts }: TopologyCuts): string[] => connectionsOf(cuts).map(key);

/** Four to nine nodes in up to three zones, at least two of them, in any order; and a client. */
const inventories = fc
  .integer({ min: 4, max: 9 })
  .chain((count) =>
    fc.tuple(
      fc.array(fc.constantFrom('zone-a', 'zone-b', 'zone-c'), {
        minLength: count,
        maxLength: count,
      }),
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, index) => index),
        { minLength: count },
      ),
    ),
  )
  .filter(([zones]) => new Set(zones).size > 1)
  .map(([zones, order]) =>
    surveyed(
      anInventory({
        instances: [aClient(1), ...order.map((at) => aNode(at + 1, { zone: zones[at]! }))],
      }),
    ),
  );

const someOf = (names: readonly string[], most: number): fc.Arbitrary<string[]> =>
  fc.shuffledSubarray([...names], { minLength: 1, maxLength: most });

function topologiesOf(inventory: Inventory): fc.Arbitrary<Topology> {
  const names = nodesOf(inventory).map(({ name }) => name);
  const zones = [...new Set(nodesOf(inventory).map(({ zone }) => zone))];
  const pair = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names));
  const pairs = fc.array(
    pair.filter(([one, other]) => one !== other),
    { minLength: 1, maxLength: 12 },
  );
  return fc.oneof<fc.Arbitrary<Topology>[]>(
    fc.integer({ min: 1, max: names.length - 1 }).map((count) => ({ kind: 'isolate', count })),
    fc
      .integer({ min: 1, max: names.length - 1 })
      .map((count) => ({ kind: 'isolate', count, random: true })),
    someOf(names, names.length - 1).map((nodes) => ({ kind: 'isolate', nodes })),
    fc.constantFrom(...zones).map((zone) => ({ kind: 'isolate', zone })),
    fc.integer({ min: 1, max: zones.length }).map((rack) => ({ kind: 'isolate', rack })),
    fc.constant({ kind: 'isolate', role: 'principal' }),
    fc.boolean().map((random) => ({ kind: 'minority', random })),
    fc.constant({ kind: 'halves' }),
    someOf(names, names.length - 1).map((nodes) => ({ kind: 'halves', nodes })),
    fc.constant({ kind: 'zones' }),
    someOf(zones, zones.length).map((named) => ({ kind: 'zones', zones: named })),
    fc.constant({ kind: 'bridge' }),
    fc.constantFrom(...names).map((node) => ({ kind: 'bridge', node })),
    fc.constant({ kind: 'ring' }),
    pairs.map((chosen) => ({ kind: 'pairs', pairs: chosen })),
  );
}

const requests = inventories.chain((inventory) =>
  fc.tuple(topologiesOf(inventory), fc.constant(inventory)),
);

function always(promise: (topology: Topology, inventory: Inventory) => void): void {
  fc.assert(
    fc.property(requests, ([topology, inventory]) => promise(topology, inventory)),
    { numRuns: 300 },
  );
}

describe('whatever the topology', () => {
  test('who cannot dial cannot be dialled', () => {
    always((topology, inventory) => {
      const cut = connectionsOf(both(topology, inventory).cuts);
      const mirrored = cut.map(({ from, to }) => key({ from: to, to: from }));

      expect(mirrored.toSorted()).toEqual(cut.map(key).toSorted());
      expect(cut.length).toBeGreaterThan(0);
    });
  });

  test('only nodes are cut, none from itself, and no connection twice', () => {
    always((topology, inventory) => {
      const cut = connectionsOf(both(topology, inventory).cuts);
      const ids = new Set(nodesOf(inventory).map(({ id }) => id));

      expect(cut.every(({ from, to }) => from !== to)).toBe(true);
      expect(cut.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
      expect(new Set(cut.map(key)).size).toBe(cut.length);
    });
  });

  test('no two cuts could be one', () => {
    always((topology, inventory) => {
      const { cuts } = both(topology, inventory);

      expect(new Set(cuts.map(({ from }) => from.toSorted().join())).size).toBe(cuts.length);
      expect(new Set(cuts.map(({ to }) => to.toSorted().join())).size).toBe(cuts.length);
    });
  });

  test('inbound is the part that is dialled towards targets', () => {
    always((topology, inventory) => {
      const whole = both(topology, inventory);
      const part = inbound(topology, inventory);
      const targets = new Set(part.targets.map(({ id }) => id));
      const towards = connectionsOf(whole.cuts).filter(({ to }) => targets.has(to));

      expect(part.targets).toEqual(whole.targets);
      if (topology.kind === 'pairs') {
        expect(towards.map(key)).toEqual(expect.arrayContaining(keysOf(part)));
        expect(new Set([...keysOf(part), ...mirror(keysOf(part))])).toEqual(new Set(keysOf(whole)));
      } else {
        expect(keysOf(part).toSorted()).toEqual(towards.map(key).toSorted());
      }
    });
  });

  test('every target loses somebody', () => {
    always((topology, inventory) => {
      const { cuts, targets } = both(topology, inventory);
      const losers = cuts.flatMap(({ to }) => to);

      expect(targets.length).toBeGreaterThan(0);
      expect(losers).toEqual(expect.arrayContaining(targets.map(({ id }) => id)));
    });
  });

  test('the order in which nodes were seen changes nothing', () => {
    always((topology, inventory) => {
      const backwards = { ...inventory, instances: inventory.instances.toReversed() };

      expect(both(topology, backwards)).toEqual(both(topology, inventory));
    });
  });

  test('no cluster is larger than the nodes, nor all of them together', () => {
    always((topology, inventory) => {
      const { components, otherSizes } = both(topology, inventory);
      const total = components.reduce((sum, one) => sum + one, 0);

      expect(total).toBeLessThanOrEqual(nodesOf(inventory).length);
      expect(components.includes(0)).toBe(total < nodesOf(inventory).length);
      if (total === nodesOf(inventory).length) expect(otherSizes).toEqual([]);
    });
  });
});

function mirror(keys: readonly string[]): string[] {
  return keys.map((one) => one.split(' > ').toReversed().join(' > '));
}

/** Whom each node goes on seeing, itself included. */
function sights(found: TopologyCuts, inventory: Inventory): Set<string>[] {
  const cut = new Set(keysOf(found));
  const ids = nodesOf(inventory).map(({ id }) => id);
  return ids.map((to) => new Set(ids.filter((from) => !cut.has(key({ from, to })))));
}

function anywhere(promise: (inventory: Inventory) => void): void {
  fc.assert(fc.property(inventories, promise), { numRuns: 100 });
}

describe('each topology keeps its word', () => {
  test('ring: every node sees a majority, and no two the same', () => {
    anywhere((inventory) => {
      const seen = sights(both({ kind: 'ring' }, inventory), inventory);
      const smallest = Math.min(...seen.map(({ size }) => size));

      expect(smallest).toBeGreaterThan(nodesOf(inventory).length / 2);
      expect(new Set(seen.map((one) => [...one].toSorted().join())).size).toBe(seen.length);
    });
  });

  test('minority: no majority, and one node more would leave none on the other side', () => {
    anywhere((inventory) => {
      const { targets } = both({ kind: 'minority', random: true }, inventory);
      const size = nodesOf(inventory).length;

      expect(targets.length).toBeLessThan(size / 2);
      expect(size - targets.length).toBeGreaterThan(size / 2);
      expect(size - targets.length - 1).toBeLessThanOrEqual(size / 2);
    });
  });

  test('halves: everybody is on one of two sides as equal as can be, and sees that side alone', () => {
    anywhere((inventory) => {
      const found = both({ kind: 'halves' }, inventory);
      const [first, second] = found.cuts.map(({ to }) => to);
      const ids = nodesOf(inventory).map(({ id }) => id);

      expect([...first!, ...second!]).toEqual(ids);
      expect(second!.length - first!.length).toBe(ids.length % 2);
      for (const [at, seen] of sights(found, inventory).entries()) {
        expect([...seen]).toEqual(first!.includes(ids[at]!) ? first : second);
      }
    });
  });

  test('zones: two nodes lose each other just where their zones differ', () => {
    anywhere((inventory) => {
      const nodes = nodesOf(inventory);
      const pairs = nodes.flatMap((from) => nodes.map((to) => ({ from, to })));
      const apart = pairs.filter(({ from, to }) => from.zone !== to.zone);

      expect(keysOf(both({ kind: 'zones' }, inventory)).toSorted()).toEqual(
        apart.map(({ from, to }) => key({ from: from.id, to: to.id })).toSorted(),
      );
    });
  });

  test('named zones: two nodes lose each other where one of their zones is named, too', () => {
    anywhere((inventory) => {
      const nodes = nodesOf(inventory);
      const [named] = nodes.map(({ zone }) => zone);
      const pairs = nodes.flatMap((from) => nodes.map((to) => ({ from, to })));
      const apart = pairs.filter(({ from, to }) => (from.zone === named) !== (to.zone === named));

      expect(keysOf(both({ kind: 'zones', zones: [named!] }, inventory)).toSorted()).toEqual(
        apart.map(({ from, to }) => key({ from: from.id, to: to.id })).toSorted(),
      );
    });
  });

  test('bridge: one node sees all, every other sees that one and its own side', () => {
    anywhere((inventory) => {
      const found = both({ kind: 'bridge' }, inventory);
      const seen = sights(found, inventory);
      const size = nodesOf(inventory).length;
      const sides = found.cuts.map(({ to }) => to.length);

      expect(seen.filter((one) => one.size === size)).toHaveLength(1);
      expect(sides[0]! + sides[1]! + 1).toBe(size);
      expect(sides[1]! - sides[0]!).toBe((size + 1) % 2);
      const sizes = sides.flatMap((side) => Array.from({ length: side }, () => side + 1));
      expect(seen.map((one) => one.size).toSorted(ascending)).toEqual(
        [...sizes, size].toSorted(ascending),
      );
    });
  });

  test('pairs: just those lose each other', () => {
    const named = inventories.chain((inventory) =>
      fc.tuple(
        topologiesOf(inventory).filter((topology) => topology.kind === 'pairs'),
        fc.constant(inventory),
      ),
    );
    fc.assert(
      fc.property(named, ([topology, inventory]) => {
        const wanted = topology.pairs.map(([from, to]) => `i-${from} > i-${to}`);

        expect(new Set(keysOf(both(topology, inventory)))).toEqual(
          new Set([...wanted, ...mirror(wanted)]),
        );
      }),
      { numRuns: 100 },
    );
  });
});

const ascending = (left: number, right: number): number => left - right;
