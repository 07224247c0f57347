import {
  GroupRequest,
  refuseForeignGroups,
  refuseRepeats,
  requestedGroup,
  requestedPermissions,
} from './group-request.ts';
import type { Rule } from './model.ts';
import { duplicate, identity, wantedPermissions } from './permission.ts';
import { refuseOverQuota } from './quota.ts';
import type { Ec2State } from './state.ts';
import { TagSpecifications, tagsAtBirth } from './tags.ts';
import { ruleView } from './views.ts';

const AuthorizeRequest = GroupRequest.extend({
  TagSpecifications,
});

/**
 * `AuthorizeSecurityGroupIngress` and `…Egress`: add rules, all of them or none.
 *
 * Sources: the API reference (canonical CIDRs, duplicates, tags for every rule of the call);
 * hashicorp/terraform-provider-aws#29492 for the same permission twice in one call. That a
 * duplicate rejects the whole call is not documented; the stricter reading is kept here.
 */
export function authorize(state: Ec2State, egress: boolean, input: unknown) {
  const request = AuthorizeRequest.parse(input);
  const group = requestedGroup(state, request);
  const permissions = wantedPermissions(requestedPermissions(request, egress), state);
  refuseForeignGroups(state, group, permissions);
  refuseRepeats(permissions);
  const present = state.rulesOf(group.id, egress);
  const known = new Set(present.map(identity));
  const repeated = permissions.find((permission) => known.has(identity(permission)));
  if (repeated !== undefined) throw duplicate(repeated);
  refuseOverQuota([...present, ...permissions], state);
  const tags = tagsAtBirth(request.TagSpecifications, 'security-group-rule');
  const added = permissions.map((permission): Rule => {
    return { id: state.nextRuleId(), groupId: group.id, egress, ...permission, tags };
  });
  for (const rule of added) state.rules.set(rule.id, rule);
  return { Return: true, SecurityGroupRules: added.map((rule) => ruleView(state, rule)) };
}
