import { describe, expect, test } from 'vitest';
import type { AclEntry, Inventory, NetworkAcl } from '../../../core/inventory.ts';
import { after } from '../../../core/plan/filters.ts';
import type { Filters } from '../../../core/plan/filters.ts';
import { temporaryId } from '../../../core/step.ts';
import type { Step } from '../../../core/step.ts';
import { tcp, withRules } from '../inventories.ts';

const says = '';
const side = temporaryId('side');
const make: Step = { id: 'make', phase: 1, says, kind: 'make-group', name: 'side', vpcId: 'vpc-1' };
const add: Step = {
  id: 'add',
  phase: 2,
  says,
  kind: 'add-rules',
  groupId: side,
  direction: 'egress',
  rules: [tcp('3000', '10.0.0.0/8'), tcp('3001', '10.0.0.0/8')],
};
const attach: Step = {
  id: 'attach',
  phase: 3,
  says,
  kind: 'attach-group',
  interfaceId: 'eni-i-n1',
  groupId: side,
};
const detach: Step = {
  id: 'detach',
  phase: 5,
  says,
  kind: 'detach-groups',
  interfaceId: 'eni-i-n1',
  groupIds: ['sg-nodes'],
  witness: side,
};

const groupOf = ({ groups }: Filters, id: string) => groups.find((group) => group.id === id);
const groupsOn = ({ interfaces }: Filters, id: string) =>
  interfaces.find((one) => one.id === id)?.groupIds;

describe('after()', () => {
  const inventory = withRules(tcp('3000-3003', '10.0.0.0/8'), tcp('22', '10.9.0.0/16'));

  test('a new group has the rules added to it, and goes onto interfaces by its temporary id', () => {
    const now = after(inventory, [make, add, attach]);

    expect(groupOf(now, side)).toMatchObject({ name: 'side', vpcId: 'vpc-1' });
    expect(groupOf(now, side)?.rules.map(({ direction, spec }) => [direction, spec])).toEqual([
      ['egress', tcp('3000', '10.0.0.0/8')],
      ['egress', tcp('3001', '10.0.0.0/8')],
    ]);
    expect(groupsOn(now, 'eni-i-n1')).toEqual(['sg-nodes', side]);
    expect(groupsOn(now, 'eni-i-n2')).toEqual(['sg-nodes']);
  });

  test('follows the phases, not the order of the list', () => {
    const now = after(inventory, [detach, attach, add, make]);

    expect(groupsOn(now, 'eni-i-n1')).toEqual([side]);
  });

  test('attaching what is there already changes nothing', () => {
    const now = after(inventory, [make, attach, { ...attach, id: 'again' }]);

    expect(groupsOn(now, 'eni-i-n1')).toEqual(['sg-nodes', side]);
  });

  test('edits a rule in place, under its id, and takes another away', () => {
    const [first, second] = inventory.groups[0]!.rules;
    const during = tcp('3003', '10.0.0.0/8');
    const now = after(inventory, [
      {
        id: 'edit',
        phase: 4,
        says,
        kind: 'edit-rules',
        groupId: 'sg-nodes',
        edits: [
          {
            ruleId: first!.id,
            before: first!.spec,
            during,
          },
        ],
      },
      {
        id: 'revoke',
        phase: 4,
        says,
        kind: 'revoke-rules',
        groupId: 'sg-nodes',
        witness: tcp('0', '10.9.0.0/16'),
        rules: [
          {
            ruleId: second!.id,
            before: second!.spec,
            tags: {},
          },
        ],
      },
    ]);

    const [kept, ...others] = groupOf(now, 'sg-nodes')!.rules;
    expect(kept).toEqual({ ...first, spec: during });
    expect(others.map(({ id }) => id)).toEqual(
      inventory.groups[0]!.rules.slice(2).map(({ id }) => id),
    );
  });

  test('what no step changes stays the same object', () => {
    const now = after(inventory, [make, add, attach, detach]);

    expect(groupOf(now, 'sg-nodes')).toBe(groupOf(inventory, 'sg-nodes'));
    expect(now.prefixLists).toBe(inventory.prefixLists);
  });

  test('changes nothing of what it was given', () => {
    const copy = structuredClone(inventory);
    after(inventory, [make, add, attach, detach]);

    expect(inventory).toEqual(copy);
  });

  test('steps on hosts leave the filters as they are', () => {
    const sever: Step = {
      id: 'sever',
      phase: 8,
      says,
      kind: 'sever',
      instanceId: 'i-n1',
      peers: ['10.0.0.2'],
      ports: [3001],
    };

    expect(after(inventory, [sever])).toEqual({
      interfaces: inventory.interfaces,
      groups: inventory.groups,
      prefixLists: inventory.prefixLists,
      subnets: inventory.subnets,
      networkAcls: inventory.networkAcls,
    });
  });

  test.each([
    ['a group', { ...add, groupId: 'sg-gone' }],
    ['an interface', { ...attach, interfaceId: 'eni-gone' }],
    [
      'a rule',
      {
        id: 'edit',
        phase: 4,
        says,
        kind: 'edit-rules' as const,
        groupId: 'sg-nodes',
        edits: [
          {
            ruleId: 'sgr-gone',
            before: tcp('1', '::/0'),
            during: tcp('2', '::/0'),
          },
        ],
      },
    ],
  ] satisfies [string, Step][])('a step on %s that is not there is an error', (_, step) => {
    expect(() => after(inventory, [step])).toThrow(/must be there: found none such/);
  });
});

const entry = (number: number, action: AclEntry['action']): AclEntry => ({
  number,
  direction: 'ingress',
  action,
  protocol: '-1',
  cidr: '0.0.0.0/0',
});

const entriesOf = ({ networkAcls }: Filters, subnetId: string) =>
  networkAcls.filter(({ subnetIds }) => subnetIds.includes(subnetId)).map((one) => one.entries);

describe('after() with network ACLs', () => {
  const acl: NetworkAcl = {
    id: 'acl-1',
    vpcId: 'vpc-1',
    isDefault: true,
    subnetIds: ['subnet-a', 'subnet-b'],
    entries: [entry(100, 'allow')],
    tags: {},
  };
  const inventory: Inventory = { ...withRules(), networkAcls: [acl] };
  const swap: Step = {
    id: 'swap',
    phase: 6,
    says,
    kind: 'swap-acl',
    subnetId: 'subnet-a',
    vpcId: 'vpc-1',
    originalId: 'acl-1',
    entries: [entry(1, 'deny')],
  };

  test('a swap gives one subnet other entries, and no other subnet', () => {
    const now = after(inventory, [swap]);

    expect(entriesOf(now, 'subnet-a')).toEqual([[entry(1, 'deny')]]);
    expect(entriesOf(now, 'subnet-b')).toEqual([acl.entries]);
  });

  test('the end of a pulse gives the subnet its own ACL back', () => {
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
    const now = after(inventory, [swap, end]);

    expect(entriesOf(now, 'subnet-a')).toEqual([acl.entries]);
    expect(now.networkAcls.map(({ id }) => id)).toEqual(['acl-1']);
  });
});
