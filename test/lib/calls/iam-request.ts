import * as z from 'zod';
import { labAccount, labRegion } from '../../../lab/assembly/physical-names.ts';

/** What IAM is asked once for each resource of a call: may this function do that to this, in this context? */
export interface IamRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** A call of an AWS service: `params` as the API reference has them. */
export interface AwsCall {
  readonly service:
    | 'ec2'
    | 'ssm'
    | 'dynamodb'
    | 'scheduler'
    | 'cloudwatch'
    | 's3'
    | 'events'
    | 'secretsmanager'
    | 'cloudformation'
    | 'states'
    | 'sts';
  readonly operation: string;
  readonly params: Params;
}
type Params = Readonly<Record<string, unknown>>;
type Context = IamRequest['context'];

/** What is known of the world at the time of the call. */
export interface Around {
  /** The tags of a thing of EC2 by its id. */
  readonly tagsOf: (id: string) => Readonly<Record<string, string>>;
  /** The instance of an interface, and the subnet of an ACL's association, by id. */
  readonly instanceOf: (interfaceId: string) => string | undefined;
  readonly subnetOf: (associationId: string) => string | undefined;
}

/** The ARN of a thing in the lab's account. */
export const arnOf = (service: string, path: string): string =>
  `arn:aws:${service}:${labRegion}:${labAccount}:${path}`;

/**
 * What IAM is asked for a call, in the words of the service authorization reference: which resources each
 * action names, and by which keys it tells them. That a key applies to a resource is checked by the simulator,
 * from AWS's own data; that EC2 asks for a resource which the reference marks as optional is not known, so
 * every one of them is asked for.
 */
export function iamRequestsOf(call: AwsCall, around: Around): IamRequest[] {
  switch (call.service) {
    case 'ec2':
      return ofEc2(call, around);
    case 'ssm':
      return ofSsm(call, around);
    case 'dynamodb':
      return ofDynamo(call);
    case 'scheduler':
      return ofScheduler(call);
    case 's3':
      return [ofS3(call)];
    case 'events':
      return ofEvents(call);
    case 'secretsmanager':
      return [ofSecrets(call, around)];
    case 'cloudformation':
      return [ofStacks(call)];
    case 'states':
    case 'sts':
      return [ofNamed(call)];
    case 'cloudwatch':
      return [{ action: `cloudwatch:${call.operation}`, resource: '*', context: {} }];
  }
}

function ofEc2({ operation, params }: AwsCall, around: Around): IamRequest[] {
  const action = `ec2:${operation}`;
  if (operation.startsWith('Describe')) return [{ action, resource: '*', context: {} }];
  const made = madeBy[operation];
  const there = idsIn(params, around).map((id) => ({
    action,
    resource: arnOf('ec2', `${kindOf(id)}/${id}`),
    context: prefixed('aws:ResourceTag', around.tagsOf(id)),
  }));
  if (made === undefined) return there;
  const tags = requestTags(params);
  const born = { resource: arnOf('ec2', `${made}/*`), context: prefixed('aws:RequestTag', tags) };
  const tagging = {
    action: 'ec2:CreateTags',
    resource: born.resource,
    context: { ...born.context, 'ec2:CreateAction': operation, 'aws:TagKeys': Object.keys(tags) },
  };
  return [...there, { action, ...born }, ...(Object.keys(tags).length === 0 ? [] : [tagging])];
}

/** What an action makes, which may get tags at birth. */
const madeBy: Readonly<Record<string, string>> = {
  AuthorizeSecurityGroupIngress: 'security-group-rule',
  AuthorizeSecurityGroupEgress: 'security-group-rule',
  CreateSecurityGroup: 'security-group',
  CreateNetworkAcl: 'network-acl',
};

const kinds: Readonly<Record<string, string>> = {
  sg: 'security-group',
  sgr: 'security-group-rule',
  eni: 'network-interface',
  i: 'instance',
  subnet: 'subnet',
  acl: 'network-acl',
  vpc: 'vpc',
  pl: 'prefix-list',
};
const kindOf = (id: string): string => kinds[id.split('-')[0] ?? ''] ?? '';

/** Ids where a request names what it changes; a rule's peer group is none of them. */
function idsIn(params: Params, { instanceOf, subnetOf }: Around): string[] {
  const ids = [
    ...['GroupId', 'NetworkInterfaceId', 'NetworkAclId', 'VpcId', 'PrefixListId'].map(
      (key) => params[key],
    ),
    ...listOf(params['Groups']),
    ...listOf(params['SecurityGroupRules']).map((one) => fieldOf(one, 'SecurityGroupRuleId')),
    subnetOf(String(params['AssociationId'])),
    instanceOf(String(params['NetworkInterfaceId'])),
  ];
  return ids.filter((id) => typeof id === 'string');
}

