/** Long, for each kind of fault lists whole what is asked of whom, and the lists are read against each other. */
import { describe, expect, test } from 'vitest';
import type { Experiment } from '../../core/experiment.ts';
import type { Instance, Interface, RuleSpec } from '../../core/inventory.ts';
import type { Plan } from '../../core/plan/plan.ts';
import {
  canaryQuestions,
  controlQuestions,
  cutQuestions,
  recorderItem,
  viewQuestions,
} from '../../core/probe.ts';
import type { Question, Subject } from '../../core/probe.ts';
import type { Step } from '../../core/step.ts';
import {
  aBystander,
  aClient,
  aClientCut,
  aGroup,
  aPartition,
  aRule,
  anInventory,
  cidr,
  groupPeer,
  someNodes,
  tcp,
} from './inventories.ts';
import { aCut, aDestination, aPlan, anXdrCut, bothWays, withSix } from './plans.ts';

const asked = (questions: readonly Question[]): string[] =>
  questions.map(({ from, item }) => `${from} ${item}`);

/** Everything leaves, as EC2 has it by default. */
const allOut = (groupId: string) => ({
  ...aRule(groupId, 99, { protocol: '-1', peer: cidr('0.0.0.0/0') }),
  direction: 'egress' as const,
});

function aWorld(
  experiment: Experiment,
  plan: Plan,
  {
    instances,
    rules = [tcp('3000-3003', '10.0.1.0/24')],
    bystanders = [],
  }: {
    instances: readonly Instance[];
    rules?: readonly RuleSpec[];
    bystanders?: readonly Interface[];
  },
): Subject {
  const groups = [aGroup('nodes', rules), aGroup('clients', []), aGroup('far', [])].map(
    (group) => ({ ...group, rules: [...group.rules, allOut(group.id)] }),
  );
  return { experiment, inventory: anInventory({ instances, groups, bystanders }), plan };
}

/** n1 cut from n2 on some ports. */
const two = (ports: readonly number[], fault: Readonly<Record<string, unknown>> = {}): Subject =>
  aWorld(aPartition({}, fault), aPlan(bothWays('n2', 'n1', ...ports), {}), {
    instances: someNodes(2),
  });

describe('a partition asks', () => {
  test('what it cuts, from whoever would dial, both ways', () => {
    expect(asked(cutQuestions(two([3001, 3002])))).toEqual([
      'i-n2 new/10.0.0.1/3001',
      'i-n2 new/10.0.0.1/3002',
      'i-n1 new/10.0.0.2/3001',
      'i-n1 new/10.0.0.2/3002',
    ]);
  });

  test('only what is dialled towards the target, when inbound; the way back is a control', () => {
    const plan = aPlan([aCut('n2', 'n1', 3001, 3002)], {});
    const inbound = aWorld(aPartition({ direction: 'inbound' }), plan, { instances: someNodes(2) });

    expect(asked(cutQuestions(inbound))).toEqual([
      'i-n2 new/10.0.0.1/3001',
      'i-n2 new/10.0.0.1/3002',
    ]);
    expect(asked(controlQuestions(inbound))).toEqual([
      'i-n2 new/10.0.0.1/3000',
      'i-n1 new/10.0.0.2/3000',
      'i-n1 new/10.0.0.2/3001',
      'i-n1 new/10.0.0.2/3002',
    ]);
  });

  test.each([
    { ports: [3001, 3002], control: 3000 },
    { ports: [3000], control: 3001 },
    { ports: [3000, 3001], control: 3002 },
  ])('a port that $ports leave alone, for a control: $control', ({ ports, control }) => {
    expect(asked(controlQuestions(two(ports))).toSorted()).toEqual([
      `i-n1 new/10.0.0.2/${control}`,
      `i-n2 new/10.0.0.1/${control}`,
    ]);
  });

  test('no control where it cuts every port a node must have, and there is nobody else', () => {
    expect(controlQuestions(two([3000, 3001, 3002]))).toEqual([]);
  });

  test('no canary but on the service port: no other answers one', () => {
    expect(canaryQuestions(two([3001, 3002]), 'keep')).toEqual([]);
    expect(asked(canaryQuestions(two([3000, 3001]), 'keep'))).toEqual([
      'i-n2 keep/10.0.0.1/3000',
      'i-n1 keep/10.0.0.2/3000',
    ]);
  });

  test('the same side on the cut ports, and clients of every node', () => {
    const halves = aWorld(aPartition(), aPlan(bothWays('n1', 'n2,n3', 3001), {}), {
      instances: [...someNodes(3), aClient(1)],
    });
    const controls = asked(controlQuestions(halves));

    expect(controls).toContain('i-n2 new/10.0.0.3/3001');
    expect(controls).toContain('i-n3 new/10.0.0.2/3001');
    expect(controls).not.toContain('i-n1 new/10.0.0.2/3001');
    expect(controls.filter((one) => one.startsWith('i-c1'))).toEqual([
      'i-c1 new/10.0.0.1/3000',
      'i-c1 new/10.0.0.2/3000',
      'i-c1 new/10.0.0.3/3000',
    ]);
    expect(asked(canaryQuestions(halves, 'kept'))).toEqual([
      'i-c1 kept/10.0.0.1/3000',
      'i-c1 kept/10.0.0.2/3000',
      'i-c1 kept/10.0.0.3/3000',
    ]);
  });
});

