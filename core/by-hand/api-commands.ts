import { permissionOf, requestOf } from '../ec2-rules.ts';
import { aclTags, runTag } from '../inventory.ts';
import type { Inventory } from '../inventory.ts';
import { batched } from '../merge.ts';
import { temporaryName } from '../step.ts';
import type { AddRules, EditRules, MakeGroup, RevokeRules, SwapAcl } from '../step.ts';
import { json, word } from './shell.ts';
import type { AwsCli } from './shell.ts';

/**
 * Commands of the AWS CLI that put back what a step changed through EC2. What only EC2 knows, such as the id
 * of a rule that the run added, is looked up by the run's mark, so no command can touch what is not the
 * run's; what the run changed in place goes back to what it was before, whatever others made of it since.
 */
export interface ApiCommands {
  readonly runId: string;
  readonly inventory: Inventory;
  readonly aws: AwsCli;
}

/** Rules edited in place. */
export function editBack({ groupId, edits }: EditRules, { aws }: ApiCommands): string[] {
  const rules = edits.map(({ ruleId, before }) => ({
    SecurityGroupRuleId: ruleId,
    SecurityGroupRule: requestOf(before),
  }));
  const words = ['--group-id', word(groupId), '--security-group-rules', json(rules)];
  return [aws('ec2 modify-security-group-rules', ...words)];
}

/** Rules that the run added, by the ids that EC2 gave them. */
export function removeAdded({ groupId, direction }: AddRules, commands: ApiCommands): string[] {
  const { runId, aws } = commands;
  const isEgress = direction === 'egress';
  const ids = aws(
    'ec2 describe-security-group-rules',
    `--filters "Name=group-id,Values=$group" ${word(`Name=tag:${runTag},Values=${runId}`)}`,
    `--query ${word(`SecurityGroupRules[?IsEgress==\`${isEgress}\`].SecurityGroupRuleId`)}`,
    '--output text',
  );
  const revoke = aws(
    `ec2 revoke-security-group-${direction}`,
    '--group-id "$group"',
    `--security-group-rule-ids $(${ids})`,
  );
  return [`group=${idOf(groupId, commands)}; ${revoke}`];
}

/** Rules that the run revoked; EC2 gives them new ids, and calls one that is there a duplicate. */
export function authoriseAgain(
  { groupId, rules }: RevokeRules,
  { inventory, aws }: ApiCommands,
): string[] {
  const known = inventory.groups.flatMap((group) => group.rules);
  const directionOf = (ruleId: string): 'ingress' | 'egress' =>
    known.find(({ id }) => id === ruleId)?.direction ?? 'ingress';
  return batched(rules, directionOf).map((batch) => {
    const Tags = Object.entries(batch.tags).map(([Key, Value]) => ({ Key, Value }));
    const tags = [{ ResourceType: 'security-group-rule', Tags }];
    return aws(
      `ec2 authorize-security-group-${batch.direction}`,
      `--group-id ${word(groupId)}`,
      `--ip-permissions ${json(batch.rules.map(permissionOf))}`,
      ...(Tags.length === 0 ? [] : [`--tag-specifications ${json(tags)}`]),
    );
  });
}

/** The groups of an interface, all at once, for EC2 only knows the whole set. */
export function setGroupsBack(
  { interfaceId }: { readonly interfaceId: string },
  { inventory, aws }: ApiCommands,
): string[] {
  const before = inventory.interfaces.find(({ id }) => id === interfaceId)?.groupIds ?? [];
  const words = [`--network-interface-id ${word(interfaceId)}`, '--groups', ...before.map(word)];
  return before.length === 0 ? [] : [aws('ec2 modify-network-interface-attribute', ...words)];
}

/** A group of the run's own; EC2 refuses while anything refers to it. */
export function deleteMade({ name }: MakeGroup, commands: ApiCommands): string[] {
  const { aws } = commands;
  return [aws('ec2 delete-security-group', `--group-id ${madeGroup(name, commands)}`)];
}

/** The subnet gets the network ACL that it had, and the run's own goes. */
export function associateBack(
  { subnetId, originalId }: Pick<SwapAcl, 'subnetId' | 'originalId'>,
  { runId, aws }: ApiCommands,
): string[] {
  const associations = 'NetworkAcls[].Associations[]';
  const association = aws(
    'ec2 describe-network-acls',
    `--filters ${word(`Name=association.subnet-id,Values=${subnetId}`)}`,
    `--query ${word(`${associations} | [?SubnetId==\`"${subnetId}"\`].NetworkAclAssociationId`)}`,
    '--output text',
  );
  const made = aws(
    'ec2 describe-network-acls',
    `--filters ${word(`Name=tag:${runTag},Values=${runId}`)}`,
    word(`Name=tag:${aclTags.subnet},Values=${subnetId}`),
    `--query ${word('NetworkAcls[].NetworkAclId')}`,
    '--output text',
  );
  return [
    aws(
      'ec2 replace-network-acl-association',
      `--association-id $(${association})`,
      `--network-acl-id ${word(originalId)}`,
    ),
    aws('ec2 delete-network-acl', `--network-acl-id $(${made})`),
  ];
}

/** A real id as it is; a group of the run's own is asked for. */
function idOf(groupId: string, commands: ApiCommands): string {
  const name = temporaryName(groupId);
  return name === undefined ? word(groupId) : madeGroup(name, commands);
}

function madeGroup(name: string, { runId, aws }: ApiCommands): string {
  const ask = aws(
    'ec2 describe-security-groups',
    `--filters ${word(`Name=group-name,Values=${name}`)}`,
    word(`Name=tag:${runTag},Values=${runId}`),
    `--query ${word('SecurityGroups[].GroupId')}`,
    '--output text',
  );
  return `$(${ask})`;
}
