import { describe, expect, test } from 'vitest';
import type { AclEntry, Inventory } from '../../../core/inventory.ts';
import { explain, explanationText } from '../../../core/plan/explain.ts';
import { Explanation } from '../../../core/plan/explanation.ts';
import type { Plan } from '../../../core/plan/plan.ts';
import { temporaryId } from '../../../core/step.ts';
import { aClient, aGroup, anInventory, groupPeer, someNodes, tcp } from '../inventories.ts';

const says = '';
const side = temporaryId('aerofault-run1-1');
const clientCut = { from: ['i-c1'], to: ['i-n1', 'i-n2'], ports: [3000] };

const inventory: Inventory = anInventory({
  instances: [...someNodes(2), aClient(1)],
  groups: [
    aGroup('nodes', [
      tcp('3000-3003', groupPeer('sg-clients')),
      tcp('3000', '10.0.1.1/32'),
      tcp('3000', '10.0.1.0/24'),
      tcp('22', '10.9.0.0/16'),
      tcp('3001-3002', groupPeer('sg-nodes')),
    ]),
    aGroup('clients', []),
  ],
});

const rule = (n: number) => inventory.groups[0]!.rules[n - 1]!;

const plan: Plan = {
  runId: 'run1',
  steps: [
    {
      id: 'add',
      phase: 2,
      says,
      kind: 'add-rules',
      groupId: 'sg-nodes',
      direction: 'ingress',
      rules: [tcp('3000', '10.0.1.128/25')],
    },
    {
      id: 'edit',
      phase: 4,
      says,
      kind: 'edit-rules',
      groupId: 'sg-nodes',
      edits: [
        {
          ruleId: 'sgr-nodes-1',
          before: rule(1).spec,
          during: tcp('3001-3003', groupPeer('sg-clients')),
        },
        {
          ruleId: 'sgr-nodes-2',
          before: rule(2).spec,
          during: tcp('0', '10.0.1.1/32'),
        },
      ],
    },
    {
      id: 'revoke',
      phase: 4,
      says,
      kind: 'revoke-rules',
      groupId: 'sg-nodes',
      witness: tcp('0', '192.0.2.1/32'),
      rules: [
        {
          ruleId: 'sgr-nodes-3',
          before: rule(3).spec,
          tags: {},
        },
      ],
    },
  ],
  cuts: [clientCut],
  targets: ['i-c1'],
  hosts: [],
  calls: { inject: 3, restore: 4 },
  prediction: { clusterSizes: [2], connections: 'new connections only', falls: [] },
  warnings: ['revoked rules come back under new ids'],
};

describe('explain()', () => {
  const explanation = explain(inventory, plan);
  const fateOf = (id: string) => explanation.rules.find(({ ruleId }) => ruleId === id);

  test('is what its schema says', () => {
    expect(Explanation.parse(JSON.parse(JSON.stringify(explanation)))).toEqual(explanation);
  });

  test.each([
    ['sgr-nodes-1', true, 'narrowed', 'narrowed to tcp 3001-3003; its id stays'],
    ['sgr-nodes-2', true, 'parked', 'parked on tcp 0, where nothing listens; its id stays'],
    ['sgr-nodes-3', true, 'revoked', 'revoked; restore authorises it again under a new id'],
    ['sgr-nodes-4', false, 'kept', 'kept: it admits none of the cut'],
    ['sgr-nodes-5', false, 'kept', 'kept: it admits none of the cut'],
  ])('says what becomes of %s', (id, covers, becomes, words) => {
    expect(fateOf(id)).toMatchObject({ covers, becomes, says: words });
  });

  test('says what a rule allows, and to whom', () => {
    expect(fateOf('sgr-nodes-1')).toMatchObject({
      groupId: 'sg-nodes',
      allows: 'tcp 3000-3003',
      peer: 'group sg-clients (clients)',
    });
  });

  test('leaves out the rules of groups that the cut does not concern, and the way out', () => {
    expect(explanation.rules.map(({ groupId }) => groupId)).not.toContain('sg-clients');
    expect(explanation.rules.map(({ direction }) => direction)).not.toContain('egress');
  });

  test('says whether connections that already stand go on', () => {
    expect(explanation.cuts).toEqual([
      {
        cut: clientCut,
        tracking: 'tracked',
        falls: false,
        says: 'tracked: connections that already stand go on',
      },
    ]);
    const severed: Plan = {
      ...plan,
      prediction: { ...plan.prediction, connections: 'full', falls: [clientCut] },
      steps: [
        ...plan.steps,
        {
          id: 'sever',
          phase: 8,
          says: 'n1: close',
          kind: 'sever',
          instanceId: 'i-n1',
          peers: ['10.0.1.1'],
          ports: [3000],
        },
      ],
    };
    expect(explain(inventory, severed).cuts[0]).toMatchObject({
      falls: true,
      says: 'tracked: connections that already stand are closed on the hosts',
    });
    expect(explain(inventory, severed).hosts).toEqual(['n1: close']);
  });

  test('text: one screen that says it all', () => {
    expect(explanationText(explanation)).toEqual([
      'Cut off: c1',
      '',
      '  cut   c1 -> n1, n2  tcp 3000',
      '        tracked: connections that already stand go on',
      '',
      '  ~ sgr-nodes-1 of sg-nodes: tcp 3000-3003 from group sg-clients (clients)',
      '      narrowed to tcp 3001-3003; its id stays',
      '  ~ sgr-nodes-2 of sg-nodes: tcp 3000 from 10.0.1.1/32',
      '      parked on tcp 0, where nothing listens; its id stays',
      '  - sgr-nodes-3 of sg-nodes: tcp 3000 from 10.0.1.0/24',
      '      revoked; restore authorises it again under a new id',
      '    sg-nodes: 2 other rules kept',
      '  + sg-nodes (nodes): tcp 3000 from 10.0.1.128/25, temporary',
      '  ! revoked rules come back under new ids',
      '',
      '3 calls to EC2 to inject, 4 to restore',
    ]);
  });

  test('text: nothing in a name steers a terminal', () => {
    const named = { ...explanation, targets: ['c1\u001b[2J', 'c\u202e2\n'] };

    expect(explanationText(named)[0]).toBe('Cut off: c1[2J, c2');
  });
});

