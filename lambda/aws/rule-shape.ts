import type { ResourceType, SecurityGroupRule, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { hasPorts } from '../../core/ec2-rules.ts';
import { Rule } from '../../core/inventory.ts';
import type { Tags } from '../gateways.ts';

/** Rules and tags from EC2's shapes to ours; the way back of rules is in core/ec2-rules.ts. */

/** A rule as DescribeSecurityGroupRules gives it. @throws ZodError for one that lacks what it must have. */
export function ruleOf(rule: SecurityGroupRule): Rule {
  return Rule.parse({
    id: rule.SecurityGroupRuleId,
    groupId: rule.GroupId,
    direction: rule.IsEgress === undefined ? undefined : rule.IsEgress ? 'egress' : 'ingress',
    spec: present({
      protocol: rule.IpProtocol,
      ...(hasPorts(rule.IpProtocol ?? '') ? { fromPort: rule.FromPort, toPort: rule.ToPort } : {}),
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
