import { describe, expect, test } from 'vitest';
import { clusterTag } from '../../../../core/inventory.ts';
import type { Inventory, Peer } from '../../../../core/inventory.ts';
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
} from '../../inventories.ts';
import { stepsOf } from './rule-changes.ts';

const refused = (inventory: Inventory, experiment = aClientCut()): string =>
  refusalOf(() => stepsOf(inventory, experiment));

describe('a client-cut is refused', () => {
  const exact = tcp('3000', '10.0.1.1/32');
  test('where somebody else would need a group of its own, and bears no tag', () => {
    const inventory = { ...withRules(tcp('3000', '10.0.1.0/31')) };
    inventory.interfaces = inventory.interfaces.map((one) => ({ ...one, tags: {} }));
    inventory.interfaces.push(aBystander(['sg-nodes']));

    expect(refused(inventory)).toContain('Cannot attach a group to eni-');
  });

  test.each([
    { tags: {}, found: 'no such tag' },
    { tags: { [clusterTag]: 'payments' }, found: 'payments' },
  ])('where a group is not tagged for the cluster but bears $tags', ({ tags, found }) => {
    const inventory = anInventory({ groups: [aGroup('nodes', [exact], tags)] });
    expect(refused(inventory)).toBe(
      `Cannot edit group sg-nodes as it must carry the tag aerofault:cluster=orders: found ${found}; aws ec2 create-tags --resources sg-nodes --tags Key=aerofault:cluster,Value=orders if the run may edit it`,
    );
  });

  test('where a prefix list cannot be read', () => {
    const peer: Peer = { kind: 'prefix-list', prefixListId: 'pl-1' };
    expect(refused(withRules(exact, tcp('3000', peer)))).toBe(
      'Cannot cut rule sgr-nodes-2 of sg-nodes as its prefix list must be readable: found nothing of pl-1; allow ec2:GetManagedPrefixListEntries or replace the rule',
    );
  });

  test('where a rule is stale: the group it names is gone', () => {
    expect(refused(withRules(exact, tcp('3000', groupPeer('sg-gone'))))).toBe(
      'Cannot cut rule sgr-nodes-2 of sg-nodes as its peer must be a group that exists: found sg-gone, which is gone (a stale rule); remove the rule',
    );
  });

  test('where a rule names a group of another account', () => {
    const peer: Peer = { kind: 'group', groupId: 'sg-theirs', userId: '999999999999' };
    expect(refused(withRules(exact, tcp('3000', peer)))).toBe(
      'Cannot cut rule sgr-nodes-2 of sg-nodes as its peer must be a group of account 123456789012, whose members can be seen: found sg-theirs of account 999999999999; replace it by a CIDR rule',
    );
  });

  test('but not for a prefix list on other ports', () => {
    const peer: Peer = { kind: 'prefix-list', prefixListId: 'pl-1' };
    expect(() => stepsOf(withRules(exact, tcp('443', peer)))).not.toThrow();
  });

  test('where nothing admits the clients now', () => {
    expect(refused(withRules(tcp('3000', '10.0.2.0/24')))).toBe(
      'Cannot cut port 3000 by security groups as a rule must admit the cut now: found none on 2 machine(s)',
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
      'Cannot split the rules of sg-nodes as it must have at most 60 ingress rules for IPv4: found 61 with those to add; cut fewer machines, or join or narrow its rules',
    );
  });

  test('where one IPv6 address out of a whole subnet takes too many pieces', () => {
    const inventory = anInventory({
      instances: [aNode(1), aClient(1, { addresses: ['10.0.1.1', '2001:db8::c1'] })],
      groups: [aGroup('nodes', [tcp('3000', '2001:db8::/64')])],
    });
    expect(refused(inventory)).toContain(
      'at most 60 ingress rules for IPv6: found 64 with those to add',
    );
  });

  test('where a rule or a client has an address that cannot be read', () => {
    const inventory = anInventory({
      instances: [aNode(1), aClient(1, { addresses: ['10.0.1.300'] })],
      groups: [aGroup('nodes', [exact])],
    });
    expect(refused(inventory)).toContain('Cannot read address "10.0.1.300"');
  });
});