describe('explain() where interfaces move', () => {
  const moved: Plan = {
    ...plan,
    steps: [
      { id: 'make', phase: 1, says, kind: 'make-group', name: 'aerofault-run1-1', vpcId: 'vpc-1' },
      ...['eni-i-n1', 'eni-i-n2'].flatMap((interfaceId): Plan['steps'] => [
        {
          id: `attach/${interfaceId}`,
          phase: 3,
          says,
          kind: 'attach-group',
          interfaceId,
          groupId: side,
        },
        {
          id: `detach/${interfaceId}`,
          phase: 5,
          says,
          kind: 'detach-groups',
          interfaceId,
          groupIds: ['sg-nodes'],
          witness: side,
        },
      ]),
    ],
    warnings: [],
  };

  test('names the group that stands for another, and the interfaces', () => {
    const explanation = explain(inventory, moved);

    expect(explanation.groups).toEqual(['aerofault-run1-1']);
    expect(explanation.rules[0]).toMatchObject({
      becomes: 'replaced',
      says: 'kept as it is; aerofault-run1-1 takes the place of its group on 2 interfaces',
    });
    expect(explanationText(explanation)).toContain(
      '  ~ 2 interfaces: + aerofault-run1-1, - sg-nodes (nodes); eni-i-n1 (n1), eni-i-n2 (n2)',
    );
  });
});

describe('explain() of network ACLs', () => {
  const allow: AclEntry = {
    number: 100,
    direction: 'ingress',
    action: 'allow',
    protocol: '-1',
    cidr: '0.0.0.0/0',
  };
  const deny: AclEntry = {
    number: 1,
    direction: 'ingress',
    action: 'deny',
    protocol: '6',
    cidr: '10.0.1.1/32',
    fromPort: 3000,
    toPort: 3000,
  };
  const guarded: Inventory = {
    ...inventory,
    networkAcls: [
      {
        id: 'acl-1',
        vpcId: 'vpc-1',
        isDefault: true,
        subnetIds: ['subnet-a'],
        entries: [allow],
        tags: {},
      },
    ],
  };
  const swap: Plan['steps'][number] = {
    id: 'swap',
    phase: 1,
    says,
    kind: 'swap-acl',
    subnetId: 'subnet-a',
    vpcId: 'vpc-1',
    originalId: 'acl-1',
    entries: [
      deny,
      {
        ...allow,
        number: 200,
      },
    ],
  };

  test('says what the copy denies that the original did not, and until when', () => {
    const explanation = explain(guarded, { ...plan, steps: [swap] });

    expect(explanation.acls).toEqual([
      {
        subnetId: 'subnet-a',
        originalId: 'acl-1',
        pulse: false,
        entries: ['deny tcp 3000 from 10.0.1.1/32'],
      },
    ]);
    expect(explanationText(explanation)).toContain(
      '  ~ subnet-a: a copy of acl-1 stands for it until restore',
    );
  });
});
