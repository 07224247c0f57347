import { describe, expect, test } from 'vitest';
import type { Experiment } from '../../../../core/experiment.ts';
import type { Inventory, RuleSpec } from '../../../../core/inventory.ts';
import { plan } from '../../../../core/plan/plan.ts';
import type { Step } from '../../../../core/step.ts';
import {
  aBystander,
  aClient,
  aGroup,
  aPartition,
  anInventory,
  groupPeer,
  refusalOf,
  someNodes,
  tcp,
} from '../../inventories.ts';
import { shortOf } from './rule-changes.ts';

const byGroups = { mechanism: 'security-group' };
const isolate = (count: number): Experiment =>
  aPartition(byGroups, { topology: { kind: 'isolate', count } });
const halves = (more: object = {}): Experiment =>
  aPartition({ ...byGroups, ...more }, { topology: { kind: 'halves' } });

/** The usual group: nodes among themselves, clients on the service port. */
const usual: readonly RuleSpec[] = [
  tcp('3001-3002', groupPeer('sg-nodes')),
  tcp('3000', groupPeer('sg-clients')),
];

function shared(count: number, more: Partial<Parameters<typeof anInventory>[0]> = {}): Inventory {
  return anInventory({
    instances: [...someNodes(count), aClient(1)],
    groups: [aGroup('nodes', usual), aGroup('clients', [])],
    ...more,
  });
}

/** Steps in short, a line each. */
function linesOf(steps: readonly Step[]): string[] {
  return steps.map((step) => {
    switch (step.kind) {
      case 'add-rules':
        return `${step.phase} ${step.groupId} + ${step.rules.map(shortOf).join(', ')}`;
      case 'edit-rules':
        return `${step.phase} ${step.edits.map(({ ruleId, during }) => `${ruleId}: ${shortOf(during)}`).join(', ')}`;
      case 'attach-group':
        return `${step.phase} ${step.interfaceId} + ${step.groupId}`;
      case 'detach-groups':
        return `${step.phase} ${step.interfaceId} - ${step.groupIds.join()}`;
      default:
        return `${step.phase} ${step.id}`;
    }
  });
}

const made = (experiment: Experiment, inventory: Inventory) => plan(experiment, inventory, 'run1');

const temporary = (n: number): string => `temporary:aerofault-run1-${n}`;

describe('a partition inside one shared group', () => {
  test('moves the smaller side into a group of its own, which admits all but the other side', () => {
    const { steps, calls } = made(halves(), shared(4));

    expect(linesOf(steps)).toEqual([
      '1 make-group/aerofault-run1-1',
      `2 ${temporary(1)} + tcp 3001-3002 ${temporary(1)}, tcp 3000 sg-clients`,
      `2 ${temporary(1)} + -1 0.0.0.0/0, -1 ::/0`,
      `3 eni-i-n1 + ${temporary(1)}`,
      `3 eni-i-n2 + ${temporary(1)}`,
      '5 eni-i-n1 - sg-nodes',
      '5 eni-i-n2 - sg-nodes',
    ]);
    expect(calls).toEqual({ inject: 8, restore: 7 });
  });

  test('needs no more calls to isolate one node of a hundred than one of five', () => {
    const [few, many] = [5, 100].map((count) => made(isolate(1), shared(count)).calls);
    expect(many).toEqual(few);
    expect(few?.inject).toBeLessThan(9);
  });

  test('keeps those who were moved admitted where their group was named', () => {
    const groups = [
      aGroup('nodes', [...usual, tcp('3000', groupPeer('sg-nodes'))]),
      aGroup('clients', [tcp('9145', groupPeer('sg-nodes'))]),
    ];
    const lines = linesOf(made(isolate(1), shared(9, { groups })).steps);

    expect(lines).toContain(`2 sg-nodes + tcp 3000 ${temporary(1)}`);
    expect(lines).toContain(`2 sg-clients + tcp 9145 ${temporary(1)}`);
  });

  test('leaves nobody moved where the group is named by a group that is not ours', () => {
    const groups = [
      aGroup('nodes', usual),
      aGroup('clients', []),
      aGroup('monitor', [tcp('9145', groupPeer('sg-nodes'))], {}),
    ];
    const inventory = shared(4, { groups, bystanders: [aBystander(['sg-monitor'])] });

    expect(linesOf(made(halves(), inventory).steps)).toEqual([
      '1 make-group/aerofault-run1-1',
      '1 make-group/aerofault-run1-2',
      `2 ${temporary(1)} + tcp 3001-3002 ${temporary(1)}`,
      `2 ${temporary(2)} + tcp 3001-3002 ${temporary(2)}`,
      ...[1, 2].map((n) => `3 eni-i-n${n} + ${temporary(1)}`),
      ...[3, 4].map((n) => `3 eni-i-n${n} + ${temporary(2)}`),
      '4 sgr-nodes-1: tcp 0 sg-nodes',
    ]);
  });

  test('does not touch a bystander in the group that bears no tag: both sides leave it', () => {
    const inventory = shared(4, { bystanders: [aBystander(['sg-nodes'])] });
    const { steps } = made(halves(), inventory);

    expect(
      steps.filter((step) => 'interfaceId' in step && step.interfaceId === 'eni-bystander'),
    ).toEqual([]);
    expect(linesOf(steps)).toContain(
      `2 sg-nodes + tcp 3001-3002 ${temporary(1)}, tcp 3001-3002 ${temporary(2)}`,
    );
    expect(linesOf(steps)).toContain('5 eni-i-n4 - sg-nodes');
  });

  test('carries the rules out of the group along, so that nobody gets out who could not', () => {
    const nodes = aGroup('nodes', usual);
    const out = { ...nodes.rules[0]!, id: 'sgr-out', direction: 'egress' as const };
    const spec: RuleSpec = { protocol: '-1', peer: { kind: 'ipv4', cidr: '10.0.0.0/8' } };
    const groups = [{ ...nodes, rules: [...nodes.rules, { ...out, spec }] }, aGroup('clients', [])];
    const { steps } = made(isolate(1), shared(9, { groups }));
    const outward = steps.filter(
      (step) => step.kind === 'add-rules' && step.direction === 'egress',
    );

    expect(linesOf(outward)).toEqual([`2 ${temporary(1)} + -1 0.0.0.0/0, -1 ::/0, -1 10.0.0.0/8`]);
  });

  test('subtracts addresses where rules are said by address', () => {
    const groups = [aGroup('nodes', [tcp('3000-3003', '10.0.0.0/30')]), aGroup('clients', [])];
    const lines = linesOf(made(isolate(1), shared(3, { groups })).steps);

    expect(lines).toEqual([
      '1 make-group/aerofault-run1-1',
      '2 sg-nodes + tcp 3003 10.0.0.0/30, tcp 3001-3002 10.0.0.0/32',
      `2 ${temporary(1)} + tcp 3001-3002 ${temporary(1)}`,
      `3 eni-i-n2 + ${temporary(1)}`,
      `3 eni-i-n3 + ${temporary(1)}`,
      '4 sgr-nodes-1: tcp 3000 10.0.0.0/30',
    ]);
  });

  test('a ring gives every node a group of its own, named by its neighbours', () => {
    const ring = aPartition(byGroups, { topology: { kind: 'ring' } });
    const { steps } = made(ring, shared(5));

    expect(steps.filter(({ kind }) => kind === 'make-group')).toHaveLength(5);
    expect(steps.filter(({ kind }) => kind === 'attach-group')).toHaveLength(5);
  });
});

