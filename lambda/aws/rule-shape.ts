import type {
  IpPermission,
  ResourceType,
  SecurityGroupRule,
  SecurityGroupRuleRequest,
  Tag,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import { Rule } from '../../core/inventory.ts';
import type { Peer, RuleSpec } from '../../core/inventory.ts';
import type { Tags } from '../gateways.ts';

/**
 * Rules between EC2's shapes and ours. Ports are only ever said for protocols that have them: revoking
 * or authorising -1 with ports does not match what EC2 keeps (docs of IpPermission; hashicorp/terraform
 * issue 2837).
 */

const withPorts = new Set(['tcp', '6', 'udp', '17', 'icmp', '1', 'icmpv6', '58']);

/** A rule as DescribeSecurityGroupRules gives it. @throws ZodError for one that lacks what it must have. */
export function ruleOf(rule: SecurityGroupRule): Rule {
  return Rule.parse({
    id: rule.SecurityGroupRuleId,
    groupId: rule.GroupId,
    direction: rule.IsEgress === undefined ? undefined : rule.IsEgress ? 'egress' : 'ingress',
    spec: present({
      protocol: rule.IpProtocol,
      ...(withPorts.has(rule.IpProtocol ?? '')
        ? { fromPort: rule.FromPort, toPort: rule.ToPort }
        : {}),
      peer: peerOf(rule),
      description: rule.Description,
    }),
    tags: tagsOf(rule.Tags),
  });
}

function peerOf(rule: SecurityGroupRule): unknown {
  const { CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupInfo: group } = rule;
  if (CidrIpv4 !== undefined) return { kind: 'ipv4', cidr: CidrIpv4 };
  if (CidrIpv6 !== undefined) return { kind: 'ipv6', cidr: CidrIpv6 };
  if (PrefixListId !== undefined) return { kind: 'prefix-list', prefixListId: PrefixListId };
  const { GroupId: groupId, UserId: userId, VpcId: vpcId } = group ?? {};
  return present({ kind: 'group', groupId, userId, vpcId });
}

/** A rule to add, for AuthorizeSecurityGroupIngress and -Egress. */
export function permissionOf(spec: RuleSpec): IpPermission {
  const { protocol, peer, description } = spec;
  const said = description === undefined ? {} : { Description: description };
  return { IpProtocol: protocol, ...portsOf(spec), ...rangeOf(peer, said) };
}

function rangeOf(peer: Peer, said: { Description?: string }): IpPermission {
  switch (peer.kind) {
    case 'ipv4':
      return { IpRanges: [{ CidrIp: peer.cidr, ...said }] };
    case 'ipv6':
      return { Ipv6Ranges: [{ CidrIpv6: peer.cidr, ...said }] };
    case 'prefix-list':
      return { PrefixListIds: [{ PrefixListId: peer.prefixListId, ...said }] };
    case 'group': {
      const owner = peer.userId === undefined ? {} : { UserId: peer.userId };
      return { UserIdGroupPairs: [{ GroupId: peer.groupId, ...owner, ...said }] };
    }
  }
}

/**
 * A whole rule, for ModifySecurityGroupRules. The description is always said, for what leaving it out
 * does is not documented; an empty one clears it.
 */
export function requestOf(spec: RuleSpec): SecurityGroupRuleRequest {
  return {
    IpProtocol: spec.protocol,
    ...portsOf(spec),
    ...sourceOf(spec.peer),
    Description: spec.description ?? '',
  };
}

function sourceOf(peer: Peer): SecurityGroupRuleRequest {
  switch (peer.kind) {
    case 'ipv4':
      return { CidrIpv4: peer.cidr };
    case 'ipv6':
      return { CidrIpv6: peer.cidr };
    case 'prefix-list':
      return { PrefixListId: peer.prefixListId };
    case 'group':
      return { ReferencedGroupId: peer.groupId };
  }
}

function portsOf({ protocol, fromPort, toPort }: RuleSpec): { FromPort?: number; ToPort?: number } {
  if (!withPorts.has(protocol) || fromPort === undefined || toPort === undefined) return {};
  return { FromPort: fromPort, ToPort: toPort };
}

/** Tags as a record; EC2 gives a tag without a value as an empty one. */
export function tagsOf(tags: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(
    tags.flatMap(({ Key, Value }): [string, string][] =>
      Key === undefined ? [] : [[Key, Value ?? '']],
    ),
  );
}

/** Tags that a thing is made with; none at all for no tags, as EC2 takes no empty list. */
export function tagSpecification(
  ResourceType: ResourceType,
  tags: Tags,
): { TagSpecifications?: TagSpecification[] } {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return Tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType, Tags }] };
}

/** The fields that are there; our schemas are strict about the difference. */
export function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
