import {
  AuthorizeSecurityGroupIngressCommand,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { Ec2State } from './cloud/ec2/state.ts';
import type { Ec2Snapshot, Rule } from './cloud/ec2/model.ts';
import { nodesGroup } from './vpc/plain-groups.ts';

/**
 * A person who edits the nodes' security group while the fault holds, through EC2 as people do, and what
 * must then be there after the run: all that was there before it, and their edits.
 */
export interface GroupEdits {
  /** A rule of their own. */
  readonly added: Rule;
  /** The rule that they took away; it has nothing to do with the fault. */
  readonly removed: string;
  /** What they now say of rules that the run had narrowed or parked. */
  readonly described: ReadonlyMap<string, string>;
}

const theirRule = {
  IpProtocol: 'tcp',
  FromPort: 9200,
  ToPort: 9200,
  IpRanges: [{ CidrIp: '10.0.77.0/24', Description: 'node exporter' }],
};

/**
 * Adds a rule, removes the one for ssh, and describes anew every rule of the group that is not what it was
 * before the run.
 *
 * @throws Error where the group or its ssh rule is not there, or EC2 declines.
 */
export async function editNodesGroup(
  client: EC2Client,
  { before, now }: { readonly before: Ec2Snapshot; readonly now: () => Ec2Snapshot },
): Promise<GroupEdits> {
  const GroupId = groupIn(before);
  const removed = sshRuleIn(before, GroupId);
  const { SecurityGroupRules: [theirs] = [] } = await client.send(
    new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [theirRule] }),
  );
  await client.send(
    new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: [removed] }),
  );
  const described = new Map<string, string>();
  for (const rule of changedRules(before, now(), GroupId)) {
    const words = `${rule.description ?? 'rule'}, as a person says`;
    await describeAnew(client, rule, words);
    described.set(rule.id, words);
  }
  const added = now().rules.find(({ id }) => id === theirs?.SecurityGroupRuleId);
  if (added !== undefined) return { added, removed, described };
  throw new Error('Cannot edit the group as the new rule must be in it: found it is not');
}

/**
 * Takes a person's edits back, as far as people can: the rule for ssh comes back under another id.
 *
 * @throws Error where EC2 declines.
 */
export async function takeEditsBack(
  client: EC2Client,
  { added, removed, described }: GroupEdits,
  before: Ec2Snapshot,
): Promise<void> {
  const was = new Map(before.rules.map((rule) => [rule.id, rule]));
  const GroupId = added.groupId;
  await client.send(
    new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: [added.id] }),
  );
  for (const id of described.keys()) {
    const rule = was.get(id);
    if (rule !== undefined) await describeAnew(client, rule, rule.description ?? '');
  }
  const { protocol, fromPort, toPort, peer, description } = was.get(removed) ?? added;
  const ranges = peer.kind === 'cidr4' ? [{ CidrIp: peer.cidr, Description: description }] : [];
  const rule = { IpProtocol: protocol, FromPort: fromPort, ToPort: toPort, IpRanges: ranges };
  await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [rule] }));
}

/** What must be there once a run is over that a person edited meanwhile. */
export function withEdits(before: Ec2Snapshot, { added, removed, described }: GroupEdits) {
  const kept = before.rules.filter(({ id }) => id !== removed);
  const rules = kept.map((rule): Rule => {
    const description = described.get(rule.id);
    return description === undefined ? rule : { ...rule, description };
  });
  return new Ec2State({ ...before, rules: [...rules, added] }).describe();
}

function groupIn({ groups }: Ec2Snapshot): string {
  const group = groups.find(({ name }) => name === nodesGroup);
  if (group !== undefined) return group.id;
  throw new Error(`Cannot edit ${nodesGroup} as it must be there: found no such group`);
}

function sshRuleIn({ rules }: Ec2Snapshot, groupId: string): string {
  const rule = rules.find((one) => one.groupId === groupId && one.fromPort === 22);
  if (rule !== undefined) return rule.id;
  throw new Error(`Cannot edit ${nodesGroup} as it must have a rule for ssh: found none`);
}

/** Rules that were there before the run and now allow something else, by what they said before. */
function changedRules(before: Ec2Snapshot, now: Ec2Snapshot, groupId: string): Rule[] {
  const old = new Map(before.rules.map((rule) => [rule.id, rule]));
  return now.rules.flatMap((rule) => {
    const was = old.get(rule.id);
    const same =
      was === undefined || JSON.stringify(allowance(was)) === JSON.stringify(allowance(rule));
    if (rule.groupId !== groupId || rule.egress || same) return [];
    return was.description === undefined ? [rule] : [{ ...rule, description: was.description }];
  });
}

const allowance = ({ protocol, fromPort, toPort, peer }: Rule): unknown[] => [
  protocol,
  fromPort,
  toPort,
  peer,
];

async function describeAnew(client: EC2Client, rule: Rule, Description: string): Promise<void> {
  const { peer } = rule;
  const source = {
    ...(peer.kind === 'cidr4' ? { CidrIpv4: peer.cidr } : {}),
    ...(peer.kind === 'cidr6' ? { CidrIpv6: peer.cidr } : {}),
    ...(peer.kind === 'group' ? { ReferencedGroupId: peer.groupId } : {}),
    ...(peer.kind === 'prefix-list' ? { PrefixListId: peer.prefixListId } : {}),
  };
  const SecurityGroupRule = {
    IpProtocol: rule.protocol,
    ...(rule.protocol === '-1' ? {} : { FromPort: rule.fromPort, ToPort: rule.toPort }),
    ...source,
    Description,
  };
  await client.send(
    new ModifySecurityGroupRulesCommand({
      GroupId: rule.groupId,
      SecurityGroupRules: [{ SecurityGroupRuleId: rule.id, SecurityGroupRule }],
    }),
  );
}
