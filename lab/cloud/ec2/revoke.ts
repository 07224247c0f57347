import * as z from 'zod';
import { Ec2Error, notFound } from './ec2-error.ts';
import { GroupRequest, requestedGroup, requestedPermissions } from './group-request.ts';
import type { Group, Rule } from './model.ts';
import { identity, wantedPermissions } from './permission.ts';
import type { IpPermission, Wanted } from './permission.ts';
import type { Ec2State } from './state.ts';
import { ipPermissions, revokedRuleView } from './views.ts';

const RevokeRequest = GroupRequest.extend({
  SecurityGroupRuleIds: z.array(z.string()).default([]),
});

/**
 * `RevokeSecurityGroupIngress` and `…Egress`: take rules away by id or by their properties, the
 * description left out. A rule that is not there: by id an error for the whole call; by properties
 * an error outside the default VPC, nothing revoked, and within it no error, the unknown listed.
 *
 * Sources: the API reference; ministackorg/ministack#1346 for unknown ids. The egress page states
 * only the default-VPC half; the other is taken to be as for ingress.
 */
export function revoke(state: Ec2State, egress: boolean, input: unknown) {
  const request = RevokeRequest.parse(input);
  const group = requestedGroup(state, request);
  if (request.SecurityGroupRuleIds.length > 0) {
    return remove(
      state,
      rulesById(state, { group, egress, ids: request.SecurityGroupRuleIds }),
      [],
    );
  }
  const { found, unknown } = rulesByProperties(state, group, { request, egress });
  if (unknown.length > 0 && state.vpcs.get(group.vpcId)?.isDefault !== true) {
    throw new Ec2Error(
      'InvalidPermission.NotFound',
      'The specified rule does not exist in this security group.',
    );
  }
  return remove(state, found, unknown);
}

function remove(state: Ec2State, rules: readonly Rule[], unknown: readonly Wanted[]) {
  for (const { id } of rules) state.rules.delete(id);
  return {
    Return: true,
    UnknownIpPermissions: ipPermissions(unknown, state.account),
    RevokedSecurityGroupRules: rules.map(revokedRuleView),
  };
}

interface RulesById {
  readonly group: Group;
  readonly egress: boolean;
  readonly ids: readonly string[];
}

function rulesById(state: Ec2State, { group, egress, ids }: RulesById): Rule[] {
  return ids.map((id) => {
    const rule = state.rules.get(id);
    if (rule === undefined || rule.groupId !== group.id || rule.egress !== egress) {
      throw notFound.rule(id);
    }
    return rule;
  });
}

interface RulesByProperties {
  readonly request: GroupRequest;
  readonly egress: boolean;
}

function rulesByProperties(state: Ec2State, group: Group, { request, egress }: RulesByProperties) {
  const present = new Map(state.rulesOf(group.id, egress).map((rule) => [identity(rule), rule]));
  const found = new Set<Rule>();
  const unknown: Wanted[] = [];
  for (const permission of requestedPermissions(request, egress)) {
    for (const one of wantedPermissions([permission], state)) {
      const rule = sendsPortsInVain(permission) ? undefined : present.get(identity(one));
      if (rule === undefined) unknown.push(one);
      else found.add(rule);
    }
  }
  return { found: [...found], unknown };
}

/** Ports sent with protocol -1 match no rule on a revoke. Source: hashicorp/terraform#2837. */
function sendsPortsInVain({ IpProtocol, FromPort = -1, ToPort = -1 }: IpPermission): boolean {
  return IpProtocol === '-1' && (FromPort !== -1 || ToPort !== -1);
}
