import { describe, expect, test } from 'vitest';
import type { Inventory, RuleSpec, SecurityGroup } from '../../../core/inventory.ts';
import { trackingOf } from '../../../core/plan/tracking.ts';
import {
  aClient,
  aGroup,
  aNode,
  anInventory,
  cidr,
  groupPeer,
  someNodes,
  tcp,
} from '../inventories.ts';

const world = '0.0.0.0/0';
const cut = { from: ['i-c1'], to: ['i-n1'], ports: [3000] };

function cluster(...specs: RuleSpec[]): Inventory {
  return anInventory({
    instances: [aNode(1), aClient(1)],
    groups: [aGroup('nodes', specs), aGroup('clients', [])],
  });
}

/** The group without the rules that let everything out. */
const closed = (group: SecurityGroup): SecurityGroup => ({
  ...group,
  rules: group.rules.filter(({ direction }) => direction === 'ingress'),
});

describe('trackingOf()', () => {
  test.each<[string, RuleSpec]>([
    ['a narrow CIDR', tcp('3000', '10.0.0.0/8')],
    ['almost everybody', tcp('3000', '0.0.0.0/1')],
    ['a group', tcp('3000', groupPeer('sg-clients'))],
    ['the world, by the other family', tcp('3000', '::/0')],
    ['the world, on another port', tcp('3001', world)],
  ])('%s: tracked', (_, spec) => {
    const inventory = cluster(tcp('3000', '10.0.1.1/32'), spec);

    expect(trackingOf(inventory, [cut])).toEqual([{ cut, tracking: 'tracked' }]);
  });

  test.each<[string, RuleSpec]>([
    ['the world on the port', tcp('3000', world)],
    ['the world on a range', tcp('0-65535', world)],
    ['the world on everything', { protocol: '-1', peer: cidr(world) }],
  ])('%s, and all let out: untracked', (_, spec) => {
    expect(trackingOf(cluster(spec), [cut])).toEqual([{ cut, tracking: 'untracked' }]);
  });

  test('a world rule is tracked where the way out is narrower than the world', () => {
    const inventory = cluster(tcp('3000', world));
    const groups = inventory.groups.map((group) =>
      group.id === 'sg-nodes' ? closed(group) : group,
    );

    expect(trackingOf({ ...inventory, groups }, [cut])).toEqual([{ cut, tracking: 'tracked' }]);
  });

  test('some interfaces are tracked whatever the rules', () => {
    const inventory = cluster(tcp('3000', world));
    const interfaces = inventory.interfaces.map((one) =>
      one.instanceId === 'i-c1' ? { ...one, type: 'nat_gateway' } : one,
    );

    expect(trackingOf({ ...inventory, interfaces }, [cut])).toEqual([
      { cut, tracking: 'automatic' },
    ]);
  });

  test('a pair with one family of each kind counts as tracked', () => {
    const dual = { addresses: ['10.0.0.1', '2001:db8::1'] };
    const both = { addresses: ['10.0.1.1', '2001:db8::c1'] };
    const inventory = anInventory({
      instances: [aNode(1, dual), aClient(1, both)],
      groups: [
        aGroup('nodes', [tcp('3000', world), tcp('3000', '2001:db8::/32')]),
        aGroup('clients', []),
      ],
    });

    expect(trackingOf(inventory, [cut])).toEqual([{ cut, tracking: 'tracked' }]);
  });

  test('a family in which nothing is admitted does not count', () => {
    const dual = { addresses: ['10.0.0.1', '2001:db8::1'] };
    const both = { addresses: ['10.0.1.1', '2001:db8::c1'] };
    const inventory = anInventory({
      instances: [aNode(1, dual), aClient(1, both)],
      groups: [aGroup('nodes', [tcp('3000', world)]), aGroup('clients', [])],
    });

    expect(trackingOf(inventory, [cut])).toEqual([{ cut, tracking: 'untracked' }]);
  });

  test('splits a cut by port and by who accepts, and joins what is alike', () => {
    const open = { groupIds: ['sg-open'] };
    const inventory = anInventory({
      instances: [aNode(1), aNode(2), aNode(3, open), aNode(4, open), aClient(1), aClient(2)],
      groups: [
        aGroup('nodes', [tcp('3000-3002', '10.0.0.0/8')]),
        aGroup('open', [tcp('3000', world), tcp('3001-3002', '10.0.0.0/8')]),
        aGroup('clients', []),
      ],
    });
    const from = ['i-c1', 'i-c2'];
    const to = ['i-n1', 'i-n2', 'i-n3', 'i-n4'];

    expect(trackingOf(inventory, [{ from, to, ports: [3000, 3001, 3002] }])).toEqual([
      { cut: { from, to: ['i-n1', 'i-n2'], ports: [3000] }, tracking: 'tracked' },
      { cut: { from, to: ['i-n3', 'i-n4'], ports: [3000] }, tracking: 'untracked' },
      { cut: { from, to, ports: [3001, 3002] }, tracking: 'tracked' },
    ]);
  });

  test('a thousand nodes against a thousand are one part', () => {
    const nodes = someNodes(2000).map((node, n) => ({
      ...node,
      addresses: [`10.0.${n >> 8}.${n & 255}`],
    }));
    const inventory = anInventory({
      instances: nodes,
      groups: [aGroup('nodes', [tcp('3001-3002', groupPeer('sg-nodes'))])],
    });
    const ids = nodes.map(({ id }) => id);
    const halves = { from: ids.slice(0, 1000), to: ids.slice(1000), ports: [3001, 3002] };

    expect(trackingOf(inventory, [halves])).toEqual([{ cut: halves, tracking: 'tracked' }]);
  });
});
