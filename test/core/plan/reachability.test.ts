import { describe, expect, test } from 'vitest';
import type {
  AclEntry,
  Inventory,
  Rule,
  RuleSpec,
  SecurityGroup,
} from '../../../core/inventory.ts';
import { admits, admittingRules, firstDifference } from '../../../core/plan/reachability.ts';
import type { Flow } from '../../../core/plan/reachability.ts';
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

const all = (peer: string): RuleSpec => ({ protocol: '-1', peer: cidr(peer) });

/** Two nodes and a client; the nodes' rules as given, everything let out. */
function cluster(...specs: RuleSpec[]): Inventory {
  return anInventory({
    instances: [aNode(1), aNode(2), aClient(1)],
    groups: [aGroup('nodes', specs), aGroup('clients', [])],
  });
}

/** The inventory with other ingress rules in sg-nodes. */
function withNodes(inventory: Inventory, ...specs: RuleSpec[]): Inventory {
  const groups = inventory.groups.map((group) =>
    group.id === 'sg-nodes' ? aGroup('nodes', specs) : group,
  );
  return { ...inventory, groups };
}

const interfaceOf = ({ interfaces }: Inventory, id: string) =>
  interfaces.find(({ instanceId }) => instanceId === id)!;

function flow(inventory: Inventory, changes: Partial<Flow> = {}): Flow {
  const from = interfaceOf(inventory, 'i-c1');
  return {
    from: { interface: from, address: from.addresses[0]! },
    to: interfaceOf(inventory, 'i-n1'),
    protocol: 'tcp',
    port: 3000,
    ...changes,
  };
}

/** An ingress entry of a network ACL; on port 3000 unless it says otherwise. */
function onTcp(
  number: number,
  action: AclEntry['action'],
  block: string,
  [fromPort, toPort]: [number, number] = [3000, 3000],
): AclEntry {
  return { number, direction: 'ingress', action, cidr: block, protocol: '6', fromPort, toPort };
}

/** Nodes that holders of a group of nobody here may dial, behind an ACL. */
function behindAcl(...entries: AclEntry[]): Inventory {
  const subnetIds = ['subnet-a'];
  return {
    ...cluster(tcp('3000', groupPeer('sg-elsewhere'))),
    networkAcls: [{ id: 'acl-1', vpcId: 'vpc-1', isDefault: true, subnetIds, entries, tags: {} }],
  };
}

/** The clients' group, letting out only this. */
function clientsThatSend(...specs: RuleSpec[]): SecurityGroup {
  const rules = specs.map((spec, n): Rule => {
    return { id: `sgr-${n}`, groupId: 'sg-clients', direction: 'egress', spec, tags: {} };
  });
  return { ...aGroup('clients', []), rules };
}

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