function requestTags(params: Params): Record<string, string> {
  const tags = listOf(params['TagSpecifications']).flatMap((one) => listOf(fieldOf(one, 'Tags')));
  return Object.fromEntries(
    tags.map((tag) => [String(fieldOf(tag, 'Key')), String(fieldOf(tag, 'Value'))]),
  );
}

function ofSsm({ operation, params }: AwsCall, around: Around): IamRequest[] {
  const action = `ssm:${operation}`;
  const name = String(params['Name'] ?? params['DocumentName']);
  const document = { action, resource: arnOf('ssm', `document/${name}`), context: {} };
  switch (operation) {
    case 'SendCommand':
      return [
        document,
        ...listOf(params['InstanceIds']).map((id) => ({
          action,
          resource: arnOf('ec2', `instance/${String(id)}`),
          context: prefixed('ssm:resourceTag', around.tagsOf(String(id))),
        })),
      ];
    case 'DescribeDocument':
      return [document];
    case 'GetParameter':
    case 'PutParameter':
    case 'DeleteParameter':
      return [{ action, resource: arnOf('ssm', `parameter${name}`), context: {} }];
    default:
      return [{ action, resource: '*', context: {} }];
  }
}

function ofDynamo({ operation, params }: AwsCall): IamRequest[] {
  const action = `dynamodb:${operation}`;
  const table = `table/${String(params['TableName'])}`;
  const index = params['IndexName'];
  const path = typeof index === 'string' ? `${table}/index/${index}` : table;
  const leading = fieldOf(fieldOf(params['Key'] ?? params['Item'], 'pk'), 'S');
  const context =
    typeof leading === 'string' ? { 'dynamodb:LeadingKeys': [leading] } : ({} satisfies Context);
  return [{ action, resource: arnOf('dynamodb', path), context }];
}

/** EventBridge Scheduler is REST: `params` are those of the body and the path. */
function ofScheduler({ operation, params }: AwsCall): IamRequest[] {
  const path = `schedule/${String(params['GroupName'])}/${String(params['Name'])}`;
  const asked = { action: `scheduler:${operation}`, resource: arnOf('scheduler', path) };
  const role = fieldOf(params['Target'], 'RoleArn');
  if (typeof role !== 'string') return [{ ...asked, context: {} }];
  const context = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
  return [
    { ...asked, context: {} },
    { action: 'iam:PassRole', resource: role, context },
  ];
}

/** An object's ARN names neither Region nor account; the bucket's account is a key of its own. */
function ofS3({ operation, params }: AwsCall): IamRequest {
  const resource = `arn:aws:s3:::${String(params['Bucket'])}/${String(params['Key'])}`;
  return { action: `s3:${operation}`, resource, context: { 'aws:ResourceAccount': labAccount } };
}

/** The secrets of the virtual lab are tagged for its one cluster, and their names are in the calls. */
function ofSecrets({ operation, params }: AwsCall, around: Around): IamRequest {
  const name = textIn(params, 'SecretId') ?? '';
  return {
    action: `secretsmanager:${operation}`,
    resource: arnOf('secretsmanager', `secret:${name}-AbCdEf`),
    context: prefixed('aws:ResourceTag', around.tagsOf(name)),
  };
}

/** A stack that is asked for by its name has an id besides. */
function ofStacks({ operation, params }: AwsCall): IamRequest {
  const resource = arnOf('cloudformation', `stack/${String(params['StackName'])}/lab`);
  return { action: `cloudformation:${operation}`, resource, context: {} };
}

/** What says itself on which machine, execution or role it is. */
function ofNamed({ service, operation, params }: AwsCall): IamRequest {
  const named = params['executionArn'] ?? params['stateMachineArn'] ?? params['RoleArn'];
  return { action: `${service}:${operation}`, resource: String(named), context: {} };
}

/** PutEvents is asked once an entry, by source and type. */
function ofEvents({ operation, params }: AwsCall): IamRequest[] {
  return listOf(params['Entries']).map((entry) => ({
    action: `events:${operation}`,
    resource: arnOf('events', `event-bus/${textIn(entry, 'EventBusName') ?? 'default'}`),
    context: {
      'events:source': [textIn(entry, 'Source') ?? ''],
      'events:detail-type': [textIn(entry, 'DetailType') ?? ''],
    },
  }));
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

const textIn = (value: unknown, key: string): string | undefined =>
  z.string().optional().parse(fieldOf(value, key));

const prefixed = (prefix: string, tags: Readonly<Record<string, string>>): Context =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${prefix}/${key}`, value]));
