import { xml } from './http-fake.ts';
import type { Asked, Reply } from './http-fake.ts';

/** A cluster of two machines as EC2 would describe it, in the words of the EC2 API reference. */

export interface Machine {
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

export function interfaceXml(
  eni: string,
  holder: { instanceId?: string; ip: string; groups: readonly string[]; type?: string },
): string {
  const attachment =
    holder.instanceId === undefined
      ? ''
      : `<attachment><instanceId>${holder.instanceId}</instanceId></attachment>`;
  const { type = 'interface' } = holder;
  return `<networkInterfaceId>${eni}</networkInterfaceId><interfaceType>${type}</interfaceType><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><tagSet>${items([tag('aerofault:cluster', 'orders')])}</tagSet>${attachment}${groupSet(holder.groups)}${addresses(holder.ip)}`;
}

const ruleXml = (id: string, group: string, from: string) =>
  `<securityGroupRuleId>${id}</securityGroupRuleId><groupId>${group}</groupId><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>3000</fromPort><toPort>3003</toPort><referencedGroupInfo><groupId>${from}</groupId></referencedGroupInfo>`;

const listRuleXml = (id: string, group: string, list: string) =>
  `<securityGroupRuleId>${id}</securityGroupRuleId><groupId>${group}</groupId><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>3000</fromPort><toPort>3003</toPort><prefixListId>${list}</prefixListId>`;

export const aclXml = (id: string, subnets: readonly string[], tags: readonly string[] = []) =>
  `<networkAclId>${id}</networkAclId><vpcId>vpc-1</vpcId><default>true</default><associationSet>${items(subnets.map((subnet) => `<networkAclAssociationId>aa-${subnet}</networkAclAssociationId><networkAclId>${id}</networkAclId><subnetId>${subnet}</subnetId>`))}</associationSet><entrySet>${items(['<ruleNumber>100</ruleNumber><protocol>-1</protocol><ruleAction>allow</ruleAction><egress>false</egress><cidrBlock>0.0.0.0/0</cidrBlock>', '<ruleNumber>32767</ruleNumber><protocol>-1</protocol><ruleAction>deny</ruleAction><egress>false</egress><cidrBlock>0.0.0.0/0</cidrBlock>'])}</entrySet><tagSet>${items(tags)}</tagSet>`;

const listXml = (id: string, maxEntries?: number) =>
  `<prefixListId>${id}</prefixListId><addressFamily>IPv4</addressFamily>${maxEntries === undefined ? '' : `<maxEntries>${maxEntries}</maxEntries>`}`;

export const filterValues = ({ form }: Asked, name: string): string[] => {
  const index = [1, 2, 3].find((number) => form[`Filter.${number}.Name`] === name);
  return Object.entries(form).flatMap(([key, value]) =>
    key.startsWith(`Filter.${index}.Value`) ? [value] : [],
  );
};

export const a: Machine = { id: 'i-1', role: 'node', ip: '10.0.0.1', groups: ['sg-1', 'sg-2'] };
export const b: Machine = { id: 'i-2', role: 'client', ip: '10.0.0.2', groups: ['sg-2'] };

export interface Change {
  readonly interfaces?: readonly string[];
  readonly groups?: readonly string[];
  readonly acls?: readonly string[];
  readonly subnets?: readonly string[];
  readonly lists?: readonly string[];
  readonly entries?: Reply;
}

/**
 * Two machines; sg-1 admits sg-3 (a load balancer's), sg-9 (another account's, in no answer), and the
 * prefix lists pl-1 (of 50 entries at most), pl-aws (says no most) and pl-9 (not there).
 */
export function cluster(change: Change = {}) {
  const groups = change.groups ?? ['sg-1', 'sg-2', 'sg-3'];
  const interfaces = change.interfaces ?? [
    interfaceXml('eni-i-1', { instanceId: 'i-1', ip: a.ip, groups: a.groups }),
    interfaceXml('eni-i-2', { instanceId: 'i-2', ip: b.ip, groups: b.groups }),
    interfaceXml('eni-lb', { ip: '10.0.0.9', groups: ['sg-3'], type: 'network_load_balancer' }),
  ];
  const acls = change.acls ?? [aclXml('acl-1', ['subnet-1', 'subnet-7'])];
  const subnets = change.subnets ?? ['subnet-1'];
  const rules = [
    ruleXml('sgr-1', 'sg-1', 'sg-3'),
    ruleXml('sgr-2', 'sg-1', 'sg-9'),
    ruleXml('sgr-3', 'sg-3', 'sg-3'),
    listRuleXml('sgr-4', 'sg-3', 'pl-1'),
    listRuleXml('sgr-5', 'sg-3', 'pl-aws'),
    listRuleXml('sgr-6', 'sg-3', 'pl-9'),
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
          `<securityGroupInfo>${items(groups.filter((id) => wanted.includes(id)).map((id) => `<groupId>${id}</groupId><groupName>name-${id}</groupName><vpcId>vpc-1</vpcId><ownerId>111122223333</ownerId><tagSet>${items([tag('aerofault:cluster', 'orders')])}</tagSet>`))}</securityGroupInfo>`,
        );
      case 'DescribeSubnets':
        return xml(
          `<subnetSet>${items(subnets.map((id) => `<subnetId>${id}</subnetId><vpcId>vpc-1</vpcId><availabilityZone>eu-central-1a</availabilityZone><tagSet>${items([tag('aerofault:cluster', 'orders')])}</tagSet>`))}</subnetSet>`,
        );
      case 'DescribeNetworkAcls':
        return xml(
          `<networkAclSet>${filterValues(request, 'tag-key').length === 0 ? items(acls) : items([aclXml('acl-r1', [], [tag('aerofault:run', 'r1')])])}</networkAclSet>`,
        );
      case 'DescribeManagedPrefixLists':
        return xml(
          `<prefixListSet>${items(change.lists ?? [listXml('pl-aws'), listXml('pl-1', 50)])}</prefixListSet>`,
        );
      case 'GetManagedPrefixListEntries':
        return (
          change.entries ??
          (request.form['NextToken'] === undefined
            ? xml(
                `<entrySet>${items([`<cidr>10.7.0.0/16</cidr>`])}</entrySet><nextToken>more</nextToken>`,
              )
            : xml(`<entrySet>${items([`<cidr>10.8.0.0/16</cidr>`])}</entrySet>`))
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
