import * as z from 'zod';
import { byIds } from './describe.ts';
import { notFound } from './ec2-error.ts';
import { filtered, Filters, page, Paging, refuseIdsWithPaging } from './filters.ts';
import type { FilterTable } from './filters.ts';
import { tagPairs } from './model.ts';
import type { AclEntry, NetworkAcl } from './model.ts';
import type { Ec2State } from './state.ts';

const DescribeRequest = z.strictObject({
  NetworkAclIds: z.array(z.string()).default([]),
  Filters,
  ...Paging,
  DryRun: z.boolean().optional(),
});

/** `DescribeNetworkAcls`. Source: the API reference. */
export function describeNetworkAcls(state: Ec2State, input: unknown) {
  const request = DescribeRequest.parse(input);
  refuseIdsWithPaging('networkAclId', request.NetworkAclIds, request.MaxResults);
  const chosen = byIds(state.networkAcls, request.NetworkAclIds, notFound.networkAcl);
  const { items, NextToken } = page(filtered(chosen, request.Filters, aclFilters(state)), request);
  return { NetworkAcls: items.map((acl) => networkAclView(state, acl)), NextToken };
}

/** A network ACL as `DescribeNetworkAcls` answers it, its final denies included. */
export function networkAclView(state: Ec2State, acl: NetworkAcl) {
  return {
    NetworkAclId: acl.id,
    VpcId: acl.vpcId,
    IsDefault: acl.isDefault,
    OwnerId: state.account,
    Associations: state.subnetsOf(acl.id).map(({ id }) => ({
      NetworkAclAssociationId: state.associationId(id),
      NetworkAclId: acl.id,
      SubnetId: id,
    })),
    Entries: entriesOf(state, acl).map(entryView),
    Tags: tagPairs(acl.tags),
  };
}

/** Entries with the final denies: 32767, and for IPv6 32768. Source: Amazon VPC quotas. */
function entriesOf(state: Ec2State, acl: NetworkAcl): AclEntry[] {
  const hasIPv6 = state.vpcs.get(acl.vpcId)?.cidr6 !== undefined;
  return [true, false].flatMap((egress) => [
    ...acl.entries.filter((entry) => entry.egress === egress),
    finalDeny(32_767, egress, '0.0.0.0/0'),
    ...(hasIPv6 ? [finalDeny(32_768, egress, '::/0')] : []),
  ]);
}

function finalDeny(number: number, egress: boolean, cidr: string): AclEntry {
  return { number, egress, action: 'deny', protocol: '-1', cidr };
}

function entryView({ number, egress, action, protocol, cidr, ports, icmp }: AclEntry) {
  return {
    RuleNumber: number,
    Egress: egress,
    RuleAction: action,
    Protocol: protocol,
    ...(cidr.includes(':') ? { Ipv6CidrBlock: cidr } : { CidrBlock: cidr }),
    PortRange: ports === undefined ? undefined : { From: ports[0], To: ports[1] },
    IcmpTypeCode: icmp === undefined ? undefined : { Type: icmp[0], Code: icmp[1] },
  };
}

function aclFilters(state: Ec2State): FilterTable<NetworkAcl> {
  const subnetIds = ({ id }: NetworkAcl) => state.subnetsOf(id).map((subnet) => subnet.id);
  const shown = (value: (entry: AclEntry) => string | undefined) => (acl: NetworkAcl) =>
    entriesOf(state, acl).map(value);
  return {
    'network-acl-id': ({ id }) => [id],
    'vpc-id': ({ vpcId }) => [vpcId],
    'owner-id': () => [state.account],
    default: ({ isDefault }) => [String(isDefault)],
    'association.association-id': (acl) => subnetIds(acl).map((id) => state.associationId(id)),
    'association.network-acl-id': (acl) => subnetIds(acl).map(() => acl.id),
    'association.subnet-id': subnetIds,
    'entry.cidr': shown(({ cidr }) => (cidr.includes(':') ? undefined : cidr)),
    'entry.ipv6-cidr': shown(({ cidr }) => (cidr.includes(':') ? cidr : undefined)),
    'entry.egress': shown(({ egress }) => String(egress)),
    'entry.protocol': shown(({ protocol }) => protocol),
    'entry.rule-action': shown(({ action }) => action),
    'entry.rule-number': shown(({ number }) => String(number)),
    'tag-key': ({ tags }) => Object.keys(tags),
  };
}
