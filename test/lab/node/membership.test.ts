import { describe, expect, test } from 'vitest';
import type { ClusterView } from '../../../lab/node/cluster-view.ts';
import type { Effect } from '../../../lab/node/effect.ts';
import { Membership } from '../../../lab/node/membership.ts';
import { timingsOf } from '../../../lab/node/timings.ts';

const timings = timingsOf({ intervalMs: 150, timeoutIntervals: 10 });

/** Nodes on one made-up clock: a pulse or message arrives at once, or never where the link is cut. */
class World {
  readonly nodes = new Map<string, Membership>();
  now = 0;
  isPulseCut = (_from: string, _to: string) => false;
  isFabricCut = (_from: string, _to: string) => false;
  #keys = 0;

  constructor(ids: readonly string[]) {
    const countedKey = () => (0xabc000 + (this.#keys += 1)).toString(16).toUpperCase();
    const wallClock = () => this.now;
    for (const self of ids) {
      this.nodes.set(
        self,
        new Membership({ self, timings, newKey: countedKey, wallClock, now: 0 }),
      );
    }
  }

  /** Lets time pass; stops early, and returns the time that passed, once `isOver` says so. */
  pass(ms: number, isOver: () => boolean = () => false): number {
    const start = this.now;
    while (this.now < start + ms && !isOver()) {
      this.now += timings.tick;
      if (this.now % timings.interval === 0) this.#pulse();
      for (const [id, node] of this.nodes) this.#enact(id, node.tick(this.now));
    }
    return this.now - start;
  }

  view(id: string): ClusterView {
    return this.nodes.get(id)!.view;
  }

  sizes(): number[] {
    return [...this.nodes.values()].map((node) => node.view.size);
  }

  #pulse(): void {
    for (const [id, node] of this.nodes) {
      const said = { clusterName: 'c', id, addresses: [id], ...node.published };
      for (const [to, other] of this.nodes) {
        if (to === id || this.isPulseCut(id, to)) continue;
        this.#enact(to, other.heard({ kind: 'pulse', ...said }, this.now));
      }
    }
  }

  #enact(from: string, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind !== 'send' || this.isFabricCut(from, effect.to)) continue;
      const to = this.nodes.get(effect.to);
      if (to) this.#enact(effect.to, to.received(from, effect.message, this.now));
    }
  }
}

function formed(...ids: readonly string[]): World {
  const world = new World(ids);
  world.pass(6000);
  expect(world.sizes()).toEqual(ids.map(() => ids.length));
  return world;
}

const between = (left: readonly string[], right: readonly string[]) => (a: string, b: string) =>
  (left.includes(a) && right.includes(b)) || (left.includes(b) && right.includes(a));

function cut(world: World, isCut: (a: string, b: string) => boolean): void {
  world.isPulseCut = isCut;
  world.isFabricCut = isCut;
}

const never = () => false;
const newKey = () => 'FEED';

