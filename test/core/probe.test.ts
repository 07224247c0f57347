import { describe, expect, test } from 'vitest';
import type { Experiment } from '../../core/experiment.ts';
import { plan } from '../../core/plan/plan.ts';
import {
  canaryQuestions,
  controlQuestions,
  cutQuestions,
  recorderItem,
  viewQuestions,
} from '../../core/probe.ts';
import type { Question, Subject } from '../../core/probe.ts';
import {
  aClient,
  aClientCut,
  aGroup,
  aPartition,
  anInventory,
  someNodes,
  tcp,
} from './inventories.ts';

const asked = (questions: readonly Question[]): string[] =>
  questions.map(({ from, item }) => `${from} ${item}`);

function subjectOf(experiment: Experiment, nodes: number, clients = 1): Subject {
  const people = Array.from({ length: clients }, (_, index) => aClient(index + 1));
  const inventory = anInventory({
    instances: [...someNodes(nodes), ...people],
    groups: [aGroup('nodes', [tcp('3000-3003', '10.0.1.0/24')])],
  });
  return { experiment, inventory, plan: plan(experiment, inventory, 'run1') };
}

describe('a partition asks', () => {
  const subject = subjectOf(aPartition(), 2);

  test('what it cuts, from whoever would dial, both ways', () => {
    expect(asked(cutQuestions(subject))).toEqual([
      'i-n2 new/10.0.0.1/3001',
      'i-n2 new/10.0.0.1/3002',
      'i-n1 new/10.0.0.2/3001',
      'i-n1 new/10.0.0.2/3002',
    ]);
  });

  test('only what is dialled towards the target, when inbound', () => {
    const inbound = subjectOf(aPartition({ direction: 'inbound' }), 2);
    expect(asked(cutQuestions(inbound))).toEqual([
      'i-n2 new/10.0.0.1/3001',
      'i-n2 new/10.0.0.1/3002',
    ]);
  });

  test.each([
    { ports: ['fabric', 'heartbeat'], control: 3000 },
    { ports: ['service'], control: 3001 },
    { ports: ['service', 'fabric'], control: 3002 },
  ])('a port that $ports leave alone, for a control: $control', ({ ports, control }) => {
    expect(asked(controlQuestions(subjectOf(aPartition({}, { ports }), 2)))).toEqual([
      `i-n1 new/10.0.0.2/${control}`,
      `i-n2 new/10.0.0.1/${control}`,
    ]);
  });

  test('no control where it cuts every port a node must have', () => {
    const all = aPartition({}, { ports: ['service', 'fabric', 'heartbeat'] });
    expect(controlQuestions(subjectOf(all, 2))).toEqual([]);
  });

  test('no canary: only the service port answers one', () => {
    expect(canaryQuestions(subject, 'keep')).toEqual([]);
  });
});

describe('a client-cut asks', () => {
  const subject = subjectOf(aClientCut({}, { ports: ['service', 'admin'] }), 2);

  test('every client of every node on every port', () => {
    expect(asked(cutQuestions(subject))).toEqual([
      'i-c1 new/10.0.0.1/3000',
      'i-c1 new/10.0.0.1/3003',
      'i-c1 new/10.0.0.2/3000',
      'i-c1 new/10.0.0.2/3003',
    ]);
  });

  test('the fabric between nodes for a control', () => {
    expect(asked(controlQuestions(subject))).toEqual([
      'i-n1 new/10.0.0.2/3001',
      'i-n2 new/10.0.0.1/3001',
    ]);
  });

  test.each(['keep', 'kept'] as const)('canaries on the service port alone: %s', (verb) => {
    expect(asked(canaryQuestions(subject, verb))).toEqual([
      `i-c1 ${verb}/10.0.0.1/3000`,
      `i-c1 ${verb}/10.0.0.2/3000`,
    ]);
  });
});

describe('questions of every run', () => {
  test('each node is asked for its view, at its own address, for all nodes', () => {
    const { experiment, inventory } = subjectOf(aPartition({ portNumbers: { service: 4000 } }), 2);

    expect(asked(viewQuestions(experiment, inventory))).toEqual([
      'i-n1 view/10.0.0.1/4000/2',
      'i-n2 view/10.0.0.2/4000/2',
    ]);
  });

  test("a node's recorder is started, and read from an instant on", () => {
    const { experiment, inventory } = subjectOf(aPartition(), 2);
    const node = inventory.instances[0]!;

    expect(recorderItem(node, experiment, 'record')).toBe('record/10.0.0.1/3000');
    expect(recorderItem(node, experiment, { since: 0 })).toBe('recorded/10.0.0.1/3000/0');
    expect(recorderItem(node, experiment, { since: 1234 })).toBe('recorded/10.0.0.1/3000/1234');
  });

  test('nobody is asked more than a dozen of a kind, and everybody some', () => {
    const big = subjectOf(aPartition({}, { topology: { kind: 'isolate', count: 8 } }), 16);
    for (const questions of [cutQuestions(big), controlQuestions(big)]) {
      const vantages = Map.groupBy(questions, ({ from }) => from);
      expect(vantages.size).toBe(16);
      expect(Math.max(...[...vantages.values()].map(({ length }) => length))).toBe(12);
    }
  });
});
