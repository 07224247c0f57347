import * as z from 'zod';
import { Ec2Error, inUse, invalidValue, notFound } from './ec2-error.ts';
import { requestedGroup } from './group-request.ts';
import type { Group, Rule, Vpc } from './model.ts';
import type { Ec2State } from './state.ts';
import { TagSpecifications, tagsAtBirth } from './tags.ts';
import { arn } from './views.ts';
import { tagPairs } from './model.ts';

const CreateRequest = z.strictObject({
  GroupName: z.string(),
  Description: z.string(),
  VpcId: z.string().optional(),
  TagSpecifications,
  DryRun: z.boolean().optional(),
});

/**
 * `CreateSecurityGroup`: a group that lets nothing in and everything out, over IPv6 too where its
 * VPC has it.
 *
 * Source: the API reference for names, unique in a VPC whatever their case; EC2 error codes; VPC
 * User Guide, "Default security group rules" of a group that you create.
 */
export function createSecurityGroup(state: Ec2State, input: unknown) {
  const request = CreateRequest.parse(input);
  const vpc = requestedVpc(state, request.VpcId);
  refuseBadText('GroupName', request.GroupName);
  refuseBadText('GroupDescription', request.Description);
  refuseTakenName(state, request.GroupName, vpc);
  const group: Group = {
    id: state.nextId('sg', state.groups),
    name: request.GroupName,
    description: request.Description,
    vpcId: vpc.id,
    tags: tagsAtBirth(request.TagSpecifications, 'security-group'),
  };
  addGroup(state, group, vpc);
  return {
    GroupId: group.id,
    Tags: tagPairs(group.tags),
    SecurityGroupArn: arn(state, 'security-group', group.id),
  };
}

function requestedVpc(state: Ec2State, id: string | undefined): Vpc {
  const found =
    id === undefined
      ? [...state.vpcs.values()].find(({ isDefault }) => isDefault)
      : state.vpcs.get(id);
  if (found !== undefined) return found;
  if (id !== undefined) throw notFound.vpc(id);
  throw new Ec2Error('VPCIdNotSpecified', 'No default VPC for this user');
}

function refuseBadText(parameter: string, text: string): void {
  const isValid = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/.test(text);
  if (isValid && !(parameter === 'GroupName' && text.startsWith('sg-'))) return;
  throw invalidValue(`Value (${text}) for parameter ${parameter} is invalid.`);
}

function refuseTakenName(state: Ec2State, name: string, vpc: Vpc): void {
  const same = (group: Group) => group.name.toLowerCase() === name.toLowerCase();
  if (name.toLowerCase() === 'default') {
    throw new Ec2Error('InvalidGroup.Reserved', `The security group '${name}' is reserved`);
  }
  if (![...state.groups.values()].some((group) => group.vpcId === vpc.id && same(group))) return;
  throw new Ec2Error(
    'InvalidGroup.Duplicate',
    `The security group '${name}' already exists for VPC '${vpc.id}'`,
  );
}

/** Put a new group into the state, with the rules that let everything out. */
export function addGroup(state: Ec2State, group: Group, vpc: Vpc): void {
  state.groups.set(group.id, group);
  const everywhere = [
    { kind: 'cidr4', cidr: '0.0.0.0/0' } as const,
    ...(vpc.cidr6 === undefined ? [] : [{ kind: 'cidr6', cidr: '::/0' } as const]),
  ];
  for (const peer of everywhere) {
    const id = state.nextRuleId();
    const all = { protocol: '-1', fromPort: -1, toPort: -1, peer };
    state.rules.set(id, { id, groupId: group.id, egress: true, ...all, tags: {} });
  }
}

const DeleteRequest = z.strictObject({
  GroupId: z.string().optional(),
  GroupName: z.string().optional(),
  DryRun: z.boolean().optional(),
});

/**
 * `DeleteSecurityGroup`: take a group away with its rules, unless an interface carries it or a rule
 * of another group refers to it: `DependencyViolation`. The default group stays.
 *
 * Source: the API reference; EC2 error codes for `CannotDelete`.
 */
export function deleteSecurityGroup(state: Ec2State, input: unknown) {
  const group = requestedGroup(state, DeleteRequest.parse(input));
  if (group.name === 'default') {
    throw new Ec2Error(
      'CannotDelete',
      `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
    );
  }
  const rules = [...state.rules.values()];
  const refersTo = ({ groupId, peer }: Rule) =>
    groupId !== group.id && peer.kind === 'group' && peer.groupId === group.id;
  if (state.members(group.id).length > 0 || rules.some(refersTo)) throw inUse('group', group.id);
  for (const { id, groupId } of rules) if (groupId === group.id) state.rules.delete(id);
  state.groups.delete(group.id);
  return { Return: true, GroupId: group.id };
}
