import { describe, expect, test } from 'vitest';
import { clusterTag } from '../../../core/inventory.ts';
import type { Inventory, Peer, RuleSpec } from '../../../core/inventory.ts';
import {
  aBystander,
  aClient,
  aClientCut,
  aGroup,
  aNode,
  anInventory,
  groupPeer,
  refusalOf,
  someNodes,
  tcp,
  withRules,
} from '../inventories.ts';
import { stepsOf } from './rule-changes.ts';

const refused = (inventory: Inventory, experiment = aClientCut()): string =>
  refusalOf(() => stepsOf(inventory, experiment));

describe('a client-cut is refused', () => {
  const exact = tcp('3000', '10.0.1.1/32');
  test('where a group is on somebody else too', () => {
    const inventory = { ...withRules(exact) };
    inventory.interfaces = [...inventory.interfaces, aBystander(['sg-nodes'])];

    expect(refused(inventory)).toBe(
      'Cannot edit group sg-nodes as every interface that holds it must be a target: found eni-bystander of i-bystander; target all its holders or give them a group of their own',
    );
  });

  test('where a group is on a load balancer or the like', () => {
    const inventory = { ...withRules(exact) };
    const { instanceId: _, ...balancer } = aBystander(['sg-nodes']);
    inventory.interfaces = [...inventory.interfaces, balancer];

    expect(refused(inventory)).toContain('found eni-bystander of another service');
  });

  test('where only some of the nodes of one group are named', () => {
    const says = refused(withRules(exact), aClientCut({}, { nodes: ['n1'] }));
    expect(says).toContain('found eni-i-n2 of i-n2');
  });

  test('where client and nodes share a group', () => {
    const inventory = anInventory({
      instances: [aNode(1), aClient(1, { groupIds: ['sg-nodes'] })],
      groups: [aGroup('nodes', [tcp('3000', groupPeer('sg-nodes'))])],
    });
    expect(refused(inventory)).toContain('found eni-i-c1 of i-c1');
  });

  test.each([
    { tags: {}, found: 'no such tag' },
    { tags: { [clusterTag]: 'payments' }, found: 'payments' },
  ])('where a group is not tagged for the cluster but bears $tags', ({ tags, found }) => {
    const inventory = anInventory({ groups: [aGroup('nodes', [exact], tags)] });
    expect(refused(inventory)).toBe(
      `Cannot edit group sg-nodes as it must carry the tag aerofault:cluster=orders: found ${found}`,
    );
  });

  test('where a rule admits every protocol', () => {
    const all: RuleSpec = { protocol: '-1', peer: { kind: 'ipv4', cidr: '10.0.0.0/8' } };
    expect(refused(withRules(exact, all))).toContain('found protocol -1');
  });

  test('where a prefix list might admit the client', () => {
    const peer: Peer = { kind: 'prefix-list', prefixListId: 'pl-1' };
    expect(refused(withRules(exact, tcp('3000', peer)))).toContain('found prefix list pl-1');
  });

  test('but not for a prefix list on other ports', () => {
    const peer: Peer = { kind: 'prefix-list', prefixListId: 'pl-1' };
    expect(() => stepsOf(withRules(exact, tcp('443', peer)))).not.toThrow();
  });

  test('where the group that a rule names has other members', () => {
    const inventory = withRules(tcp('3000', groupPeer('sg-clients')));
    inventory.interfaces.push(aBystander(['sg-clients']));

    expect(refused(inventory)).toContain(
      'everyone in its group sg-clients must be cut: found eni-bystander of i-bystander',
    );
  });

  test('where nothing admits the clients now', () => {
    expect(refused(withRules(tcp('3000', '10.0.2.0/24')))).toBe(
      'Cannot cut clients from port 3000 as a rule must admit them now: found none in sg-nodes',
    );
  });

  test('where no instance is tagged as a client', () => {
    const inventory = anInventory({ instances: someNodes(2), groups: [aGroup('nodes', [exact])] });
    expect(refused(inventory)).toContain('must carry the tag aerofault:role=client: found none');
  });

  test('where a named client or node is none', () => {
    expect(refused(withRules(exact), aClientCut({}, { clients: ['n1'] }))).toContain('client "n1"');
    expect(refused(withRules(exact), aClientCut({}, { nodes: ['c1'] }))).toContain('node "c1"');
  });

  test('where the pieces would not fit into the group', () => {
    const others = Array.from({ length: 59 }, (_, index) => tcp(`${5000 + index}`, '10.0.0.0/8'));
    expect(refused(withRules(tcp('2999-3001', '10.0.1.1/32'), ...others))).toBe(
      'Cannot split the rules of group sg-nodes as it must have at most 60 ipv4 rules: found 60 and 1 to add',
    );
  });

  test('where one IPv6 address out of a whole subnet takes too many pieces', () => {
    const inventory = anInventory({
      instances: [aNode(1), aClient(1, { addresses: ['10.0.1.1', '2001:db8::c1'] })],
      groups: [aGroup('nodes', [tcp('3000', '2001:db8::/64')])],
    });
    expect(refused(inventory)).toContain('at most 60 ipv6 rules: found 1 and 63 to add');
  });

  test('where a rule or a client has an address that cannot be read', () => {
    const inventory = anInventory({
      instances: [aNode(1), aClient(1, { addresses: ['10.0.1.300'] })],
      groups: [aGroup('nodes', [exact])],
    });
    expect(refused(inventory)).toContain('Cannot read address "10.0.1.300"');
  });

  test('where another interface of a node would still let the client in', () => {
    const inventory = anInventory({
      instances: [aNode(1), aClient(1)],
      groups: [aGroup('nodes', [exact]), aGroup('second', [exact])],
      bystanders: [
        aBystander(['sg-second'], { id: 'eni-2', instanceId: 'i-n1', addresses: ['10.0.5.1'] }),
      ],
    });

    expect(refused(inventory)).toBe(
      'Cannot prove the plan exact as port 3000 from 10.0.1.1 to eni-2 must stay closed: found it would be open',
    );
  });
});