describe('a client-cut asks', () => {
  const plan = aPlan([aCut('c1', 'n1,n2', 3000, 3003)], {});
  const subject = aWorld(aClientCut(), plan, {
    instances: [...someNodes(2), aClient(1), aClient(2)],
  });
  const controls = asked(controlQuestions(subject));

  test('every cut client of every node on every port', () => {
    expect(asked(cutQuestions(subject))).toEqual([
      'i-c1 new/10.0.0.1/3000',
      'i-c1 new/10.0.0.1/3003',
      'i-c1 new/10.0.0.2/3000',
      'i-c1 new/10.0.0.2/3003',
    ]);
  });

  test('for controls the fabric between nodes, and the cut ports between them', () => {
    expect(controls.filter((one) => one.startsWith('i-n1'))).toEqual([
      'i-n1 new/10.0.0.2/3001',
      'i-n1 new/10.0.0.2/3000',
      'i-n1 new/10.0.0.2/3003',
    ]);
  });

  test('for controls the clients that are not cut', () => {
    expect(controls.filter((one) => one.startsWith('i-c2'))).toEqual([
      'i-c2 new/10.0.0.1/3000',
      'i-c2 new/10.0.0.2/3000',
    ]);
  });

  test('for controls what else the rules admit of the cut client: a range wider than the cut', () => {
    expect(controls.filter((one) => one.startsWith('i-c1'))).toEqual([
      'i-c1 new/10.0.0.1/3001',
      'i-c1 new/10.0.0.1/3002',
      'i-c1 new/10.0.0.2/3001',
      'i-c1 new/10.0.0.2/3002',
    ]);
    const exact = aWorld(aClientCut(), plan, {
      instances: [...someNodes(2), aClient(1)],
      rules: [tcp('3000', '10.0.1.0/24')],
    });
    expect(asked(controlQuestions(exact)).filter((one) => one.startsWith('i-c1'))).toEqual([]);
  });

  test.each(['keep', 'kept'] as const)('canaries of all on the service port alone: %s', (verb) => {
    expect(asked(canaryQuestions(subject, verb))).toEqual([
      `i-c1 ${verb}/10.0.0.1/3000`,
      `i-c1 ${verb}/10.0.0.2/3000`,
      `i-c2 ${verb}/10.0.0.1/3000`,
      `i-c2 ${verb}/10.0.0.2/3000`,
    ]);
  });
});

describe('an xdr-cut asks', () => {
  const subject = aWorld(anXdrCut(), aPlan([aCut('n1,n2', 'd1', 3000)], {}), {
    instances: [...someNodes(2), aDestination(1), aDestination(2), aClient(1)],
  });

  test('every node of the cut destinations', () => {
    expect(asked(cutQuestions(subject))).toEqual([
      'i-n1 new/10.0.2.1/3000',
      'i-n2 new/10.0.2.1/3000',
    ]);
  });

  test('for controls other destinations, node pairs and clients', () => {
    expect(asked(controlQuestions(subject))).toEqual([
      'i-n1 new/10.0.0.2/3001',
      'i-n1 new/10.0.0.2/3000',
      'i-n1 new/10.0.2.2/3000',
      'i-n2 new/10.0.0.1/3001',
      'i-n2 new/10.0.0.1/3000',
      'i-n2 new/10.0.2.2/3000',
      'i-c1 new/10.0.0.1/3000',
      'i-c1 new/10.0.0.2/3000',
    ]);
  });

  test('canaries from nodes to destinations, cut and not', () => {
    expect(asked(canaryQuestions(subject, 'kept'))).toEqual([
      'i-n1 kept/10.0.2.1/3000',
      'i-n1 kept/10.0.2.2/3000',
      'i-n2 kept/10.0.2.1/3000',
      'i-n2 kept/10.0.2.2/3000',
      'i-c1 kept/10.0.0.1/3000',
      'i-c1 kept/10.0.0.2/3000',
    ]);
  });
});