describe('what already stands', () => {
  test('goes on where it is tracked, so the cluster stays whole', () => {
    const { prediction } = made(halves(), shared(4));
    expect(prediction).toEqual({
      clusterSizes: [4],
      connections: 'new connections only',
      falls: [],
    });
  });

  test('severed by ss falls on the hosts of one side, and the cluster splits', () => {
    const { prediction, hosts, cuts } = made(halves({ established: 'sever' }), shared(5));

    expect(hosts).toEqual(['i-n1', 'i-n2']);
    expect(prediction).toEqual({ clusterSizes: [2, 3], connections: 'full', falls: cuts });
  });
});

describe('a partition by security groups is refused', () => {
  test('where an interface has no room for one more group', () => {
    const names = ['nodes', 'a', 'b', 'c', 'd'];
    const groupIds = names.map((name) => `sg-${name}`);
    const instances = someNodes(4).map((one) => ({ ...one, groupIds }));
    const groups = [aGroup('nodes', usual), ...names.slice(1).map((name) => aGroup(name, []))];

    expect(refusalOf(() => made(halves(), shared(4, { instances, groups })))).toBe(
      'Cannot attach a group to eni-i-n1 as it must hold at most 4 before: found 5; take one off or plan with iptables',
    );
  });

  test('where an interface that would need a group bears no tag', () => {
    const inventory = shared(4);
    const interfaces = inventory.interfaces.map((one) => ({ ...one, tags: {} }));

    expect(refusalOf(() => made(halves(), { ...inventory, interfaces }))).toBe(
      'Cannot attach a group to eni-i-n1 of i-n1 as it must carry the tag aerofault:cluster=orders: found no such tag; aws ec2 create-tags --resources eni-i-n1 --tags Key=aerofault:cluster,Value=orders, or give it a group of its own',
    );
  });

  test('where every node would be a side of its own, and there are many', () => {
    const ring = aPartition(byGroups, { topology: { kind: 'ring' } });
    expect(refusalOf(() => made(ring, shared(45)))).toContain('at most 40 temporary groups');
  });

  test('where nothing admits the cut now', () => {
    const groups = [aGroup('nodes', [tcp('3000', groupPeer('sg-clients'))]), aGroup('clients', [])];
    expect(refusalOf(() => made(halves(), shared(4, { groups })))).toBe(
      'Cannot cut port 3001, 3002 by security groups as a rule must admit the cut now: found none on 4 machine(s)',
    );
  });
});
