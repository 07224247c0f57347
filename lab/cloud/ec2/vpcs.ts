import * as z from 'zod';
import { addressAt, canonicalCidr, hasAddress } from './cidr.ts';
import { byIds } from './describe.ts';
import { Ec2Error, inUse, invalidValue, notFound } from './ec2-error.ts';
import { filtered, Filters, page, Paging } from './filters.ts';
import type { FilterTable } from './filters.ts';
import { addGroup } from './groups.ts';
import { tagPairs } from './model.ts';
import type { Subnet, Vpc } from './model.ts';
import type { Ec2State } from './state.ts';
import { TagSpecifications, tagsAtBirth } from './tags.ts';
import { subnetView } from './views.ts';

/** VPCs and subnets: as much of them as a caller needs to build a place of its own and clear it away. */

const DryRun = z.boolean().optional();

const DescribeRequest = z.strictObject({
  VpcIds: z.array(z.string()).default([]),
  Filters,
  ...Paging,
  DryRun,
});

/** `DescribeVpcs`. */
export function describeVpcs(state: Ec2State, input: unknown) {
  const request = DescribeRequest.parse(input);
  const chosen = byIds(state.vpcs, request.VpcIds, notFound.vpc);
  const { items, NextToken } = page(filtered(chosen, request.Filters, vpcFilters(state)), request);
  return { Vpcs: items.map((vpc) => vpcView(state, vpc)), NextToken };
}

function vpcFilters(state: Ec2State): FilterTable<Vpc> {
  return {
    'vpc-id': ({ id }) => [id],
    cidr: ({ cidr }) => [cidr],
    'ipv6-cidr-block-association.ipv6-cidr-block': ({ cidr6 }) => [cidr6],
    'is-default': ({ isDefault }) => [String(isDefault)],
    'owner-id': () => [state.account],
    state: () => ['available'],
    'tag-key': ({ tags }) => Object.keys(tags ?? {}),
  };
}

function vpcView(state: Ec2State, vpc: Vpc) {
  return {
    VpcId: vpc.id,
    CidrBlock: vpc.cidr,
    Ipv6CidrBlockAssociationSet:
      vpc.cidr6 === undefined
        ? []
        : [{ Ipv6CidrBlock: vpc.cidr6, Ipv6CidrBlockState: { State: 'associated' } }],
    IsDefault: vpc.isDefault,
    InstanceTenancy: 'default',
    State: 'available',
    OwnerId: state.account,
    Tags: tagPairs(vpc.tags ?? {}),
  };
}

const CreateVpcRequest = z.strictObject({
  CidrBlock: z.string(),
  AmazonProvidedIpv6CidrBlock: z.boolean().default(false),
  InstanceTenancy: z.literal('default').optional(),
  TagSpecifications,
  DryRun,
});

/**
 * `CreateVpc`: available at once, with its default network ACL and its default group, whose members
 * reach each other. Source: the API reference; VPC User Guide, "Default security groups".
 */
export function createVpc(state: Ec2State, input: unknown) {
  const request = CreateVpcRequest.parse(input);
  const tags = tagsAtBirth(request.TagSpecifications, 'vpc');
  const cidr = blockOf(request.CidrBlock, 4);
  const id = state.nextId('vpc', state.vpcs);
  const cidr6 = `2001:db8:${(0x1000 + state.vpcs.size).toString(16)}::/56`;
  const made = { id, cidr, isDefault: false, tags };
  const vpc: Vpc = request.AmazonProvidedIpv6CidrBlock ? { ...made, cidr6 } : made;
  state.vpcs.set(id, vpc);
  state.addDefaultAcl(vpc);
  addDefaultGroup(state, vpc);
  return { Vpc: vpcView(state, vpc) };
}

function addDefaultGroup(state: Ec2State, vpc: Vpc): void {
  const id = state.nextId('sg', state.groups);
  const description = 'default VPC security group';
  addGroup(state, { id, name: 'default', description, vpcId: vpc.id, tags: {} }, vpc);
  const rule = { groupId: id, egress: false, protocol: '-1', fromPort: -1, toPort: -1, tags: {} };
  const ruleId = state.nextRuleId();
  state.rules.set(ruleId, { id: ruleId, ...rule, peer: { kind: 'group', groupId: id } });
}

