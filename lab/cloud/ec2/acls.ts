import * as z from 'zod';
import { inUse, invalidValue, notFound } from './ec2-error.ts';
import { networkAclView } from './acl-views.ts';
import type { NetworkAcl } from './model.ts';
import type { Ec2State } from './state.ts';
import { TagSpecifications, tagsAtBirth } from './tags.ts';

const CreateRequest = z.strictObject({
  VpcId: z.string(),
  ClientToken: z.string().optional(),
  TagSpecifications,
  DryRun: z.boolean().optional(),
});

/**
 * `CreateNetworkAcl`: an ACL without entries, which denies everything by its final deny; the same
 * again for the same token.
 *
 * Source: the API reference; VPC User Guide, "Custom network ACL".
 */
export function createNetworkAcl(state: Ec2State, input: unknown) {
  const request = CreateRequest.parse(input);
  if (!state.vpcs.has(request.VpcId)) throw notFound.vpc(request.VpcId);
  const tags = tagsAtBirth(request.TagSpecifications, 'network-acl');
  const acl = state.once<NetworkAcl>('acl', state.networkAcls, {
    token: request.ClientToken,
    make: (id) => ({ id, vpcId: request.VpcId, isDefault: false, entries: [], tags }),
  });
  return { NetworkAcl: networkAclView(state, acl), ClientToken: request.ClientToken };
}

const DeleteRequest = z.strictObject({
  NetworkAclId: z.string(),
  DryRun: z.boolean().optional(),
});

/**
 * `DeleteNetworkAcl`: not the default one, and none that a subnet has.
 *
 * Source: the API reference; EC2 error codes for `DependencyViolation`. The code for the default
 * ACL is not documented.
 */
export function deleteNetworkAcl(state: Ec2State, input: unknown): object {
  const acl = existingAcl(state, DeleteRequest.parse(input).NetworkAclId);
  if (acl.isDefault) throw invalidValue(`cannot delete default network ACL ${acl.id}`);
  if (state.subnetsOf(acl.id).length > 0) throw inUse('networkAcl', acl.id);
  state.networkAcls.delete(acl.id);
  return {};
}

const ReplaceRequest = z.strictObject({
  AssociationId: z.string(),
  NetworkAclId: z.string(),
  DryRun: z.boolean().optional(),
});

/**
 * `ReplaceNetworkAclAssociation`: give the subnet behind the current association another ACL, by a
 * new association; the old id names nothing any more.
 *
 * Source: the API reference. That a subnet and an ACL of two VPCs are refused is not said there.
 */
export function replaceNetworkAclAssociation(state: Ec2State, input: unknown) {
  const { AssociationId, NetworkAclId } = ReplaceRequest.parse(input);
  const subnets = [...state.subnets.values()];
  const subnet = subnets.find(({ id }) => state.associationId(id) === AssociationId);
  if (subnet === undefined) throw notFound.association(AssociationId);
  const acl = existingAcl(state, NetworkAclId);
  if (acl.vpcId !== subnet.vpcId) {
    throw invalidValue(`${acl.id} and ${subnet.id} belong to different networks.`);
  }
  state.associate(subnet, acl.id);
  return { NewAssociationId: state.associationId(subnet.id) };
}

/** The network ACL with this id. */
export function existingAcl(state: Ec2State, id: string): NetworkAcl {
  const acl = state.networkAcls.get(id);
  if (acl === undefined) throw notFound.networkAcl(id);
  return acl;
}
