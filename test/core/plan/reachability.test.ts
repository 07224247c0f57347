import { describe, expect, test } from 'vitest';
import { admits, admittingRules } from '../../../core/plan/reachability.ts';
import { groupPeer, tcp } from '../inventories.ts';
import { all, cluster, flow, onTcp } from './reachable-clusters.ts';

describe('admits()', () => {
  test.each([
    ['its CIDR', tcp('3000', '10.0.1.0/24'), true],
    ['another CIDR', tcp('3000', '10.0.2.0/24'), false],
    ['its group', tcp('3000', groupPeer('sg-clients')), true],
    ['another group', tcp('3000', groupPeer('sg-nodes')), false],
    ['a range around the port', tcp('2990-3010', '10.0.1.1/32'), true],
    ['another port', tcp('3001', '10.0.1.1/32'), false],
    ['all traffic', all('0.0.0.0/0'), true],
    ['all traffic of the other family', all('::/0'), false],
    ['another protocol', { ...tcp('3000', '10.0.1.1/32'), protocol: 'udp' }, false],
    ['tcp by its number', { ...tcp('3000', '10.0.1.1/32'), protocol: '6' }, true],
  ])('a rule for %s', (_, spec, admitted) => {
    const inventory = cluster(spec);

    expect(admits(inventory, flow(inventory))).toBe(admitted);
  });

  test('takes both gates: what the sender may not send out does not come in', () => {
    const open = cluster(tcp('3000', '10.0.1.0/24'));
    const groups = open.groups.map((group) =>
      group.id === 'sg-clients' ? { ...group, rules: [] } : group,
    );

    expect(admits({ ...open, groups }, flow(open))).toBe(false);
  });

  test('a prefix list admits whom it lists, and nobody while it cannot be read', () => {
    const spec = tcp('3000', { kind: 'prefix-list', prefixListId: 'pl-1' });
    const unread = cluster(spec);
    const read = {
      ...unread,
      prefixLists: [{ id: 'pl-1', maxEntries: 9, cidrs: ['10.0.1.0/30'] }],
    };

    expect(admits(read, flow(read))).toBe(true);
    expect(admits(unread, flow(unread))).toBe(false);
  });

  test('asks ACLs between subnets, the lowest number first, and never within one', () => {
    const inventory = cluster(all('0.0.0.0/0'));
    const acl = {
      id: 'acl-1',
      vpcId: 'vpc-1',
      isDefault: true,
      subnetIds: ['subnet-a'],
      tags: {},
      entries: [onTcp(200, 'allow', '0.0.0.0/0', [0, 65_535]), onTcp(100, 'deny', '0.0.0.0/0')],
    };
    const guarded = { ...inventory, networkAcls: [acl] };
    const stranger = { from: { address: '10.9.9.9' } };

    expect(admits(guarded, flow(guarded, stranger))).toBe(false);
    expect(admits(guarded, flow(guarded, { ...stranger, port: 3001 }))).toBe(true);
    expect(admits(guarded, flow(guarded))).toBe(true);
  });

  test('names the ingress rules that admit a flow', () => {
    const inventory = cluster(tcp('3000', '10.0.1.0/24'), tcp('22', '10.0.1.0/24'), all('::/0'));

    expect(admittingRules(inventory, flow(inventory)).map(({ id }) => id)).toEqual(['sgr-nodes-1']);
  });
});
