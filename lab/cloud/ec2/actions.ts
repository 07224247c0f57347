import {
  AuthorizeSecurityGroupEgress$,
  AuthorizeSecurityGroupIngress$,
  CreateTags$,
  DeleteTags$,
  DescribeInstances$,
  DescribeNetworkInterfaces$,
  DescribeSecurityGroupRules$,
  DescribeSecurityGroups$,
  DescribeSubnets$,
  ModifySecurityGroupRules$,
  RevokeSecurityGroupEgress$,
  RevokeSecurityGroupIngress$,
} from '@aws-sdk/client-ec2';
import { authorize } from './authorize.ts';
import {
  describeInstances,
  describeNetworkInterfaces,
  describeSecurityGroupRules,
  describeSecurityGroups,
  describeSubnets,
} from './describe.ts';
import { modify } from './modify.ts';
import { revoke } from './revoke.ts';
import type { Ec2State } from './state.ts';
import { createTags, deleteTags } from './tags.ts';
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
  CreateTags: changing(CreateTags$, createTags),
  DeleteTags: changing(DeleteTags$, deleteTags),
};
