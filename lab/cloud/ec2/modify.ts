import * as z from 'zod';
import { Ec2Error, invalidValue, notFound } from './ec2-error.ts';
import { existingGroup, refuseForeignGroups, refuseRepeats } from './group-request.ts';
import type { Group, Peer, Rule } from './model.ts';
import {
  canonicalPorts,
  cidrPeer,
  duplicate,
  groupPeer,
  identity,
  prefixListPeer,
  wanted,
} from './permission.ts';
import { refuseOverQuota } from './quota.ts';
import type { Ec2State } from './state.ts';

const ModifyRequest = z.strictObject({
  GroupId: z.string(),
  SecurityGroupRules: z
    .array(
      z.strictObject({
        SecurityGroupRuleId: z.string(),
        SecurityGroupRule: z.strictObject({
          IpProtocol: z.string().optional(),
          FromPort: z.int().optional(),
          ToPort: z.int().optional(),
          CidrIpv4: z.string().optional(),
          CidrIpv6: z.string().optional(),
          PrefixListId: z.string().optional(),
          ReferencedGroupId: z.string().optional(),
          Description: z.string().optional(),
        }),
      }),
    )
    .min(1),
  DryRun: z.boolean().optional(),
});
type RuleUpdate = z.infer<typeof ModifyRequest>['SecurityGroupRules'][number];

/**
 * `ModifySecurityGroupRules`: rewrite rules under their ids, all of them or none. Tags stay; the
 * kind of peer may not change; a description left out is cleared.
 *
 * Source: the API reference for the list and the kinds. Not documented, and the stricter reading
 * taken: atomicity, the cleared description, and that a rule may not pass through the shape of
 * another that the group has.
 */
export function modify(state: Ec2State, input: unknown) {
  const { GroupId, SecurityGroupRules } = ModifyRequest.parse(input);
  const group = existingGroup(state, GroupId);
  const updated = SecurityGroupRules.map((update) => updatedRule(state, group, update));
  refuseForeignGroups(state, group, updated);
  if (new Set(updated.map(({ id }) => id)).size < updated.length) {
    throw invalidValue('The same security group rule must not appear multiple times');
  }
  for (const egress of [false, true]) {
    refuseCollisions(
      state,
      group,
      updated.filter((rule) => rule.egress === egress),
    );
  }
  for (const rule of updated) state.rules.set(rule.id, rule);
  return { Return: true };
}

function updatedRule(state: Ec2State, group: Group, update: RuleUpdate): Rule {
  const rule = state.rules.get(update.SecurityGroupRuleId);
  if (rule === undefined || rule.groupId !== group.id) {
    throw notFound.rule(update.SecurityGroupRuleId);
  }
  const request = update.SecurityGroupRule;
  const peer = requestedPeer(state, request);
  if (peer.kind !== rule.peer.kind) {
    throw invalidValue(`The type of security group rule '${rule.id}' may not be changed`);
  }
  const { id, groupId, egress, tags } = rule;
  const permission = wanted(canonicalPorts(request), peer, request.Description);
  return { id, groupId, egress, tags, ...permission };
}

function requestedPeer(state: Ec2State, request: RuleUpdate['SecurityGroupRule']): Peer {
  const { CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId } = request;
  const peers = [
    ...(CidrIpv4 === undefined ? [] : [cidrPeer(CidrIpv4, 4)]),
    ...(CidrIpv6 === undefined ? [] : [cidrPeer(CidrIpv6, 6)]),
    ...(PrefixListId === undefined ? [] : [prefixListPeer(PrefixListId, state)]),
    ...(ReferencedGroupId === undefined ? [] : [groupPeer(ReferencedGroupId, state)]),
  ];
  const [peer] = peers;
  if (peer !== undefined && peers.length === 1) return peer;
  throw new Ec2Error(
    'InvalidParameterCombination',
    'You must specify exactly one of cidrIpv4, cidrIpv6, prefixListId and referencedGroupId',
  );
}

function refuseCollisions(state: Ec2State, group: Group, updated: readonly Rule[]): void {
  const [first] = updated;
  if (first === undefined) return;
  refuseRepeats(updated);
  const present = state.rulesOf(group.id, first.egress);
  for (const rule of updated) {
    const same = present.find((one) => identity(one) === identity(rule));
    if (same !== undefined && same.id !== rule.id) throw duplicate(rule);
  }
  const ids = new Set(updated.map(({ id }) => id));
  refuseOverQuota([...present.filter(({ id }) => !ids.has(id)), ...updated], state);
}
