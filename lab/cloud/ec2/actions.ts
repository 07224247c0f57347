import {
  AuthorizeSecurityGroupEgress$,
  AuthorizeSecurityGroupIngress$,
  CreateManagedPrefixList$,
  CreateNetworkAcl$,
  CreateNetworkAclEntry$,
  CreateNetworkInterface$,
  CreateSecurityGroup$,
  CreateSubnet$,
  CreateTags$,
  CreateVpc$,
  DeleteManagedPrefixList$,
  DeleteNetworkAcl$,
  DeleteNetworkAclEntry$,
  DeleteNetworkInterface$,
  DeleteSecurityGroup$,
  DeleteSubnet$,
  DeleteTags$,
  DeleteVpc$,
  DescribeInstances$,
  DescribeManagedPrefixLists$,
  DescribeNetworkAcls$,
  DescribeNetworkInterfaces$,
  DescribeSecurityGroupRules$,
  DescribeSecurityGroups$,
  DescribeSubnets$,
  DescribeVpcs$,
  GetManagedPrefixListEntries$,
  ModifyInstanceAttribute$,
  ModifyNetworkInterfaceAttribute$,
  ModifySecurityGroupRules$,
  ReplaceNetworkAclAssociation$,
  ReplaceNetworkAclEntry$,
  RevokeSecurityGroupEgress$,
  RevokeSecurityGroupIngress$,
} from '@aws-sdk/client-ec2';
import {
  createNetworkAclEntry,
  deleteNetworkAclEntry,
  replaceNetworkAclEntry,
} from './acl-entries.ts';
import { describeNetworkAcls } from './acl-views.ts';
import { createNetworkAcl, deleteNetworkAcl, replaceNetworkAclAssociation } from './acls.ts';
import { authorize } from './authorize.ts';
import {
  describeInstances,
  describeNetworkInterfaces,
  describeSecurityGroupRules,
  describeSecurityGroups,
  describeSubnets,
} from './describe.ts';
import { createSecurityGroup, deleteSecurityGroup } from './groups.ts';
import { modifyInstanceAttribute, modifyNetworkInterfaceAttribute } from './interface-groups.ts';
import { createNetworkInterface, deleteNetworkInterface } from './interfaces.ts';
import { modify } from './modify.ts';
import {
  createManagedPrefixList,
  deleteManagedPrefixList,
  describeManagedPrefixLists,
  getManagedPrefixListEntries,
} from './prefix-lists.ts';
import { revoke } from './revoke.ts';
import type { Ec2State } from './state.ts';
import { createTags, deleteTags } from './tags.ts';
import { createSubnet, createVpc, deleteSubnet, deleteVpc, describeVpcs } from './vpcs.ts';
import type { Operation } from './wire.ts';

/** One action of the API: its schema, whether it changes anything, and what it does to the state. */
export interface Action {
  readonly operation: Operation;
  readonly changes: boolean;
  readonly answer: (state: Ec2State, input: unknown) => object;
}

const reading = (operation: Operation, answer: Action['answer']): Action => {
  return { operation, changes: false, answer };
};
const changing = (operation: Operation, answer: Action['answer']): Action => {
  return { operation, changes: true, answer };
};

/** Every action that the endpoint serves; any other is answered `InvalidAction`. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  DescribeInstances: reading(DescribeInstances$, describeInstances),
  DescribeNetworkInterfaces: reading(DescribeNetworkInterfaces$, describeNetworkInterfaces),
  DescribeSecurityGroups: reading(DescribeSecurityGroups$, describeSecurityGroups),
  DescribeSecurityGroupRules: reading(DescribeSecurityGroupRules$, describeSecurityGroupRules),
  DescribeSubnets: reading(DescribeSubnets$, describeSubnets),
  DescribeVpcs: reading(DescribeVpcs$, describeVpcs),
  DescribeNetworkAcls: reading(DescribeNetworkAcls$, describeNetworkAcls),
  DescribeManagedPrefixLists: reading(DescribeManagedPrefixLists$, describeManagedPrefixLists),
  GetManagedPrefixListEntries: reading(GetManagedPrefixListEntries$, getManagedPrefixListEntries),
  AuthorizeSecurityGroupIngress: changing(AuthorizeSecurityGroupIngress$, (state, input) =>
    authorize(state, false, input),
  ),
  AuthorizeSecurityGroupEgress: changing(AuthorizeSecurityGroupEgress$, (state, input) =>
    authorize(state, true, input),
  ),
  RevokeSecurityGroupIngress: changing(RevokeSecurityGroupIngress$, (state, input) =>
    revoke(state, false, input),
  ),
  RevokeSecurityGroupEgress: changing(RevokeSecurityGroupEgress$, (state, input) =>
    revoke(state, true, input),
  ),
  ModifySecurityGroupRules: changing(ModifySecurityGroupRules$, modify),
  CreateSecurityGroup: changing(CreateSecurityGroup$, createSecurityGroup),
  DeleteSecurityGroup: changing(DeleteSecurityGroup$, deleteSecurityGroup),
  ModifyNetworkInterfaceAttribute: changing(
    ModifyNetworkInterfaceAttribute$,
    modifyNetworkInterfaceAttribute,
  ),
  ModifyInstanceAttribute: changing(ModifyInstanceAttribute$, modifyInstanceAttribute),
  CreateNetworkAcl: changing(CreateNetworkAcl$, createNetworkAcl),
  DeleteNetworkAcl: changing(DeleteNetworkAcl$, deleteNetworkAcl),
  CreateNetworkAclEntry: changing(CreateNetworkAclEntry$, createNetworkAclEntry),
  ReplaceNetworkAclEntry: changing(ReplaceNetworkAclEntry$, replaceNetworkAclEntry),
  DeleteNetworkAclEntry: changing(DeleteNetworkAclEntry$, deleteNetworkAclEntry),
  ReplaceNetworkAclAssociation: changing(
    ReplaceNetworkAclAssociation$,
    replaceNetworkAclAssociation,
  ),
  CreateManagedPrefixList: changing(CreateManagedPrefixList$, createManagedPrefixList),
  DeleteManagedPrefixList: changing(DeleteManagedPrefixList$, deleteManagedPrefixList),
  CreateVpc: changing(CreateVpc$, createVpc),
  DeleteVpc: changing(DeleteVpc$, deleteVpc),
  CreateSubnet: changing(CreateSubnet$, createSubnet),
  DeleteSubnet: changing(DeleteSubnet$, deleteSubnet),
  CreateNetworkInterface: changing(CreateNetworkInterface$, createNetworkInterface),
  DeleteNetworkInterface: changing(DeleteNetworkInterface$, deleteNetworkInterface),
  CreateTags: changing(CreateTags$, createTags),
  DeleteTags: changing(DeleteTags$, deleteTags),
};
