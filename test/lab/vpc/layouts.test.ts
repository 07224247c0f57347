import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Ec2State } from '../../../lab/cloud/ec2/state.ts';
import { layoutNames } from '../../../lab/vpc/layouts.ts';
import type { LayoutName } from '../../../lab/vpc/layouts.ts';
import { buildWorld } from '../../../lab/vpc/world.ts';
import { describeKernel, observe } from './in-namespaces.ts';

function built(layout: LayoutName) {
  const plan = { cluster: 'orders', nodes: 3, clients: 2, destinations: 2 };
  const { hosts, inventory } = buildWorld({ ...plan, layout });
  const group = (name: string) => inventory.groups.find((one) => one.name === name)!;
  const rulesOf = (name: string) =>
    inventory.rules.filter(({ groupId, egress }) => groupId === group(name).id && !egress);
  const interfaceOf = (name: string) => {
    const { instanceId } = hosts.find((host) => host.name === name)!;
    return inventory.interfaces.find((one) => one.instanceId === instanceId)!;
  };
  return { hosts, inventory, group, rulesOf, interfaceOf };
}

describe.each(layoutNames)('layout %s', (name) => {
  test('is a world that EC2 could hold, every id once', () => {
    const { inventory } = built(name);
    const { groups, rules, interfaces, prefixLists } = new Ec2State(inventory).describe();

    for (const { groupIds } of interfaces) {
      expect(groupIds.length).toBeGreaterThan(0);
      expect(groups.map(({ id }) => id)).toEqual(expect.arrayContaining([...groupIds]));
    }
    expect(rules).toHaveLength(inventory.rules.length);
    for (const { peer } of rules) {
      if (peer.kind !== 'prefix-list') continue;
      expect(prefixLists.map(({ id }) => id)).toContain(peer.prefixListId);
    }
  });

  test('has rules that differ by more than their descriptions, as EC2 requires', () => {
    const { rules } = built(name).inventory;
    const allowances = rules.map(({ id: _, description: __, tags: ___, ...rest }) =>
      JSON.stringify(rest),
    );

    expect(new Set(allowances).size).toBe(rules.length);
  });
});

test('exact gives every client and every port a rule of its own', () => {
  const { rulesOf } = built('exact');
  const ports = rulesOf('aerospike-nodes').map(({ fromPort, toPort }) => [fromPort, toPort]);

  expect(ports.every(([from, to]) => from === to)).toBe(true);
  expect(ports.filter(([from]) => from === 3000)).toHaveLength(3);
});

test('bystander: the monitor holds the shared group and has the opt-in tag, but no role', () => {
  const { hosts, inventory, group, interfaceOf } = built('bystander');
  const { instanceId } = hosts.find(({ name }) => name === 'monitor')!;
  const { tags } = inventory.instances.find(({ id }) => id === instanceId)!;

  expect(tags).toEqual({ Name: 'monitor', 'aerofault:cluster': 'orders' });
  expect(interfaceOf('monitor').groupIds).toEqual([group('aerospike-nodes').id]);
  expect(interfaceOf('n1').groupIds).toEqual([group('aerospike-nodes').id]);
});

test('two-groups: both groups of a node admit every port that the other does', () => {
  const { group, interfaceOf } = built('two-groups');

  expect(interfaceOf('n1').groupIds).toEqual([
    group('aerospike-nodes').id,
    group('aerospike-legacy').id,
  ]);
});

test('unregistered and untagged-interfaces lack the opt-in tag where they say', () => {
  const unregistered = built('unregistered');
  expect(unregistered.group('aerospike-nodes').tags).not.toHaveProperty('aerofault:cluster');
  expect(unregistered.interfaceOf('n1').tags).toHaveProperty('aerofault:cluster');

  const untagged = built('untagged-interfaces');
  expect(untagged.group('aerospike-nodes').tags).toHaveProperty('aerofault:cluster');
  expect(untagged.interfaceOf('n1').tags).toEqual({});
});

test('stale and cross-account have a rule whose peer no group of the account is', () => {
  for (const [name, elsewhere] of [
    ['stale', { vpcId: expect.stringMatching(/^vpc-/) }],
    ['cross-account', { userId: '210987654321' }],
  ] as const) {
    const { inventory } = built(name);
    const known = new Set(inventory.groups.map(({ id }) => id));
    const foreign = inventory.rules.filter(
      ({ peer }) => peer.kind === 'group' && !known.has(peer.groupId),
    );

    expect(foreign).toHaveLength(1);
    expect(foreign[0]!.peer).toMatchObject(elsewhere);
  }
});

