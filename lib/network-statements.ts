import { Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { aclTags, clusterTag, expiresTag, runTag } from '../core/inventory.ts';

/**
 * What may be changed in the network, and on which condition. Which resources IAM asks for at each action,
 * and by which keys they can be told, is from the service authorization reference, "Actions, resources,
 * and condition keys for Amazon EC2".
 *
 * What IAM cannot tell, the plan and restore must keep to themselves:
 * - Revoking and authorising are asked of the group alone, so any rule of an opted-in group may be revoked;
 *   rules are asked for only when they are modified, or get tags. Other people's rules bear no tag of ours.
 * - Modifying rules knows no direction. Rules out are added and removed only on groups that a run made,
 *   yet one of an opted-in group could be modified.
 * - A subnet's way back is an ACL that bears no tag of ours, so any ACL may be given to an opted-in subnet;
 *   only a run's own may be filled or deleted.
 * - An interface keeps groups of others beside ours, and all are asked for when its set is replaced, so any
 *   group may be put on an opted-in interface.
 */
export interface NetworkReach {
  /** The ARN of every thing of a kind, as of `subnet`. */
  readonly every: (kind: string) => string;
  /** The ARN of every prefix list, AWS's own included. */
  readonly prefixLists: string;
  /** Values of the cluster's tag; undefined: any but the empty one. */
  readonly clusters: readonly string[] | undefined;
}

/** Changes that a plan may need: rules, groups of its own, which groups an interface has, and ACLs. */
export function applyStatements(reach: NetworkReach): iam.PolicyStatement[] {
  const { every } = reach;
  const rules = ['ec2:AuthorizeSecurityGroupEgress', 'ec2:AuthorizeSecurityGroupIngress'];
  return [
    ...changedRules(reach),
    ownGroups(reach, rulesOut),
    ownAcls(reach, ['ec2:CreateNetworkAclEntry', 'ec2:DeleteNetworkAcl']),
    ...swapped(reach),
    ...made(reach, 'ec2:CreateSecurityGroup', 'security-group'),
    ...made(reach, 'ec2:CreateNetworkAcl', 'network-acl'),
    new iam.PolicyStatement({
      actions: rules,
      resources: [every('security-group-rule')],
      conditions: { StringLike: { [`aws:RequestTag/${runTag}`]: '?*' } },
    }),
    taggingAt(rules.map(nameOf), [every('security-group-rule')], [runTag, expiresTag]),
    taggingAt(
      ['CreateNetworkAcl', 'CreateSecurityGroup'],
      [every('network-acl'), every('security-group')],
      [runTag, expiresTag, clusterTag, aclTags.subnet, aclTags.original],
    ),
  ];
}

/** The same backwards; nothing can be made but rules, which are authorised again with the tags they had. */
export function undoStatements(reach: NetworkReach): iam.PolicyStatement[] {
  const rules = [reach.every('security-group-rule')];
  return [
    ...changedRules(reach),
    ownGroups(reach, ['ec2:DeleteSecurityGroup', 'ec2:RevokeSecurityGroupEgress']),
    ownAcls(reach, ['ec2:DeleteNetworkAcl']),
    ...swapped(reach),
    new iam.PolicyStatement({
      actions: ['ec2:AuthorizeSecurityGroupIngress'],
      resources: rules,
    }),
    // Any key: the tags that a revoked rule had are its owner's, and nobody knows them before.
    taggingAt(['AuthorizeSecurityGroupIngress'], rules),
  ];
}

const rulesOut = ['ec2:AuthorizeSecurityGroupEgress', 'ec2:RevokeSecurityGroupEgress'];

/** Rules in of opted-in groups, which a run's own are, too. */
function changedRules(reach: NetworkReach): iam.PolicyStatement[] {
  const { every, prefixLists, clusters } = reach;
  return [
    new iam.PolicyStatement({
      actions: [
        'ec2:AuthorizeSecurityGroupIngress',
        'ec2:ModifySecurityGroupRules',
        'ec2:RevokeSecurityGroupIngress',
      ],
      resources: [every('security-group')],
      conditions: tagged('aws:ResourceTag', clusters),
    }),
    new iam.PolicyStatement({
      actions: ['ec2:ModifySecurityGroupRules'],
      resources: [every('security-group-rule'), prefixLists],
    }),
  ];
}

/** Which groups an opted-in interface has, and which ACL an opted-in subnet. */
function swapped({ every, clusters }: NetworkReach): iam.PolicyStatement[] {
  const optedIn = tagged('aws:ResourceTag', clusters);
  return [
    new iam.PolicyStatement({
      actions: ['ec2:ModifyNetworkInterfaceAttribute'],
      resources: [every('network-interface'), every('instance')],
      conditions: optedIn,
    }),
    new iam.PolicyStatement({
      actions: ['ec2:ModifyNetworkInterfaceAttribute'],
      resources: [every('security-group'), every('subnet')],
    }),
    new iam.PolicyStatement({
      actions: ['ec2:ReplaceNetworkAclAssociation'],
      resources: [every('subnet')],
      conditions: optedIn,
    }),
    new iam.PolicyStatement({
      actions: ['ec2:ReplaceNetworkAclAssociation'],
      resources: [every('network-acl')],
    }),
  ];
}

/** Makes a thing that bears a run's mark and an opted-in cluster's tag from birth; the VPC is not changed. */
function made(
  { every, clusters }: NetworkReach,
  action: string,
  kind: string,
): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: [action],
      resources: [every(kind)],
      conditions: ownedBy('aws:RequestTag', clusters),
    }),
    new iam.PolicyStatement({ actions: [action], resources: [every('vpc')] }),
  ];
}

