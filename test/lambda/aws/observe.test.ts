import { afterEach, expect, test } from 'vitest';
import { ec2Network } from '../../../lambda/aws/network.ts';
import { httpFake, quickClock, xml, xmlError } from './http-fake.ts';
import type { HttpFake } from './http-fake.ts';
import { a, aclXml, b, cluster, filterValues, interfaceXml } from './observed-cluster.ts';

/**
 * Shapes: the EC2 API reference, DescribeInstances, DescribeNetworkInterfaces, DescribeSecurityGroup(Rule)s,
 * DescribeSubnets, DescribeNetworkAcls, DescribeManagedPrefixLists, GetManagedPrefixListEntries.
 */

let fake: HttpFake | undefined;

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

async function observe(answer: ReturnType<typeof cluster>) {
  fake = await httpFake(answer);
  return ec2Network(fake.connection, { clock: quickClock(42) }).observe('orders');
}

const rule = (id: string, groupId: string, from: string) => ({
  id,
  groupId,
  direction: 'ingress',
  spec: { protocol: 'tcp', fromPort: 3000, toPort: 3003, peer: { kind: 'group', groupId: from } },
  tags: {},
});

const listRule = (id: string, groupId: string, prefixListId: string) => ({
  ...rule(id, groupId, ''),
  spec: {
    protocol: 'tcp',
    fromPort: 3000,
    toPort: 3003,
    peer: { kind: 'prefix-list', prefixListId },
  },
});

test('observe() gives instances, all their groups and those these refer to, and every holder of one', async () => {
  const inventory = await observe(cluster());

  const tags = { 'aerofault:cluster': 'orders' };
  const place = { type: 'interface', vpcId: 'vpc-1', subnetId: 'subnet-1', tags };
  const owned = { vpcId: 'vpc-1', ownerId: '111122223333', tags };
  const allow = { number: 100, direction: 'ingress', action: 'allow', protocol: '-1' };
  const acl = { vpcId: 'vpc-1', isDefault: true, entries: [{ ...allow, cidr: '0.0.0.0/0' }] };
  const cidrs = ['10.7.0.0/16', '10.8.0.0/16'];
  expect(inventory).toEqual({
    cluster: 'orders',
    observedAt: 42,
    instances: [
      {
        id: 'i-1',
        name: 'n-i-1',
        role: 'node',
        zone: 'eu-central-1a',
        address: '10.0.0.1',
        addresses: ['10.0.0.1', 'fd00::1'],
        groupIds: ['sg-1', 'sg-2'],
      },
      {
        id: 'i-2',
        name: 'n-i-2',
        role: 'client',
        zone: 'eu-central-1a',
        address: '10.0.0.2',
        addresses: ['10.0.0.2', 'fd00::2'],
        groupIds: ['sg-2'],
      },
    ],
    interfaces: [
      {
        id: 'eni-i-1',
        instanceId: 'i-1',
        ...place,
        groupIds: ['sg-1', 'sg-2'],
        addresses: ['10.0.0.1'],
      },
      {
        id: 'eni-i-2',
        instanceId: 'i-2',
        ...place,
        groupIds: ['sg-2'],
        addresses: ['10.0.0.2'],
      },
      {
        id: 'eni-lb',
        ...place,
        type: 'network_load_balancer',
        groupIds: ['sg-3'],
        addresses: ['10.0.0.9'],
      },
    ],
    groups: [
      {
        id: 'sg-1',
        name: 'name-sg-1',
        ...owned,
        rules: [rule('sgr-1', 'sg-1', 'sg-3'), rule('sgr-2', 'sg-1', 'sg-9')],
      },
      { id: 'sg-2', name: 'name-sg-2', ...owned, rules: [] },
      {
        id: 'sg-3',
        name: 'name-sg-3',
        ...owned,
        rules: [
          rule('sgr-3', 'sg-3', 'sg-3'),
          listRule('sgr-4', 'sg-3', 'pl-1'),
          listRule('sgr-5', 'sg-3', 'pl-aws'),
          listRule('sgr-6', 'sg-3', 'pl-9'),
        ],
      },
    ],
    prefixLists: [
      { id: 'pl-1', maxEntries: 50, cidrs },
      { id: 'pl-aws', maxEntries: 2, cidrs },
    ],
    subnets: [
      {
        id: 'subnet-1',
        vpcId: 'vpc-1',
        zone: 'eu-central-1a',
        tags: { 'aerofault:cluster': 'orders' },
      },
    ],
    networkAcls: [
      { id: 'acl-1', ...acl, subnetIds: ['subnet-1', 'subnet-7'], tags: {} },
      { id: 'acl-r1', ...acl, subnetIds: [], tags: { 'aerofault:run': 'r1' } },
    ],
  });
});