describe('Membership', () => {
  test('nodes that hear each other become one cluster under one key, led by the highest id', () => {
    const world = formed('A1', 'A2', 'A10');
    const views = [...world.nodes.values()].map((node) => node.view);
    expect(new Set(views.map((view) => view.key)).size).toBe(1);
    expect(views.map((view) => view.principal)).toEqual(['A10', 'A10', 'A10']);
    expect(world.nodes.get('A10')!.isPrincipal).toBe(true);
    expect(world.nodes.get('A1')!.isPrincipal).toBe(false);
  });

  test('a node that is cut off knows at 1.5 s and is alone at 1.8 to 2.8 s', () => {
    const world = formed('A1', 'A2', 'A3');
    cut(world, between(['A1'], ['A2', 'A3']));
    const knows = world.pass(9000, () => !world.view('A1').isMember);
    expect(knows).toBeGreaterThanOrEqual(1500);
    expect(knows).toBeLessThanOrEqual(1725);
    expect(world.sizes()).toEqual([3, 3, 3]);
    const alone = knows + world.pass(9000, () => world.view('A1').size === 1);
    expect(alone).toBeGreaterThanOrEqual(1800);
    expect(alone).toBeLessThanOrEqual(2800);
    world.pass(1500);
    expect(world.sizes()).toEqual([1, 2, 2]);
    expect(world.view('A2').key).toBe(world.view('A3').key);
    expect(world.view('A1').key).not.toBe(world.view('A3').key);
  });

  test('a silence of 1 s changes nothing', () => {
    const world = formed('A1', 'A2', 'A3');
    const key = world.view('A1').key;
    cut(world, between(['A1'], ['A2', 'A3']));
    world.pass(1050);
    cut(world, never);
    world.pass(6000);
    expect(world.view('A1')).toMatchObject({ size: 3, key, rebalances: 1 });
  });

  test('after the cut all are one cluster again within 2.6 s, and their partitions move for 5 s', () => {
    const world = formed('A1', 'A2', 'A3');
    cut(world, between(['A1'], ['A2', 'A3']));
    world.pass(8000);
    cut(world, never);
    const rejoined = world.pass(9000, () => world.sizes().every((size) => size === 3));
    expect(rejoined).toBeGreaterThanOrEqual(1800);
    expect(rejoined).toBeLessThanOrEqual(2600);
    expect(world.view('A1').migratesUntil - world.now).toBe(5000);
    expect(new Set([...world.nodes.values()].map((node) => node.view.key)).size).toBe(1);
  });

  test('where two of three do not hear each other, the lower one is left out and shut after 9.05 s', () => {
    const world = formed('A1', 'A2', 'A3');
    cut(world, between(['A1'], ['A2']));
    const orphan = world.pass(9000, () => !world.view('A1').isMember);
    expect(orphan).toBeLessThanOrEqual(2800);
    expect(world.sizes()).toEqual([3, 2, 2]);
    const shut = world.pass(20_000, () => world.view('A1').size === 0);
    expect(shut).toBeGreaterThanOrEqual(9050);
    expect(shut).toBeLessThanOrEqual(9200);
    world.pass(10_000);
    expect(world.sizes()).toEqual([0, 2, 2]);
    cut(world, never);
    world.pass(3000);
    expect(world.sizes()).toEqual([3, 3, 3]);
  });

  test('two against three become a cluster of two and one of three, and one again', () => {
    const world = formed('A1', 'A2', 'A3', 'A4', 'A5');
    cut(world, between(['A1', 'A2'], ['A3', 'A4', 'A5']));
    world.pass(4000);
    expect(world.sizes()).toEqual([2, 2, 3, 3, 3]);
    expect(world.view('A1').principal).toBe('A2');
    cut(world, never);
    world.pass(4000);
    expect(world.sizes()).toEqual([5, 5, 5, 5, 5]);
  });

  test('each on its own becomes a cluster of one, and all together one again', () => {
    const world = formed('A1', 'A2', 'A3');
    cut(world, () => true);
    world.pass(4000);
    expect(world.sizes()).toEqual([1, 1, 1]);
    cut(world, never);
    world.pass(4000);
    expect(world.sizes()).toEqual([3, 3, 3]);
  });

  test('without fabric nothing changes, until the principal is gone: then all are shut (row Y)', () => {
    const world = formed('A1', 'A2', 'A3');
    world.isFabricCut = between(['A1'], ['A2', 'A3']);
    world.pass(30_000);
    expect(world.view('A1')).toMatchObject({ size: 3, isMember: true, rebalances: 1 });
    world.nodes.delete('A3');
    world.pass(2000);
    expect(world.sizes()).toEqual([3, 3]);
    expect(world.view('A2').isMember).toBe(false);
    world.pass(10_000);
    expect(world.sizes()).toEqual([0, 0]);
    world.isFabricCut = never;
    world.pass(4000);
    expect(world.sizes()).toEqual([2, 2]);
  });

  test('a node that lost its principal to a cut but hears its members stays out', () => {
    const world = formed('A1', 'A2', 'A3', 'A4');
    cut(world, between(['A1'], ['A4']));
    world.pass(15_000);
    expect(world.sizes()).toEqual([0, 3, 3, 3]);
  });

  test('a node that starts anew is taken in again', () => {
    const world = formed('A1', 'A2', 'A3');
    const wallClock = () => world.now;
    const { now } = world;
    world.nodes.set('A1', new Membership({ self: 'A1', timings, newKey, wallClock, now }));
    world.pass(8000);
    expect(world.sizes()).toEqual([3, 3, 3]);
  });

  test('whatever is cut, once nothing is cut all are one cluster within 10 s', () => {
    const ids = ['A1', 'A2', 'A3', 'A4'];
    const pairs = ids.flatMap((a, index) => ids.slice(index + 1).map((b) => `${a}${b}`));
    for (let mask = 0; mask < 2 ** pairs.length; mask += 1) {
      const world = formed(...ids);
      const isCutPair = (a: string, b: string) =>
        pairs.some((pair, bit) => (mask >> bit) % 2 === 1 && (pair === a + b || pair === b + a));
      cut(world, isCutPair);
      world.pass(4000 + 75 * mask);
      cut(world, never);
      world.pass(10_000);
      expect({ mask, sizes: world.sizes() }).toEqual({ mask, sizes: [4, 4, 4, 4] });
      expect(new Set(ids.map((id) => world.view(id).key)).size).toBe(1);
    }
  });
});