test('full: five groups on every node, each with as many rules as the quota lets it have', () => {
  const { inventory, interfaceOf, rulesOf } = built('full');
  const weight = (name: string) =>
    rulesOf(name)
      .map(({ peer }) =>
        peer.kind === 'prefix-list'
          ? inventory.prefixLists.find(({ id }) => id === peer.prefixListId)!.maxEntries
          : 1,
      )
      .reduce((sum, one) => sum + one);

  expect(interfaceOf('n3').groupIds).toHaveLength(5);
  for (const name of ['aerospike-nodes', 'team-1', 'team-2', 'team-3', 'team-4']) {
    expect(weight(name), name).toBe(60);
  }
});

test('tiers: no subnet holds machines of two roles, and addresses lie in their subnets', () => {
  const { hosts, inventory } = built('tiers');
  const rolesIn = Map.groupBy(hosts, ({ subnet }) => subnet);

  for (const [, there] of rolesIn) expect(new Set(there.map(({ role }) => role)).size).toBe(1);
  expect([...rolesIn.keys()]).toContain('lab-client-a');
  for (const { address, subnetId, zone } of inventory.interfaces) {
    const subnet = inventory.subnets.find(({ id }) => id === subnetId)!;
    expect(subnet.zone).toBe(zone);
    expect(address.startsWith(subnet.cidr.replace('0/24', ''))).toBe(true);
  }
});

test('destinations admit the nodes, by the group reference, and have a role of their own', () => {
  const { hosts, inventory, group, rulesOf } = built('default');
  const roles = inventory.instances.map(({ tags }) => tags['aerofault:role']);

  expect(hosts.map(({ name }) => name)).toEqual(['n1', 'n2', 'n3', 'c1', 'c2', 'd1', 'd2']);
  expect(roles.filter((role) => role === 'xdr-destination')).toHaveLength(2);
  expect(rulesOf('aerospike-destinations')[0]!.peer).toEqual({
    kind: 'group',
    groupId: group('aerospike-nodes').id,
  });
});

/** Both ports of a flow that were tried, in each of the families. */
const pairs = (flow: string, ...families: readonly string[]) =>
  families.flatMap((family) => [`${flow} 3000${family}`, `${flow} 3001${family}`]);

describeKernel('the layouts in the router', () => {
  let seen: Record<string, string[]>;
  const nodes = pairs('n2 n1', '', ' v6');
  const whole = [...nodes, ...pairs('c1 n1', '', ' v6')];

  beforeAll(async () => {
    seen = z.record(z.string(), z.array(z.string())).parse(await observe('layouts'));
  });

  test.each<[LayoutName, string[]]>([
    ['default', whole],
    ['exact', [...nodes, 'c1 n1 3000']],
    ['wide', [...nodes, ...pairs('c1 n1', '')]],
    ['all-protocols', whole],
    ['world', ['n2 n1 3000', 'n2 n1 3001', 'n2 n1 3001 v6', ...pairs('c1 n1', '')]],
    ['shared', whole],
    ['bystander', [...whole, ...pairs('monitor n1', '', ' v6'), ...pairs('n1 monitor', '', ' v6')]],
    ['two-groups', whole],
    ['dual-stack', whole],
    ['tiers', whole],
    ['prefix-list', [...nodes, ...pairs('c1 n1', '')]],
    ['unregistered', whole],
    ['untagged-interfaces', whole],
    ['stale', whole],
    ['cross-account', whole],
    ['full', whole],
    ['two-fabric', whole],
    ['everything', whole],
    ['no-iptables', whole],
    ['no-filters', whole],
    ['container', whole],
    ['own-rules', whole],
    ['tls', whole],
    ['racks', whole],
    ['strong', whole],
    ['old-server', whole],
  ])('%s admits what it should and nothing else', (name, flows) => {
    expect(seen[name]).toEqual(flows);
  });

  test('every layout was tried', () => {
    expect(Object.keys(seen)).toEqual(layoutNames);
  });
});
