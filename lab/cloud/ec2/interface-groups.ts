import * as z from 'zod';
import { differentNetworks, Ec2Error, invalidValue, notFound } from './ec2-error.ts';
import { existingGroup } from './group-request.ts';
import type { Interface } from './model.ts';
import type { Ec2State } from './state.ts';

const GroupIds = z.array(z.string()).optional();

const InterfaceRequest = z.looseObject({
  NetworkInterfaceId: z.string(),
  Groups: GroupIds,
  DryRun: z.boolean().optional(),
});

/**
 * `ModifyNetworkInterfaceAttribute`: replace the whole set of groups on an interface. Other
 * attributes exist on EC2 but not here.
 *
 * Source: the API reference ("replaces the current set", "at least one group", "only one attribute
 * at a time"). Not documented: the codes for no and for several attributes.
 */
export function modifyNetworkInterfaceAttribute(state: Ec2State, input: unknown): object {
  const { NetworkInterfaceId, Groups, DryRun: _, ...others } = InterfaceRequest.parse(input);
  const one = existingInterface(state, NetworkInterfaceId);
  replaceGroups(state, one, onlyGroups(Groups, others));
  return {};
}

const InstanceRequest = z.looseObject({
  InstanceId: z.string(),
  Groups: GroupIds,
  DryRun: z.boolean().optional(),
});

/**
 * `ModifyInstanceAttribute`: replace the groups of an instance's only interface.
 *
 * Source: the API reference, `Groups` ("replaces the current set"). With several interfaces EC2
 * refuses; the code for that is not documented.
 */
export function modifyInstanceAttribute(state: Ec2State, input: unknown): object {
  const { InstanceId, Groups, DryRun: _, ...others } = InstanceRequest.parse(input);
  if (!state.instances.has(InstanceId)) throw notFound.instance(InstanceId);
  const attached = [...state.interfaces.values()].filter(
    ({ instanceId }) => instanceId === InstanceId,
  );
  const [primary] = attached;
  if (primary === undefined || attached.length > 1) {
    throw new Ec2Error(
      'InvalidInstanceID',
      `There must be one interface attached to instance '${InstanceId}'. Please specify a network interface ID instead`,
    );
  }
  replaceGroups(state, primary, onlyGroups(Groups, others));
  return {};
}

function onlyGroups(groups: readonly string[] | undefined, others: object): readonly string[] {
  const [other] = Object.keys(others);
  const given = (groups === undefined ? 0 : 1) + Object.keys(others).length;
  if (given > 1) {
    throw new Ec2Error(
      'InvalidParameterCombination',
      'Fields for multiple attribute types specified',
    );
  }
  if (groups !== undefined) return groups;
  throw other === undefined
    ? new Ec2Error('InvalidParameterCombination', 'No attributes specified.')
    : new Ec2Error('UnsupportedOperation', `The lab does not change the attribute ${other}`);
}

function replaceGroups(state: Ec2State, one: Interface, groups: readonly string[]): void {
  const groupIds = attachableGroups(state, groups, one.vpcId);
  state.interfaces.set(one.id, { ...one, groupIds });
}

/**
 * The groups that an interface in `vpcId` is to carry, each once; throws as EC2 does for one that
 * is not there or lies in another VPC, and for more than the quota (5 by default).
 *
 * Source: EC2 error codes; Amazon VPC quotas.
 */
export function attachableGroups(
  state: Ec2State,
  groups: readonly string[],
  vpcId: string,
): string[] {
  const ids = [...new Set(groups)];
  if (ids.length === 0) throw invalidValue('You must specify at least one security group');
  for (const id of ids) {
    if (existingGroup(state, id).vpcId !== vpcId) throw differentNetworks();
  }
  if (ids.length > state.quotas.groupsPerInterface) {
    throw new Ec2Error(
      'SecurityGroupsPerInterfaceLimitExceeded',
      'The maximum number of security groups per interface has been reached.',
    );
  }
  return ids;
}

/** The interface with this id. */
export function existingInterface(state: Ec2State, id: string): Interface {
  const one = state.interfaces.get(id);
  if (one === undefined) throw notFound.networkInterface(id);
  return one;
}