function blockOf(text: string, family: 4 | 6): string {
  const cidr = canonicalCidr(text, family);
  if (cidr === undefined) throw invalidValue(`Value (${text}) for parameter cidrBlock is invalid.`);
  return cidr;
}

const DeleteVpcRequest = z.strictObject({ VpcId: z.string(), DryRun });

/**
 * `DeleteVpc`, with its default group and network ACL, once nothing else is in it. Source: the API
 * reference.
 */
export function deleteVpc(state: Ec2State, input: unknown): object {
  const { VpcId } = DeleteVpcRequest.parse(input);
  if (!state.vpcs.has(VpcId)) throw notFound.vpc(VpcId);
  const groups = [...state.groups.values()].filter(({ vpcId }) => vpcId === VpcId);
  const acls = [...state.networkAcls.values()].filter(({ vpcId }) => vpcId === VpcId);
  const isUsed =
    [...state.subnets.values()].some(({ vpcId }) => vpcId === VpcId) ||
    groups.some(({ name }) => name !== 'default') ||
    acls.some(({ isDefault }) => !isDefault);
  if (isUsed) throw inUse('vpc', VpcId);
  const groupIds = new Set(groups.map(({ id }) => id));
  for (const { id, groupId } of state.rules.values()) {
    if (groupIds.has(groupId)) state.rules.delete(id);
  }
  for (const id of groupIds) state.groups.delete(id);
  for (const { id } of acls) state.networkAcls.delete(id);
  state.vpcs.delete(VpcId);
  return {};
}

const CreateSubnetRequest = z.strictObject({
  VpcId: z.string(),
  CidrBlock: z.string(),
  Ipv6CidrBlock: z.string().optional(),
  AvailabilityZone: z.string().optional(),
  TagSpecifications,
  DryRun,
});

/**
 * `CreateSubnet`: available at once, with the VPC's default network ACL. Source: the API reference;
 * EC2 error codes.
 */
export function createSubnet(state: Ec2State, input: unknown) {
  const request = CreateSubnetRequest.parse(input);
  const vpc = state.vpcs.get(request.VpcId);
  if (vpc === undefined) throw notFound.vpc(request.VpcId);
  const made = {
    id: state.nextId('subnet', state.subnets),
    vpcId: vpc.id,
    zone: request.AvailabilityZone ?? `${state.region}a`,
    cidr: blockOf(request.CidrBlock, 4),
    aclId: state.defaultAclId(vpc.id),
    tags: tagsAtBirth(request.TagSpecifications, 'subnet'),
  };
  const { Ipv6CidrBlock } = request;
  const subnet: Subnet =
    Ipv6CidrBlock === undefined ? made : { ...made, cidr6: blockOf(Ipv6CidrBlock, 6) };
  refuseBadBlock(state, vpc, subnet);
  state.subnets.set(subnet.id, subnet);
  return { Subnet: subnetView(state, subnet) };
}

function refuseBadBlock(state: Ec2State, vpc: Vpc, subnet: Subnet): void {
  const isInside = hasAddress(vpc.cidr, addressAt(subnet.cidr, 0));
  if (!isInside) throw new Ec2Error('InvalidSubnet.Range', `The CIDR '${subnet.cidr}' is invalid.`);
  const overlaps = [...state.subnets.values()].some(
    ({ vpcId, cidr }) =>
      vpcId === vpc.id &&
      (hasAddress(cidr, addressAt(subnet.cidr, 0)) || hasAddress(subnet.cidr, addressAt(cidr, 0))),
  );
  if (!overlaps) return;
  throw new Ec2Error(
    'InvalidSubnet.Conflict',
    `The CIDR '${subnet.cidr}' conflicts with another subnet`,
  );
}

const DeleteSubnetRequest = z.strictObject({ SubnetId: z.string(), DryRun });

/** `DeleteSubnet`, once no interface is in it. Source: the API reference; EC2 error codes. */
export function deleteSubnet(state: Ec2State, input: unknown): object {
  const { SubnetId } = DeleteSubnetRequest.parse(input);
  if (!state.subnets.has(SubnetId)) throw notFound.subnet(SubnetId);
  const interfaces = [...state.interfaces.values()];
  if (interfaces.some(({ subnetId }) => subnetId === SubnetId)) throw inUse('subnet', SubnetId);
  state.subnets.delete(SubnetId);
  return {};
}
