import * as z from 'zod';
import { canonicalAddress } from './cidr.ts';
import { Ec2Error, notFound } from './ec2-error.ts';
import { filtered, Filters, page, Paging, refuseIdsWithPaging } from './filters.ts';
import type { FilterTable } from './filters.ts';
import { INSTANCE_STATE_CODES } from './model.ts';
import type { Group, Instance, Interface, Rule, Subnet, Tags } from './model.ts';
import type { Ec2State } from './state.ts';
import {
  groupView,
  interfaceStatus,
  interfaceView,
  reservationView,
  ruleView,
  subnetView,
} from './views.ts';

const Ids = z.array(z.string()).default([]);
const Shared = { Filters, ...Paging, DryRun: z.boolean().optional() };

/** `DescribeInstances`. */
export function describeInstances(state: Ec2State, input: unknown) {
  const request = z.strictObject({ InstanceIds: Ids, ...Shared }).parse(input);
  refuseIdsWithPaging('instancesSet', request.InstanceIds, request.MaxResults);
  const chosen = byIds(state.instances, request.InstanceIds, notFound.instance);
  const { items, NextToken } = page(
    filtered(chosen, request.Filters, instanceFilters(state)),
    request,
  );
  return { Reservations: items.map((one) => reservationView(state, one)), NextToken };
}

/** `DescribeNetworkInterfaces`. */
export function describeNetworkInterfaces(state: Ec2State, input: unknown) {
  const request = z.strictObject({ NetworkInterfaceIds: Ids, ...Shared }).parse(input);
  refuseIdsWithPaging('networkInterfaceId', request.NetworkInterfaceIds, request.MaxResults);
  const chosen = byIds(state.interfaces, request.NetworkInterfaceIds, notFound.networkInterface);
  const { items, NextToken } = page(filtered(chosen, request.Filters, INTERFACE_FILTERS), request);
  return { NetworkInterfaces: items.map((one) => interfaceView(state, one)), NextToken };
}

/** `DescribeSecurityGroups`. */
export function describeSecurityGroups(state: Ec2State, input: unknown) {
  const request = z.strictObject({ GroupIds: Ids, GroupNames: Ids, ...Shared }).parse(input);
  const byId = byIds(state.groups, request.GroupIds, notFound.group);
  const chosen = request.GroupNames.length === 0 ? byId : namedGroups(byId, request.GroupNames);
  const { items, NextToken } = page(
    filtered(chosen, request.Filters, groupFilters(state)),
    request,
  );
  return { SecurityGroups: items.map((group) => groupView(state, group)), NextToken };
}

/** `DescribeSecurityGroupRules`; the order is that of the ids, which says nothing of age. */
export function describeSecurityGroupRules(state: Ec2State, input: unknown) {
  const request = z.strictObject({ SecurityGroupRuleIds: Ids, ...Shared }).parse(input);
  const chosen = byIds(state.rules, request.SecurityGroupRuleIds, notFound.rule);
  const { items, NextToken } = page(filtered(chosen, request.Filters, RULE_FILTERS), request);
  return { SecurityGroupRules: items.map((rule) => ruleView(state, rule)), NextToken };
}

/** `DescribeSubnets`. */
export function describeSubnets(state: Ec2State, input: unknown) {
  const request = z.strictObject({ SubnetIds: Ids, ...Shared }).parse(input);
  const chosen = byIds(state.subnets, request.SubnetIds, notFound.subnet);
  const { items, NextToken } = page(filtered(chosen, request.Filters, SUBNET_FILTERS), request);
  return { Subnets: items.map((subnet) => subnetView(state, subnet)), NextToken };
}