describe('bystanders', () => {
  const edit: Step = {
    id: 'edit-rules/sg-nodes',
    kind: 'edit-rules',
    phase: 4,
    says: '',
    groupId: 'sg-nodes',
    edits: [
      {
        ruleId: 'sgr-nodes-1',
        before: tcp('3001-3002', groupPeer('sg-nodes')),
        during: tcp('0', groupPeer('sg-nodes')),
      },
    ],
  };
  const shared = [tcp('3001-3002', groupPeer('sg-nodes')), tcp('3003', '10.0.9.0/24')];
  const cuts = bothWays('n2', 'n1', 3001, 3002);
  const withBystanders = (steps: readonly Step[], ...bystanders: Interface[]): string[] =>
    asked(
      controlQuestions(
        aWorld(aPartition(), aPlan(cuts, {}, { steps: [...steps] }), {
          instances: someNodes(2),
          rules: shared,
          bystanders,
        }),
      ),
    ).filter((one) => one.includes('10.0.9.'));

  test('who holds a group that is changed is asked by every node, where its rules admit it', () => {
    expect(withBystanders([edit], aBystander(['sg-nodes']))).toEqual([
      'i-n2 new/10.0.9.9/3001',
      'i-n2 new/10.0.9.9/3002',
      'i-n1 new/10.0.9.9/3001',
      'i-n1 new/10.0.9.9/3002',
    ]);
  });

  test('a load balancer is one, too, though no instance', () => {
    const { instanceId: _, ...balancer } = aBystander(['sg-nodes'], { id: 'eni-lb' });
    expect(withBystanders([edit], balancer)).toHaveLength(4);
  });

  test.each([
    ['whose groups nobody changes', [edit], aBystander(['sg-far'])],
    ['where nothing is changed', [], aBystander(['sg-nodes'])],
    [
      'that is an instance of the cluster',
      [edit],
      aBystander(['sg-nodes'], { instanceId: 'i-n1' }),
    ],
  ] as const)('nobody asks one %s', (_, steps, bystander) => {
    expect(withBystanders(steps, bystander)).toEqual([]);
  });

  test('who lies in a subnet whose ACL is swapped is one', () => {
    const swap: Step = {
      id: 'swap-acl/subnet-b',
      kind: 'swap-acl',
      phase: 6,
      says: '',
      subnetId: 'subnet-b',
      vpcId: 'vpc-1',
      originalId: 'acl-1',
      entries: [
        { number: 1, direction: 'ingress', action: 'deny', protocol: '6', cidr: '10.0.0.0/8' },
      ],
    };
    const beside = aBystander(['sg-nodes'], { subnetId: 'subnet-b' });

    expect(withBystanders([swap], beside)).toHaveLength(4);
    expect(withBystanders([swap], aBystander(['sg-nodes']))).toEqual([]);
  });
});

describe('IPv6', () => {
  const cuts = bothWays('n2', 'n1', 3001, 3002);

  test('is asked too, between those that both have it, and not needed', () => {
    const dual = aWorld(aPartition(), aPlan(cuts, {}), { instances: someNodes(2).map(withSix) });
    const questions = cutQuestions(dual);

    expect(asked(questions).slice(0, 4)).toEqual([
      'i-n2 new/10.0.0.1/3001',
      'i-n2 new/fd00::0:1/3001',
      'i-n2 new/10.0.0.1/3002',
      'i-n2 new/fd00::0:1/3002',
    ]);
    expect(questions.map(({ needed }) => needed)).toEqual(
      questions.map(({ item }) => !item.includes('fd00')),
    );
  });

  test('of one that has it is not asked by one that has not', () => {
    const [first, second] = someNodes(2);
    const mixed = aWorld(aPartition(), aPlan(cuts, {}), { instances: [first!, withSix(second!)] });

    expect(asked(cutQuestions(mixed)).filter((one) => one.includes('fd00'))).toEqual([]);
  });
});

describe('questions of every run', () => {
  test('each node is asked for its view, at its own address, for all nodes', () => {
    const { inventory } = two([3001]);
    const experiment = aPartition({ portNumbers: { service: 4000 } });

    expect(asked(viewQuestions(experiment, inventory))).toEqual([
      'i-n1 view/10.0.0.1/4000/2',
      'i-n2 view/10.0.0.2/4000/2',
    ]);
  });

  test("a node's recorder is started, and read from an instant on", () => {
    const { experiment, inventory } = two([3001]);
    const node = inventory.instances[0]!;

    expect(recorderItem(node, experiment, 'record')).toBe('record/10.0.0.1/3000');
    expect(recorderItem(node, experiment, { since: 0 })).toBe('recorded/10.0.0.1/3000/0');
    expect(recorderItem(node, experiment, { since: 1234 })).toBe('recorded/10.0.0.1/3000/1234');
  });
});
