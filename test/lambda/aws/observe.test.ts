import { afterEach, expect, test } from 'vitest';
import { ec2Network } from '../../../lambda/aws/network.ts';
import { httpFake, quickClock, xml } from './http-fake.ts';
import type { Asked, HttpFake } from './http-fake.ts';

/** Shapes: the EC2 API reference, DescribeInstances, DescribeNetworkInterfaces, DescribeSecurityGroup(Rule)s. */

let fake: HttpFake | undefined;

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

interface Machine {
  readonly id: string;
  readonly role: string;
  readonly ip: string;
  readonly groups: readonly string[];
}

const items = (values: readonly string[]): string =>
  values.map((value) => `<item>${value}</item>`).join('');
const tag = (key: string, value: string) => `<key>${key}</key><value>${value}</value>`;
const groupSet = (groups: readonly string[]) =>
  `<groupSet>${items(groups.map((id) => `<groupId>${id}</groupId><groupName>${id}</groupName>`))}</groupSet>`;
const addresses = (ip: string) =>
  `<privateIpAddress>${ip}</privateIpAddress><privateIpAddressesSet>${items([`<privateIpAddress>${ip}</privateIpAddress><primary>true</primary>`])}</privateIpAddressesSet>`;

function instanceXml({ id, role, ip, groups }: Machine): string {
  const tags = items([
    tag('Name', `n-${id}`),
    tag('aerofault:cluster', 'orders'),
    tag('aerofault:role', role),
  ]);
  const eni = `<networkInterfaceId>eni-${id}</networkInterfaceId><subnetId>subnet-1</subnetId>${groupSet(groups)}${addresses(ip)}<ipv6AddressesSet>${items([`<ipv6Address>fd00::${id.slice(2)}</ipv6Address>`])}</ipv6AddressesSet>`;
  return `<instancesSet>${items([`<instanceId>${id}</instanceId><privateIpAddress>${ip}</privateIpAddress><placement><availabilityZone>eu-central-1a</availabilityZone></placement><tagSet>${tags}</tagSet><networkInterfaceSet>${items([eni])}</networkInterfaceSet>`])}</instancesSet>`;
}

function interfaceXml(
  eni: string,
  holder: { instanceId?: string; ip: string; groups: readonly string[] },
): string {
  const attachment =
    holder.instanceId === undefined
      ? ''
      : `<attachment><instanceId>${holder.instanceId}</instanceId></attachment>`;
  return `<networkInterfaceId>${eni}</networkInterfaceId><subnetId>subnet-1</subnetId>${attachment}${groupSet(holder.groups)}${addresses(holder.ip)}`;
}

const ruleXml = (id: string, group: string, from: string) =>
  `<securityGroupRuleId>${id}</securityGroupRuleId><groupId>${group}</groupId><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>3000</fromPort><toPort>3003</toPort><referencedGroupInfo><groupId>${from}</groupId></referencedGroupInfo>`;

const filterValues = ({ form }: Asked, name: string): string[] => {
  const index = [1, 2, 3].find((number) => form[`Filter.${number}.Name`] === name);
  return Object.entries(form).flatMap(([key, value]) =>
    key.startsWith(`Filter.${index}.Value`) ? [value] : [],
  );
};

const a: Machine = { id: 'i-1', role: 'node', ip: '10.0.0.1', groups: ['sg-1', 'sg-2'] };
const b: Machine = { id: 'i-2', role: 'client', ip: '10.0.0.2', groups: ['sg-2'] };

/** Two machines; sg-1 admits sg-3 (a load balancer's) and sg-9 (another account's, in no answer). */
function cluster(change: { interfaces?: readonly string[]; groups?: readonly string[] } = {}) {
  const groups = change.groups ?? ['sg-1', 'sg-2', 'sg-3'];
  const interfaces = change.interfaces ?? [
    interfaceXml('eni-i-1', { instanceId: 'i-1', ip: a.ip, groups: a.groups }),
    interfaceXml('eni-i-2', { instanceId: 'i-2', ip: b.ip, groups: b.groups }),
    interfaceXml('eni-lb', { ip: '10.0.0.9', groups: ['sg-3'] }),
  ];
  const rules = [
    ruleXml('sgr-1', 'sg-1', 'sg-3'),
    ruleXml('sgr-2', 'sg-1', 'sg-9'),
    ruleXml('sgr-3', 'sg-3', 'sg-3'),
  ];
  return (request: Asked) => {
    const wanted = filterValues(request, 'group-id');
    switch (request.action) {
      case 'DescribeInstances':
        return request.form['NextToken'] === undefined
          ? xml(
              `<reservationSet>${items([instanceXml(b)])}</reservationSet><nextToken>more</nextToken>`,
            )
          : xml(`<reservationSet>${items([instanceXml(a)])}</reservationSet>`);
      case 'DescribeSecurityGroupRules':
        return xml(
          `<securityGroupRuleSet>${items(rules.filter((rule) => wanted.some((id) => rule.includes(`<groupId>${id}</groupId><isEgress>`))))}</securityGroupRuleSet>`,
        );
      case 'DescribeSecurityGroups':
        return xml(
          `<securityGroupInfo>${items(groups.filter((id) => wanted.includes(id)).map((id) => `<groupId>${id}</groupId><groupName>name-${id}</groupName><tagSet>${items([tag('aerofault:cluster', 'orders')])}</tagSet>`))}</securityGroupInfo>`,
        );
      default:
        return request.form['NextToken'] === undefined
          ? xml(
              `<networkInterfaceSet>${items(interfaces.slice(0, 1))}</networkInterfaceSet><nextToken>more</nextToken>`,
            )
          : xml(`<networkInterfaceSet>${items(interfaces.slice(1))}</networkInterfaceSet>`);
    }
  };
}

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

test('observe() gives instances, all their groups and those these refer to, and every holder of one', async () => {
  const inventory = await observe(cluster());

  const tags = { 'aerofault:cluster': 'orders' };
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
        subnetId: 'subnet-1',
        groupIds: ['sg-1', 'sg-2'],
        addresses: ['10.0.0.1'],
      },
      {
        id: 'eni-i-2',
        instanceId: 'i-2',
        subnetId: 'subnet-1',
        groupIds: ['sg-2'],
        addresses: ['10.0.0.2'],
      },
      { id: 'eni-lb', subnetId: 'subnet-1', groupIds: ['sg-3'], addresses: ['10.0.0.9'] },
    ],
    groups: [
      {
        id: 'sg-1',
        name: 'name-sg-1',
        tags,
        rules: [rule('sgr-1', 'sg-1', 'sg-3'), rule('sgr-2', 'sg-1', 'sg-9')],
      },
      { id: 'sg-2', name: 'name-sg-2', tags, rules: [] },
      { id: 'sg-3', name: 'name-sg-3', tags, rules: [rule('sgr-3', 'sg-3', 'sg-3')] },
    ],
  });
});

test('observe() asks for running nodes and clients of the cluster only', async () => {
  await observe(cluster());
  const first = fake!.asked.find(({ action }) => action === 'DescribeInstances')!;
  expect(filterValues(first, 'tag:aerofault:cluster')).toEqual(['orders']);
  expect(filterValues(first, 'tag:aerofault:role')).toEqual(['node', 'client']);
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
