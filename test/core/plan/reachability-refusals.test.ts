import { describe, expect, test } from 'vitest';
import type { AclEntry, Inventory } from '../../../core/inventory.ts';
import { refuseInexact } from '../../../core/plan/reachability.ts';
import type { Step } from '../../../core/step.ts';
import {
  aBystander,
  aClient,
  aGroup,
  aNode,
  anInventory,
  groupPeer,
  refusalOf,
  tcp,
} from '../inventories.ts';

const says = '';
const cuts = [{ from: ['i-c1'], to: ['i-n1'], ports: [3000] }];
const park: Step = {
  id: 'edit',
  phase: 4,
  says,
  kind: 'edit-rules',
  groupId: 'sg-nodes',
  edits: [
    {
      ruleId: 'sgr-nodes-1',
      before: tcp('3000', groupPeer('sg-clients')),
      during: tcp('0', groupPeer('sg-clients')),
    },
  ],
};

function cluster(changes: Partial<Parameters<typeof anInventory>[0]> = {}): Inventory {
  return anInventory({
    instances: [aNode(1), aClient(1)],
    groups: [aGroup('nodes', [tcp('3000', groupPeer('sg-clients'))]), aGroup('clients', [])],
    ...changes,
  });
}

describe('refuseInexact()', () => {
  test('says nothing to an exact plan', () => {
    expect(() => refuseInexact(cluster(), [park], cuts)).not.toThrow();
  });

  test('names the rule that still admits a cut flow', () => {
    const groups = [
      aGroup('nodes', [tcp('3000', groupPeer('sg-clients')), tcp('2000-4000', '10.0.0.0/8')]),
      aGroup('clients', []),
    ];

    expect(refusalOf(() => refuseInexact(cluster({ groups }), [park], cuts))).toBe(
      'Cannot prove the plan exact as tcp 3000 from 10.0.1.1 (c1, eni-i-c1) to 10.0.0.1 (n1, eni-i-n1) must stay closed: found rule sgr-nodes-2 of group sg-nodes admits it',
    );
  });

  test('names the bystander that would be harmed', () => {
    const bystanders = [aBystander(['sg-nodes'])];

    expect(refusalOf(() => refuseInexact(cluster({ bystanders }), [park], cuts))).toBe(
      'Cannot prove the plan exact as tcp 3000 from 10.0.1.1 (c1, eni-i-c1) to 10.0.9.9 (i-bystander, eni-bystander) must stay open: found it would be closed, and bystander eni-bystander of i-bystander harmed',
    );
  });

  test('names what would open, and for whom', () => {
    const wide: Step = {
      id: 'add',
      phase: 2,
      says,
      kind: 'add-rules',
      groupId: 'sg-nodes',
      direction: 'ingress',
      rules: [tcp('8000-8010', '192.0.2.0/24')],
    };

    expect(refusalOf(() => refuseInexact(cluster(), [park, wide], cuts))).toBe(
      'Cannot prove the plan exact as tcp 8000-8010 from 192.0.2.0/24 to 10.0.0.1 (n1, eni-i-n1) must stay closed: found rule add/1 of group sg-nodes admits it',
    );
  });

  test('names a group of nobody here whose holders would be harmed', () => {
    const groups = [
      aGroup('nodes', [tcp('3000', groupPeer('sg-clients')), tcp('9090', groupPeer('sg-far'))]),
      aGroup('clients', []),
    ];
    const revoke: Step = {
      id: 'revoke',
      phase: 4,
      says,
      kind: 'revoke-rules',
      groupId: 'sg-nodes',
      witness: tcp('0', '192.0.2.1/32'),
      rules: [
        {
          ruleId: 'sgr-nodes-2',
          before: tcp('9090', groupPeer('sg-far')),
          tags: {},
        },
      ],
    };

    expect(refusalOf(() => refuseInexact(cluster({ groups }), [park, revoke], cuts))).toBe(
      'Cannot prove the plan exact as tcp 9090 from sg-far to 10.0.0.1 (n1, eni-i-n1) must stay open: found it would be closed',
    );
  });
});

const deny = (cidrOf: string, ports: [number, number] = [3000, 3000]): AclEntry => ({
  number: 1,
  direction: 'ingress',
  action: 'deny',
  protocol: '6',
  cidr: cidrOf,
  fromPort: ports[0],
  toPort: ports[1],
});

describe('refuseInexact() on network ACLs', () => {
  const allow: AclEntry[] = (['ingress', 'egress'] as const).map((direction) => ({
    number: 100,
    direction,
    action: 'allow',
    protocol: '-1',
    cidr: '0.0.0.0/0',
  }));
  const base = cluster();
  const inventory: Inventory = {
    ...base,
    interfaces: base.interfaces.map((one) =>
      one.instanceId === 'i-c1' ? { ...one, subnetId: 'subnet-b' } : one,
    ),
    networkAcls: [
      {
        id: 'acl-1',
        vpcId: 'vpc-1',
        isDefault: true,
        subnetIds: ['subnet-a', 'subnet-b'],
        entries: allow,
        tags: {},
      },
    ],
  };
  const swap = (...entries: AclEntry[]): Step => ({
    id: 'swap',
    phase: 6,
    says,
    kind: 'swap-acl',
    subnetId: 'subnet-a',
    vpcId: 'vpc-1',
    originalId: 'acl-1',
    entries,
  });
  const end: Step = {
    id: 'end',
    phase: 7,
    says,
    kind: 'end-pulse',
    links: [],
    boundSeconds: 10,
    swaps: [
      {
        subnetId: 'subnet-a',
        originalId: 'acl-1',
      },
    ],
  };

  test('a denial of the cut alone is exact', () => {
    const only = [swap(deny('10.0.1.1/32'), ...allow)];

    expect(() => refuseInexact(inventory, only, cuts)).not.toThrow();
  });

  test('a pulse is proved while it lasts, not only when it is over', () => {
    const wide = swap(deny('10.0.1.1/32', [3000, 3001]), ...allow);

    expect(refusalOf(() => refuseInexact(inventory, [park, wide, end], cuts))).toBe(
      'Cannot prove the plan exact as tcp 3001 from 10.0.1.1/32 to subnet-a must stay open while the ACL pulse lasts: found it would be closed',
    );
    const only = swap(deny('10.0.1.1/32'), ...allow);
    expect(() => refuseInexact(inventory, [park, only, end], cuts)).not.toThrow();
    expect(() => refuseInexact(inventory, [only, end], cuts)).toThrow(/must stay closed/);
  });

  test('answers come back through an ACL that no rule of a group admits: they must pass', () => {
    const groups = [
      { ...aGroup('nodes', []), rules: aGroup('nodes', []).rules },
      aGroup('clients', []),
    ];
    const ephemeral = swap({ ...deny('10.0.1.1/32'), fromPort: 32_768, toPort: 60_999 }, ...allow);

    expect(refusalOf(() => refuseInexact({ ...inventory, groups }, [ephemeral], cuts))).toContain(
      'tcp 32768-60999 from 10.0.1.1/32 to subnet-a must stay open',
    );
  });
});