const ownGroups = (reach: NetworkReach, actions: string[]): iam.PolicyStatement =>
  own(reach, actions, 'security-group');

const ownAcls = (reach: NetworkReach, actions: string[]): iam.PolicyStatement =>
  own(reach, actions, 'network-acl');

function own({ every, clusters }: NetworkReach, actions: string[], kind: string) {
  return new iam.PolicyStatement({
    actions,
    resources: [every(kind)],
    conditions: ownedBy('aws:ResourceTag', clusters),
  });
}

/** Tags in the very call that makes the thing, never on one that is there. */
function taggingAt(
  calls: readonly string[],
  resources: string[],
  keys?: readonly string[],
): iam.PolicyStatement {
  const only =
    keys === undefined ? {} : { 'ForAllValues:StringEquals': { 'aws:TagKeys': [...keys] } };
  return new iam.PolicyStatement({
    actions: ['ec2:CreateTags'],
    resources,
    conditions: { StringEquals: { 'ec2:CreateAction': [...calls] }, ...only },
  });
}

const nameOf = (action: string): string => action.replace('ec2:', '');

type TagKey = 'aws:ResourceTag' | 'aws:RequestTag' | 'ssm:resourceTag';
type Clusters = readonly string[] | undefined;
type Conditions = Record<string, Record<string, string | string[]>>;

/** The condition that a thing is opted in. SendCommand's own documentation names `ssm:resourceTag`. */
export function tagged(key: TagKey, clusters: Clusters): Conditions {
  // Known only when it is deployed: a parameter, which may say `?*` for any.
  if (Token.isUnresolved(clusters)) {
    return { StringLike: { [`${key}/${clusterTag}`]: [...(clusters ?? [])] } };
  }
  return clusters === undefined
    ? { StringLike: { [`${key}/${clusterTag}`]: '?*' } }
    : { StringEquals: { [`${key}/${clusterTag}`]: [...clusters] } };
}

/** The condition that a thing is opted in and bears a run's mark. */
function ownedBy(key: TagKey, clusters: Clusters): Conditions {
  const { StringLike = {}, ...optedIn } = tagged(key, clusters);
  return { ...optedIn, StringLike: { ...StringLike, [`${key}/${runTag}`]: '?*' } };
}
