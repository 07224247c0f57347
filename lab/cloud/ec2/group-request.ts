import * as z from 'zod';
import { differentNetworks, Ec2Error, invalidValue, notFound } from './ec2-error.ts';
import type { Group, Permission } from './model.ts';
import { identity, IpPermission } from './permission.ts';
import type { Ec2State } from './state.ts';

/** What the requests that authorise and revoke rules have in common. */
export const GroupRequest = z.strictObject({
  GroupId: z.string().optional(),
  GroupName: z.string().optional(),
  IpPermissions: z.array(IpPermission).default([]),
  IpProtocol: z.string().optional(),
  FromPort: z.int().optional(),
  ToPort: z.int().optional(),
  CidrIp: z.string().optional(),
  DryRun: z.boolean().optional(),
});
/** One parsed {@link GroupRequest}. */
export type GroupRequest = z.infer<typeof GroupRequest>;

/** The group a request names by id, or by name in the default VPC. */
export function requestedGroup(
  state: Ec2State,
  request: Pick<GroupRequest, 'GroupId' | 'GroupName'>,
): Group {
  const { GroupId, GroupName } = request;
  if (GroupId !== undefined) return existingGroup(state, GroupId);
  if (GroupName === undefined) {
    throw new Ec2Error(
      'MissingParameter',
      'The request must contain the parameter groupName or groupId',
    );
  }
  const isDefault = (group: Group) => state.vpcs.get(group.vpcId)?.isDefault === true;
  const named = [...state.groups.values()].find((g) => g.name === GroupName && isDefault(g));
  if (named === undefined) {
    throw new Ec2Error(
      'InvalidGroup.NotFound',
      `The security group '${GroupName}' does not exist in the default VPC`,
    );
  }
  return named;
}

/** The group with this id. */
export function existingGroup(state: Ec2State, id: string): Group {
  const group = state.groups.get(id);
  if (group !== undefined) return group;
  if (id.startsWith('sg-')) throw notFound.group(id);
  throw new Ec2Error('InvalidGroupId.Malformed', `Invalid id: "${id}" (expecting "sg-...")`);
}

/** The permissions of a request, its single top-level one (ingress only) among them. */
export function requestedPermissions(request: GroupRequest, egress: boolean): IpPermission[] {
  const { IpPermissions, IpProtocol, FromPort, ToPort, CidrIp } = request;
  if (CidrIp === undefined && IpProtocol === undefined) {
    if (IpPermissions.length > 0) return IpPermissions;
    throw new Ec2Error('MissingParameter', 'The request must contain the parameter ipPermissions');
  }
  if (egress || IpPermissions.length > 0) {
    throw new Ec2Error(
      'InvalidParameterCombination',
      'The parameter ipPermissions may not be combined with a single permission',
    );
  }
  const IpRanges = CidrIp === undefined ? [] : [{ CidrIp }];
  return [IpPermission.parse({ IpProtocol, FromPort, ToPort, IpRanges })];
}

/** Refuse one call that names the same permission twice. Source: terraform-provider-aws#29492. */
export function refuseRepeats(permissions: readonly Permission[]): void {
  if (new Set(permissions.map(identity)).size === permissions.length) return;
  throw invalidValue('The same permission must not appear multiple times');
}

/** Refuse rules that refer to a group of another VPC; the lab has no peering. */
export function refuseForeignGroups(
  state: Ec2State,
  group: Group,
  permissions: readonly Permission[],
): void {
  for (const { peer } of permissions) {
    if (peer.kind !== 'group') continue;
    if (state.groups.get(peer.groupId)?.vpcId !== group.vpcId) throw differentNetworks();
  }
}
