import { describe, expect, test } from 'vitest';
import type { RuleSpec } from '../../../core/inventory.ts';
import { firstDifference } from '../../../core/plan/reachability.ts';
import {
  aBystander,
  aClient,
  aGroup,
  aNode,
  anInventory,
  cidr,
  groupPeer,
  tcp,
} from '../inventories.ts';
import {
  all,
  behindAcl,
  clientsThatSend,
  cluster,
  onTcp,
  withNodes,
} from './reachable-clusters.ts';

describe('firstDifference()', () => {
  const inventory = cluster(tcp('3000-3003', '10.0.0.0/16'));
  const cuts = [{ from: ['i-c1'], to: ['i-n1', 'i-n2'], ports: [3000] }];

  test('nothing changed and nothing cut: none', () => {
    expect(firstDifference(inventory, inventory, [])).toBeUndefined();
  });

  test('a cut that is still open is one', () => {
    expect(firstDifference(inventory, inventory, cuts)).toEqual({
      from: 'eni-i-c1',
      to: 'eni-i-n1',
      protocol: 'tcp',
      ports: [3000, 3000],
      wanted: 'closed',
    });
  });

  test('the exact rest of a rule leaves none', () => {
    const now = withNodes(
      inventory,
      ...['10.0.0.0/24', '10.0.1.0/32', '10.0.1.2/31', '10.0.1.4/30', '10.0.1.8/29'].map((peer) =>
        tcp('3000-3003', peer),
      ),
      ...['10.0.1.16/28', '10.0.1.32/27', '10.0.1.64/26', '10.0.1.128/25'].map((peer) =>
        tcp('3000-3003', peer),
      ),
      ...Array.from({ length: 7 }, (_, n) => tcp('3000-3003', `10.0.${2 ** (n + 1)}.0/${23 - n}`)),
      tcp('3001-3003', '10.0.1.1/32'),
    );

    expect(firstDifference(inventory, now, cuts)).toBeUndefined();
  });

  test('one address of nobody that loses its port is one, and is named', () => {
    const now = withNodes(inventory, tcp('3001-3003', '10.0.0.0/16'));

    expect(firstDifference(inventory, now, cuts)).toMatchObject({
      wanted: 'open',
      protocol: 'tcp',
    });
    const strict = withNodes(
      inventory,
      tcp('3001-3003', '10.0.0.0/16'),
      tcp('3000', '10.0.0.0/24'),
    );
    expect(firstDifference(inventory, strict, cuts)).toEqual({
      from: '10.0.1.0/32',
      to: 'eni-i-n1',
      protocol: 'tcp',
      ports: [3000, 3000],
      wanted: 'open',
    });
  });

  test('a rule parked on port 0 opens nothing', () => {
    const now = withNodes(inventory, tcp('3000-3003', '10.0.0.0/16'), tcp('0', '0.0.0.0/0'));

    expect(firstDifference(inventory, now, [])).toBeUndefined();
  });

  test.each<[string, RuleSpec]>([
    ['udp', { ...tcp('3000', '10.7.0.0/16'), protocol: 'udp' }],
    ['icmp', { protocol: 'icmp', fromPort: 8, toPort: -1, peer: cidr('10.7.0.0/16') }],
    ['icmpv6', { protocol: 'icmpv6', fromPort: -1, toPort: -1, peer: cidr('2001:db8::/32') }],
    ['other', { protocol: '47', peer: cidr('10.7.0.0/16') }],
  ])('%s that opens is one', (protocol, spec) => {
    const now = withNodes(inventory, tcp('3000-3003', '10.0.0.0/16'), spec);

    expect(firstDifference(inventory, now, [])).toMatchObject({ protocol, wanted: 'closed' });
  });

  test('between a pair that is cut other protocols may fall, and tcp and icmp may not', () => {
    const before = cluster(all('10.0.1.1/32'));
    const rest = [
      tcp('0-2999', '10.0.1.1/32'),
      tcp('3001-65535', '10.0.1.1/32'),
      { ...tcp('0-65535', '10.0.1.1/32'), protocol: 'udp' },
    ];
    const icmp = { protocol: 'icmp', fromPort: -1, toPort: -1, peer: cidr('10.0.1.1/32') };

    expect(firstDifference(before, withNodes(before, ...rest, icmp), cuts)).toBeUndefined();
    expect(firstDifference(before, withNodes(before, ...rest), cuts)).toMatchObject({
      protocol: 'icmp',
      wanted: 'open',
    });
    expect(firstDifference(before, withNodes(before, ...rest, icmp), [])).toMatchObject({
      protocol: 'tcp',
      ports: [3000, 3000],
    });
  });

  test('holders of a group that is not in the inventory count as somebody', () => {
    const before = cluster(tcp('3000', groupPeer('sg-elsewhere')));

    expect(firstDifference(before, withNodes(before), [])).toMatchObject({
      from: 'sg-elsewhere',
      to: 'eni-i-n1',
      wanted: 'open',
    });
  });

  test('an ACL that stops the cut port for holders of such a group is one', () => {
    const open = behindAcl(onTcp(100, 'allow', '0.0.0.0/0'));
    const now = behindAcl(onTcp(1, 'deny', '10.5.0.0/16'), onTcp(100, 'allow', '0.0.0.0/0'));

    expect(firstDifference(open, { ...now, groups: open.groups }, cuts)).toMatchObject({
      from: 'sg-elsewhere',
      to: 'eni-i-n1',
      wanted: 'open',
    });
  });

  test('what an interface may send out to nobody in the inventory must stay, too', () => {
    const nodes = aGroup('nodes', []);
    const before = { ...inventory, groups: [nodes, clientsThatSend(all('0.0.0.0/0'))] };
    const now = { ...inventory, groups: [nodes, clientsThatSend(tcp('443', '0.0.0.0/0'))] };

    expect(firstDifference(before, now, [])).toMatchObject({ from: 'eni-i-c1', wanted: 'open' });
    expect(firstDifference(now, before, [])).toMatchObject({ from: 'eni-i-c1', wanted: 'closed' });
  });

  test('a cut counts for every interface and both families of an instance', () => {
    const dual = aClient(1, { addresses: ['10.0.1.1', '2001:db8::c1'] });
    const node = aNode(1, { addresses: ['10.0.0.1', '2001:db8::1'] });
    const second = aBystander(['sg-nodes'], {
      id: 'eni-second',
      instanceId: 'i-n1',
      addresses: ['10.0.0.77'],
    });
    const before = anInventory({
      instances: [node, dual],
      groups: [aGroup('nodes', [tcp('3000', groupPeer('sg-clients'))]), aGroup('clients', [])],
      bystanders: [second],
    });
    const one = [{ from: ['i-c1'], to: ['i-n1'], ports: [3000] }];
    const four = withNodes(before, tcp('3000', '10.0.1.1/32'));
    const six = withNodes(before, tcp('3000', '2001:db8::c1/128'));

    expect(firstDifference(before, withNodes(before), one)).toBeUndefined();
    expect(firstDifference(before, four, one)).toMatchObject({ wanted: 'closed' });
    expect(firstDifference(before, six, one)).toMatchObject({ to: 'eni-i-n1', wanted: 'closed' });
  });

  test('an interface whose groups are not all known is judged for both that they may hold', () => {
    const before = anInventory({
      instances: [aNode(1), aClient(1, { groupIds: ['sg-unknown'] })],
      groups: [aGroup('nodes', [tcp('3000', '10.0.1.1/32')])],
    });

    expect(firstDifference(before, withNodes(before), [])).toMatchObject({
      from: 'eni-i-c1',
      to: 'eni-i-n1',
      wanted: 'open',
    });
  });

  test('a prefix list that could not be read may stand for those who are cut', () => {
    const before = cluster(
      tcp('3000', '10.0.1.1/32'),
      tcp('3000', { kind: 'prefix-list', prefixListId: 'pl-unread' }),
    );
    const now = {
      ...before,
      groups: before.groups.map((group) => ({
        ...group,
        rules: group.rules.filter(({ id }) => id !== 'sgr-nodes-1'),
      })),
    };

    expect(firstDifference(before, now, cuts)).toMatchObject({
      from: 'eni-i-c1',
      wanted: 'closed',
    });
  });

  test('a rule for a protocol that nobody knows is refused, not guessed', () => {
    const odd = cluster({ protocol: 'gre', peer: cidr('10.0.0.0/8') });

    expect(() => firstDifference(odd, odd, cuts)).toThrow(/Cannot read protocol "gre" as it must/);
  });
});