test('observe() asks for running nodes and clients of the cluster only', async () => {
  await observe(cluster());
  const first = fake!.asked.find(({ action }) => action === 'DescribeInstances')!;
  expect(filterValues(first, 'tag:aerofault:cluster')).toEqual(['orders']);
  expect(filterValues(first, 'tag:aerofault:role')).toEqual(['node', 'client', 'xdr-destination']);
  expect(filterValues(first, 'instance-state-name')).toEqual(['running']);
});

test('observe() of a cluster without instances asks for nothing else, least of all without a filter', async () => {
  const inventory = await observe(() => xml('<reservationSet/>'));
  expect(inventory).toMatchObject({ instances: [], interfaces: [], groups: [] });
  expect(fake!.asked.map(({ action }) => action)).toEqual(['DescribeInstances']);
});

test('observe() throws where a group of an instance is not described', async () => {
  await expect(observe(cluster({ groups: ['sg-2', 'sg-3'] }))).rejects.toThrow(
    'Cannot observe the cluster as every group on its instances must be described: found nothing of sg-1',
  );
});

test('observe() throws where instances and interfaces disagree (EC2 API: eventual consistency)', async () => {
  const stale = [
    interfaceXml('eni-i-1', { instanceId: 'i-1', ip: a.ip, groups: ['sg-2'] }),
    interfaceXml('eni-i-2', { instanceId: 'i-2', ip: b.ip, groups: b.groups }),
  ];
  await expect(observe(cluster({ interfaces: stale }))).rejects.toThrow(
    'Cannot observe the cluster as instance i-1 and its interfaces must hold the same groups: found [sg-1, sg-2] and [sg-2]',
  );
});

test('observe() asks for bystanders in the machines’ subnets, not only for holders of their groups', async () => {
  await observe(cluster());
  const asked = fake!.asked.filter(({ action }) => action === 'DescribeNetworkInterfaces');
  expect(asked.flatMap((one) => filterValues(one, 'subnet-id'))).toContain('subnet-1');
  expect(asked.flatMap((one) => filterValues(one, 'group-id'))).toContain('sg-3');
});

test('observe() asks for what runs of this cluster have left of network ACLs, and of no other', async () => {
  await observe(cluster());
  const asked = fake!.asked.filter(({ action }) => action === 'DescribeNetworkAcls');
  expect(asked.flatMap((one) => filterValues(one, 'association.subnet-id'))).toEqual(['subnet-1']);
  const ours = asked.find((one) => filterValues(one, 'tag-key').length > 0);
  expect(filterValues(ours!, 'tag-key')).toEqual(['aerofault:run']);
  expect(filterValues(ours!, 'tag:aerofault:cluster')).toEqual(['orders']);
});

test.each(['UnauthorizedOperation', 'InvalidPrefixListID.NotFound'])(
  'observe() leaves out a prefix list that it may not read (%s)',
  async (code) => {
    const inventory = await observe(cluster({ entries: xmlError(code, 403) }));
    expect(inventory.prefixLists).toEqual([]);
  },
);

test('observe() throws where a prefix list could not be read this time', async () => {
  await expect(observe(cluster({ entries: xmlError('InternalError', 500) }))).rejects.toThrow(
    /InternalError/,
  );
});

test('observe() throws where a subnet has no network ACL, or two, as every subnet has one', async () => {
  const none = cluster({ acls: [aclXml('acl-1', ['subnet-7'])] });
  await expect(observe(none)).rejects.toThrow(
    'Cannot observe the cluster as subnet subnet-1 must have one network ACL: found 0',
  );
  await fake?.stop();
  const two = cluster({ acls: [aclXml('acl-1', ['subnet-1']), aclXml('acl-2', ['subnet-1'])] });
  await expect(observe(two)).rejects.toThrow(/must have one network ACL: found 2$/);
});

test('observe() throws where a machine’s subnet is not described', async () => {
  await expect(observe(cluster({ subnets: [] }))).rejects.toThrow(
    'Cannot observe the cluster as every subnet of its instances must be described: found nothing of subnet-1',
  );
});
