import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupRulesCommand,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type {
  IpPermission,
  RevokedSecurityGroupRule,
  SecurityGroupRule,
  SecurityGroupRuleRequest,
} from '@aws-sdk/client-ec2';
import type { Ground } from './ground.ts';
import { present, refusalOf } from './refusal.ts';

/** Short ways of saying what the rows ask EC2, and of reading what it answers. */

/** `done`, or the code with which the call is refused. */
export async function answerTo(call: Promise<unknown>): Promise<string> {
  return (await refusalOf(call)) ?? 'done';
}

/** One tcp port from one IPv4 range. */
export function tcp(port: number, CidrIp: string, Description?: string): IpPermission {
  return { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp, Description }] };
}

/** One tcp port from one IPv6 range. */
export function tcp6(port: number, CidrIpv6: string): IpPermission {
  return { IpProtocol: 'tcp', FromPort: port, ToPort: port, Ipv6Ranges: [{ CidrIpv6 }] };
}

/** One tcp port from the interfaces of a group. */
export function tcpFrom(port: number, GroupId: string, Description?: string): IpPermission {
  const UserIdGroupPairs = [{ GroupId, Description }];
  return { IpProtocol: 'tcp', FromPort: port, ToPort: port, UserIdGroupPairs };
}

/** Adds ingress rules. */
export function authorize({ ec2 }: Ground, GroupId: string, ...IpPermissions: IpPermission[]) {
  return ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
}

/** Adds egress rules. */
export function authorizeOut({ ec2 }: Ground, GroupId: string, ...IpPermissions: IpPermission[]) {
  return ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions }));
}

/** Adds one ingress rule with tags and tells its id. */
export async function addRule(
  { ec2 }: Ground,
  GroupId: string,
  rule: { permission: IpPermission; tags?: Readonly<Record<string, string>> },
): Promise<string> {
  const Tags = Object.entries(rule.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  const { SecurityGroupRules } = await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [rule.permission],
      ...(Tags.length > 0
        ? { TagSpecifications: [{ ResourceType: 'security-group-rule', Tags }] }
        : {}),
    }),
  );
  return present(SecurityGroupRules?.[0]?.SecurityGroupRuleId);
}

/** Takes ingress rules away by their properties. */
export function revoke({ ec2 }: Ground, GroupId: string, ...IpPermissions: IpPermission[]) {
  return ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
}

/** Takes egress rules away by their properties. */
export function revokeOut({ ec2 }: Ground, GroupId: string, ...IpPermissions: IpPermission[]) {
  return ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions }));
}

/** Takes ingress rules away by their ids. */
export function revokeById({ ec2 }: Ground, GroupId: string, ...SecurityGroupRuleIds: string[]) {
  return ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds }));
}

/** Rewrites rules under their ids, all in one call. */
export function modify(
  { ec2 }: Ground,
  GroupId: string,
  ...updates: readonly (readonly [id: string, rule: SecurityGroupRuleRequest])[]
) {
  const SecurityGroupRules = updates.map(([SecurityGroupRuleId, SecurityGroupRule]) => ({
    SecurityGroupRuleId,
    SecurityGroupRule,
  }));
  return ec2.send(new ModifySecurityGroupRulesCommand({ GroupId, SecurityGroupRules }));
}

/** Every rule of a group as EC2 describes it, once the last change has settled. */
export async function describeRules(ground: Ground, GroupId: string) {
  await ground.settle();
  const { SecurityGroupRules = [] } = await ground.ec2.send(
    new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId] }] }),
  );
  return SecurityGroupRules;
}

/** The ingress rules of a group, each as {@link ruleText}, sorted. */
export async function rulesIn(ground: Ground, GroupId: string): Promise<string[]> {
  const rules = await describeRules(ground, GroupId);
  return rulesText(
    ground,
    rules.filter(({ IsEgress }) => IsEgress !== true),
  );
}

/** The egress rules of a group, each as {@link ruleText}, sorted. */
export async function rulesOut(ground: Ground, GroupId: string): Promise<string[]> {
  const rules = await describeRules(ground, GroupId);
  return rulesText(
    ground,
    rules.filter(({ IsEgress }) => IsEgress === true),
  );
}

/** Rules as sorted texts. */
export function rulesText(ground: Ground, rules: readonly SecurityGroupRule[] = []): string[] {
  return rules.map((rule) => ruleText(ground, rule)).toSorted();
}

/** A rule in one line: `tcp 80-80 192.0.2.0/24 "its description" owner=app`. */
export function ruleText(
  ground: Ground,
  rule: SecurityGroupRule & RevokedSecurityGroupRule,
): string {
  const { IpProtocol, FromPort, ToPort, Description, Tags = [] } = rule;
  return [
    `${IpProtocol} ${FromPort}-${ToPort} ${peerText(ground, rule)}`,
    ...(Description === undefined || Description === '' ? [] : [`"${Description}"`]),
    ...Tags.map(({ Key, Value }) => `${Key}=${Value}`).toSorted(),
  ].join(' ');
}

function peerText(ground: Ground, rule: SecurityGroupRule & RevokedSecurityGroupRule): string {
  const group = rule.ReferencedGroupInfo?.GroupId ?? rule.ReferencedGroupId;
  const cidr = rule.CidrIpv4 ?? rule.CidrIpv6;
  return cidr ?? ground.named([group ?? rule.PrefixListId]).join('');
}

/** An id of the right shape that nothing has. */
export function strangeId(prefix: string): string {
  return `${prefix}-0123456789abcdef0`;
}