/** The resources with these ids, or all without any, sorted by id; an unknown one is an error. */
export function byIds<Resource extends { readonly id: string }>(
  resources: ReadonlyMap<string, Resource>,
  ids: readonly string[],
  missing: (id: string) => Ec2Error,
): Resource[] {
  const absent = ids.find((id) => !resources.has(id));
  if (absent !== undefined) throw missing(absent);
  const chosen = [...resources.values()].filter(({ id }) => ids.length === 0 || ids.includes(id));
  return chosen.toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

function namedGroups(groups: readonly Group[], names: readonly string[]): Group[] {
  const absent = names.find((name) => !groups.some((group) => group.name === name));
  if (absent !== undefined) throw notFound.group(absent);
  return groups.filter(({ name }) => names.includes(name));
}

const tagKeys = ({ tags }: { readonly tags: Tags }) => Object.keys(tags);

function instanceFilters(state: Ec2State): FilterTable<Instance> {
  const primary = ({ id }: Instance) =>
    [...state.interfaces.values()].filter(({ instanceId }) => instanceId === id);
  const groupIds = (instance: Instance) => primary(instance).flatMap((one) => one.groupIds);
  return {
    'instance-id': ({ id }) => [id],
    'instance-state-name': (instance) => [instance.state],
    'instance-state-code': (instance) => [String(INSTANCE_STATE_CODES[instance.state])],
    'instance-type': ({ type }) => [type],
    'availability-zone': ({ zone }) => [zone],
    'subnet-id': ({ subnetId }) => [subnetId],
    'vpc-id': ({ vpcId }) => [vpcId],
    'private-ip-address': (instance) => primary(instance).map(({ address }) => address),
    'ipv6-address': (instance) => primary(instance).map(({ address6 }) => address6),
    'network-interface.network-interface-id': (instance) => primary(instance).map(({ id }) => id),
    'instance.group-id': groupIds,
    'network-interface.group-id': groupIds,
    'instance.group-name': (instance) => groupIds(instance).map((id) => state.groups.get(id)?.name),
    'tag-key': tagKeys,
  };
}

const INTERFACE_FILTERS: FilterTable<Interface> = {
  'network-interface-id': ({ id }) => [id],
  'attachment.instance-id': ({ instanceId }) => [instanceId],
  'attachment.status': ({ instanceId }) => [instanceId === undefined ? undefined : 'attached'],
  'availability-zone': ({ zone }) => [zone],
  'group-id': ({ groupIds }) => groupIds,
  'interface-type': ({ type }) => [type ?? 'interface'],
  'mac-address': ({ macAddress }) => [macAddress],
  description: ({ description }) => [description],
  'private-ip-address': ({ address }) => [address],
  'addresses.private-ip-address': ({ address }) => [address],
  'ipv6-addresses.ipv6-address': ({ address6 }) =>
    address6 === undefined ? [] : [canonicalAddress(address6)],
  status: (one) => [interfaceStatus(one)],
  'subnet-id': ({ subnetId }) => [subnetId],
  'vpc-id': ({ vpcId }) => [vpcId],
  'tag-key': tagKeys,
};

const RULE_FILTERS: FilterTable<Rule> = {
  'group-id': ({ groupId }) => [groupId],
  'security-group-rule-id': ({ id }) => [id],
};

const SUBNET_FILTERS: FilterTable<Subnet> = {
  'subnet-id': ({ id }) => [id],
  'vpc-id': ({ vpcId }) => [vpcId],
  'availability-zone': ({ zone }) => [zone],
  'cidr-block': ({ cidr }) => [cidr],
  state: () => ['available'],
  'tag-key': tagKeys,
};

function groupFilters(state: Ec2State): FilterTable<Group> {
  return {
    'group-id': ({ id }) => [id],
    'group-name': ({ name }) => [name],
    description: ({ description }) => [description],
    'owner-id': () => [state.account],
    'vpc-id': ({ vpcId }) => [vpcId],
    'tag-key': tagKeys,
    ...permissionFilters(state, 'ip-permission', false),
    ...permissionFilters(state, 'egress.ip-permission', true),
  };
}

function permissionFilters(state: Ec2State, name: string, egress: boolean): FilterTable<Group> {
  const shown =
    (value: (rule: Rule) => string | undefined) =>
    ({ id }: Group) =>
      state.rulesOf(id, egress).map(value);
  return {
    [`${name}.protocol`]: shown(({ protocol }) => protocol),
    [`${name}.from-port`]: shown(({ fromPort }) => String(fromPort)),
    [`${name}.to-port`]: shown(({ toPort }) => String(toPort)),
    [`${name}.cidr`]: shown(({ peer }) => (peer.kind === 'cidr4' ? peer.cidr : undefined)),
    [`${name}.ipv6-cidr`]: shown(({ peer }) => (peer.kind === 'cidr6' ? peer.cidr : undefined)),
    [`${name}.group-id`]: shown(({ peer }) => (peer.kind === 'group' ? peer.groupId : undefined)),
    [`${name}.prefix-list-id`]: shown(({ peer }) =>
      peer.kind === 'prefix-list' ? peer.prefixListId : undefined,
    ),
  };
}
