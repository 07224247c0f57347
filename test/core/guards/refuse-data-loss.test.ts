import { describe, expect, test } from 'vitest';
import type { Experiment } from '../../../core/experiment.ts';
import { refuseDataLoss } from '../../../core/guards/refuse-data-loss.ts';
import { parseExperiment } from '../../../core/experiment.ts';
import type { Inventory } from '../../../core/inventory.ts';
import {
  aClientCut,
  aPartition,
  anInventory,
  refusalOf,
  someNodes,
  aClient,
} from '../inventories.ts';
import { surveyed } from '../surveys.ts';

const ap = (name: string, replicationFactor: number) => ({
  name,
  replicationFactor,
  strong: false,
});
const sc = (name: string, replicationFactor: number) => ({ name, replicationFactor, strong: true });

/** Nodes n1, n2, … in one zone after the other, of `racks` racks; 0: of none. */
function cluster(count: number, namespaces = [ap('test', 2)], racks = 0): Inventory {
  const inventory = surveyed(anInventory({ instances: [...someNodes(count), aClient(1)] }));
  const ids = inventory.instances.map(({ id }) => id);
  return {
    ...inventory,
    surveys: (inventory.surveys ?? []).map(({ node, ...survey }) => {
      if (node === undefined) return survey;
      const rack = racks === 0 ? 0 : (ids.indexOf(survey.instanceId) % racks) + 1;
      return { ...survey, node: { ...node, namespaces, rack } };
    }),
  };
}

const isolating = (topology: object, changes: Record<string, unknown> = {}): Experiment =>
  aPartition(changes, { topology });
const judged = (experiment: Experiment, inventory: Inventory) => () =>
  refuseDataLoss(experiment, inventory, 'run1');

const isolate = (count: number) => ({ kind: 'isolate', count });

const stopping = (nodes: string[]): Experiment =>
  parseExperiment({
    name: 'stop-some',
    cluster: 'orders',
    fault: { kind: 'service-stop', of: 'cluster', nodes },
    mechanism: 'aerospike',
    holdSeconds: 15,
  });

const part = (node: string, startSeconds: number) => ({
  fault: { kind: 'partition', topology: { kind: 'isolate', nodes: [node] } },
  startSeconds,
  seconds: 10,
});

const sequence = (...parts: object[]): Experiment =>
  parseExperiment({
    name: 'two-in-turn',
    cluster: 'orders',
    fault: { kind: 'sequence', parts },
    mechanism: 'iptables',
    holdSeconds: 30,
  });

describe('at most replication-factor − 1 nodes', () => {
  test.each([
    { topology: isolate(1), nodes: 3, copies: 2, found: undefined },
    { topology: isolate(1), nodes: 3, copies: 1, found: 1 },
    { topology: isolate(2), nodes: 5, copies: 2, found: 2 },
    { topology: isolate(2), nodes: 5, copies: 3, found: undefined },
    // The larger side is who stays, whichever was chosen.
    { topology: isolate(4), nodes: 5, copies: 2, found: undefined },
    { topology: { kind: 'minority' }, nodes: 5, copies: 2, found: 2 },
    { topology: { kind: 'halves' }, nodes: 2, copies: 2, found: undefined },
    { topology: { kind: 'halves' }, nodes: 4, copies: 2, found: 2 },
    { topology: { kind: 'bridge' }, nodes: 5, copies: 2, found: 2 },
    { topology: { kind: 'bridge' }, nodes: 3, copies: 2, found: undefined },
    { topology: { kind: 'ring' }, nodes: 5, copies: 2, found: 3 },
    { topology: { kind: 'pairs', pairs: [['n1', 'n2']] }, nodes: 3, copies: 2, found: undefined },
  ])(
    '$topology of $nodes with $copies copies: $found too many',
    ({ topology, nodes, copies, found }) => {
      const act = judged(isolating(topology), cluster(nodes, [ap('test', copies)]));
      if (found === undefined) expect(act).not.toThrow();
      else expect(refusalOf(act)).toContain(`: found ${found}; say "acceptDataLoss": ["test"]`);
    },
  );

  test('counts a cut of one direction, of fabric alone, and of a share', () => {
    for (const changes of [{ direction: 'inbound' }, { intensity: { percent: 5 } }]) {
      expect(judged(isolating(isolate(2), changes), cluster(5))).toThrow('Cannot cut off 2 of 5');
    }
    const fabric = aPartition({}, { topology: isolate(2), ports: ['fabric'] });
    expect(judged(fabric, cluster(5))).toThrow('Cannot cut off 2 of 5');
  });

  test('counts services that are held', () => {
    expect(judged(stopping(['n1']), cluster(5))).not.toThrow();
    expect(judged(stopping(['n1', 'n2']), cluster(5))).toThrow('Cannot cut off 2 of 5');
  });

  test('counts parts of a sequence together while they are on together', () => {
    expect(judged(sequence(part('n1', 0), part('n2', 10)), cluster(5))).not.toThrow();
    expect(judged(sequence(part('n1', 0), part('n2', 9)), cluster(5))).toThrow('2 of 5');
  });

  test('lets cuts of clients and links be, and asks nobody', () => {
    const silent = anInventory({ instances: [...someNodes(3), aClient(1)] });
    expect(judged(aClientCut(), silent)).not.toThrow();
  });
});

const named = (...nodes: string[]) => ({ kind: 'isolate', nodes });

describe('one rack', () => {
  test.each([
    { racks: 2, nodes: ['n1', 'n3', 'n5'], passes: true, why: 'the whole of one rack' },
    { racks: 3, nodes: ['n1', 'n4'], passes: true, why: 'the whole of one of three' },
    { racks: 2, nodes: ['n1', 'n3'], passes: true, why: 'a part of one' },
    { racks: 2, nodes: ['n1', 'n2'], passes: false, why: 'of two racks' },
    { racks: 0, nodes: ['n1', 'n3', 'n5'], passes: false, why: 'no racks at all' },
    { racks: 1, nodes: ['n1', 'n3'], passes: false, why: 'all in one rack' },
  ])('$why may be cut off: $passes', ({ racks, nodes, passes }) => {
    const act = judged(isolating(named(...nodes)), cluster(6, [ap('test', 2)], racks));
    if (passes) expect(act).not.toThrow();
    else expect(act).toThrow('or one rack');
  });

  test('of a cut that not all see alike says nothing', () => {
    const ring = judged(isolating({ kind: 'ring' }), cluster(6, [ap('test', 2)], 2));
    expect(ring).toThrow('or one rack');
  });
});

describe('what an experiment accepts', () => {
  const two = isolate(2);

  test('is a namespace by its name, and no other', () => {
    const both = cluster(5, [ap('test', 2), ap('users', 2)]);
    expect(judged(isolating(two, { acceptDataLoss: ['test', 'users'] }), both)).not.toThrow();
    expect(judged(isolating(two, { acceptDataLoss: ['test'] }), both)).toThrow('namespace users');
  });

  test('is unavailability where consistency is strong, and not data loss', () => {
    const strong = cluster(5, [sc('money', 2)]);
    expect(judged(isolating(two, { acceptUnavailable: ['money'] }), strong)).not.toThrow();
    expect(judged(isolating(two, { acceptDataLoss: ['money'] }), strong)).toThrow(
      'say "acceptUnavailable": ["money"]',
    );
  });

  test('needs not be said of a namespace with copies to spare', () => {
    const act = judged(
      isolating(two, { acceptDataLoss: ['test'] }),
      cluster(5, [ap('test', 2), ap('wide', 4)]),
    );
    expect(act).not.toThrow();
  });
});

test('a node that tells no namespaces is a reason to refuse', () => {
  const { surveys = [], ...inventory } = cluster(3);
  const mute = surveys.filter(({ instanceId }) => instanceId !== 'i-n2');
  const act = judged(isolating(isolate(1), { acceptDataLoss: ['test'] }), {
    ...inventory,
    surveys: mute,
  });
  expect(refusalOf(act)).toContain(
    'as every node must tell its namespaces: found nothing of them from n2',
  );
});
