import { labAccount, labRegion } from '../../lab/assembly/physical-names.ts';
import { arnOf } from './calls/iam-request.ts';
import type { IamRequest } from './calls/iam-request.ts';

/** Something that no Lambda may do, whatever bug it has: requests of which each must be denied to each. */
export interface Forbidden {
  readonly why: string;
  readonly requests: readonly IamRequest[];
}

const request = (
  action: string,
  resource: string,
  context: IamRequest['context'] = {},
): IamRequest => ({ action, resource, context });

const on = (kind: string, id: string): string => arnOf('ec2', `${kind}/${id}`);
const group = on('security-group', 'sg-0a1b2c3d');
const acl = on('network-acl', 'acl-0a1b2c3d');
const instance = on('instance', 'i-0a1b2c3d');

/** What bears no tag of ours, and what bears an empty one. */
const notOptedIn: readonly IamRequest['context'][] = [
  {},
  { 'aws:ResourceTag/aerofault:cluster': '' },
  { 'aws:ResourceTag/cluster': 'orders-staging' },
  { 'aws:ResourceTag/aerofault:role': 'node' },
];
/** What opted in, but was not made by a run. */
const ofOthers: IamRequest['context'] = { 'aws:ResourceTag/aerofault:cluster': 'orders-staging' };

const documents = ['AWS-RunShellScript', 'AWS-RunRemoteScript', 'AWS-StartInteractiveCommand'];

/** The bucket of reports, as the lab names it. */
export const reports = 'aerofault-reportingbucketca799f5d';

const putEvents = (bus: string, source: string, type: string): IamRequest =>
  request('events:PutEvents', arnOf('events', `event-bus/${bus}`), {
    'events:source': [source],
    'events:detail-type': [type],
  });

export const forbidden: readonly Forbidden[] = [
  {
    why: 'changing rules of a group that did not opt in',
    requests: [
      'AuthorizeSecurityGroupIngress',
      'RevokeSecurityGroupIngress',
      'ModifySecurityGroupRules',
    ].flatMap((name) => notOptedIn.map((context) => request(`ec2:${name}`, group, context))),
  },
  {
    why: 'changing rules out of a group that no run made',
    requests: ['AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupEgress'].flatMap((name) =>
      [...notOptedIn, ofOthers].map((context) => request(`ec2:${name}`, group, context)),
    ),
  },
  {
    why: 'deleting a group or an ACL that no run made, or filling such an ACL',
    requests: [...notOptedIn, ofOthers].flatMap((context) => [
      request('ec2:DeleteSecurityGroup', group, context),
      request('ec2:DeleteNetworkAcl', acl, context),
      request('ec2:CreateNetworkAclEntry', acl, context),
    ]),
  },
  {
    why: 'changing an interface or a subnet that did not opt in',
    requests: notOptedIn.flatMap((context) => [
      request(
        'ec2:ModifyNetworkInterfaceAttribute',
        on('network-interface', 'eni-0a1b2c3d'),
        context,
      ),
      request('ec2:ReplaceNetworkAclAssociation', on('subnet', 'subnet-0a1b2c3d'), context),
    ]),
  },
  {
    why: 'making a group or an ACL that bears no mark of a run',
    requests: [{}, { 'aws:RequestTag/aerofault:cluster': 'orders-staging' }].flatMap((context) => [
      request('ec2:CreateSecurityGroup', on('security-group', '*'), context),
      request('ec2:CreateNetworkAcl', on('network-acl', '*'), context),
    ]),
  },
  {
    why: 'tagging what is there already, so that it would seem opted in',
    requests: [
      ['security-group', 'sg-0a1b2c3d'],
      ['security-group-rule', 'sgr-0a1b2c3d'],
      ['network-interface', 'eni-0a1b2c3d'],
      ['instance', 'i-0a1b2c3d'],
      ['subnet', 'subnet-0a1b2c3d'],
      ['network-acl', 'acl-0a1b2c3d'],
    ].flatMap(([kind = '', id = '']) => [
      request('ec2:CreateTags', on(kind, id), {
        'aws:RequestTag/aerofault:cluster': 'x',
        'aws:TagKeys': ['aerofault:cluster'],
      }),
      request('ec2:DeleteTags', on(kind, id), { 'aws:TagKeys': ['aerofault:cluster'] }),
    ]),
  },
  {
    why: 'stopping, ending or changing instances, routes, peerings and VPCs',
    requests: [
      ...['TerminateInstances', 'StopInstances', 'RebootInstances', 'ModifyInstanceAttribute'].map(
        (name) => request(`ec2:${name}`, instance, ofOthers),
      ),
      request('ec2:DeleteRoute', on('route-table', 'rtb-0a1b2c3d'), ofOthers),
      request('ec2:DeleteSubnet', on('subnet', 'subnet-0a1b2c3d'), ofOthers),
      request('ec2:DeleteVpc', on('vpc', 'vpc-0a1b2c3d'), ofOthers),
      request('ec2:RunInstances', on('instance', '*')),
    ],
  },
  {
    // Documents of AWS have no account in their ARN, which the simulator does not take; ours all have.
    why: 'running any document but our own, such as AWS-RunShellScript',
    requests: [
      ...documents.map((name) => arnOf('ssm', `document/${name}`)),
      arnOf('ssm', 'document/Somebodys-Cut'),
      arnOf('ssm', 'document/Aerofault-Other'),
      arnOf('ssm', 'document/Aerofault-Cut2'),
    ].map((resource) => request('ssm:SendCommand', resource)),
  },
  {
    why: 'running our documents on an instance that did not opt in',
    requests: [
      request('ssm:SendCommand', instance),
      request('ssm:SendCommand', instance, { 'ssm:resourceTag/aerofault:cluster': '' }),
      request('ssm:SendCommand', instance, { 'ssm:resourceTag/aerofault:role': 'node' }),
    ],
  },
  {
    why: 'changing documents, opening sessions, or reading parameters of others',
    requests: [
      request('ssm:UpdateDocument', arnOf('ssm', 'document/Aerofault-Cut')),
      request('ssm:CreateDocument', arnOf('ssm', 'document/Aerofault-Other')),
      request('ssm:DeleteDocument', arnOf('ssm', 'document/Aerofault-Restore')),
      request('ssm:StartSession', instance),
      request('ssm:GetParameter', arnOf('ssm', 'parameter/orders/password')),
      request('ssm:GetParameters', arnOf('ssm', 'parameter/aerofault/freeze')),
      request('ssm:PutParameter', arnOf('ssm', 'parameter/aerofault/freeze')),
      request('ssm:DeleteParameter', arnOf('ssm', 'parameter/aerofault/freeze')),
    ],
  },
  {
    why: 'reading a secret that did not opt in, and decrypting anything elsewhere than in its service',
    requests: [
      ...notOptedIn.flatMap((context) =>
        ['GetSecretValue', 'DescribeSecret'].map((name) =>
          request(
            `secretsmanager:${name}`,
            arnOf('secretsmanager', 'secret:orders-abc123'),
            context,
          ),
        ),
      ),
      ...['PutSecretValue', 'DeleteSecret', 'UpdateSecret', 'TagResource'].map((name) =>
        request(
          `secretsmanager:${name}`,
          arnOf('secretsmanager', 'secret:orders-abc123'),
          ofOthers,
        ),
      ),
      request('kms:Decrypt', arnOf('kms', 'key/0a1b2c3d')),
      request('kms:Decrypt', arnOf('kms', 'key/0a1b2c3d'), {
        'kms:ViaService': `s3.${labRegion}.amazonaws.com`,
        'kms:EncryptionContext:SecretARN': arnOf('secretsmanager', 'secret:orders-abc123'),
      }),
      request('kms:Decrypt', arnOf('kms', 'key/0a1b2c3d'), {
        'kms:ViaService': `secretsmanager.${labRegion}.amazonaws.com`,
      }),
      request('kms:GenerateDataKey', arnOf('kms', 'key/0a1b2c3d')),
    ],
  },
  {
    why: 'reading or writing another table, and deleting or emptying our own',
    requests: [
      ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'].map((name) =>
        request(`dynamodb:${name}`, arnOf('dynamodb', 'table/Customers'), {
          'dynamodb:LeadingKeys': ['lock#orders'],
        }),
      ),
      request('dynamodb:DeleteTable', arnOf('dynamodb', 'table/Aerofault-JournalTable0')),
      request('dynamodb:Scan', arnOf('dynamodb', 'table/Aerofault-JournalTable0')),
    ],
  },
  {
    why: 'anything of IAM, and passing any role but to the scheduler',
    requests: [
      request('iam:CreateRole', `arn:aws:iam::${labAccount}:role/Other`),
      request('iam:PutRolePolicy', `arn:aws:iam::${labAccount}:role/Other`),
      request('iam:AttachRolePolicy', `arn:aws:iam::${labAccount}:role/Other`),
      request('iam:PassRole', `arn:aws:iam::${labAccount}:role/Admin`, {
        'iam:PassedToService': 'scheduler.amazonaws.com',
      }),
      request('iam:PassRole', `arn:aws:iam::${labAccount}:role/Admin`, {
        'iam:PassedToService': 'lambda.amazonaws.com',
      }),
      request('sts:AssumeRole', `arn:aws:iam::${labAccount}:role/Admin`),
    ],
  },
  {
    why: 'setting or deleting schedules of others',
    requests: ['CreateSchedule', 'DeleteSchedule', 'GetSchedule', 'UpdateSchedule'].flatMap(
      (name) =>
        ['default', 'payroll'].map((folder) =>
          request(`scheduler:${name}`, arnOf('scheduler', `schedule/${folder}/nightly`)),
        ),
    ),
  },
  {
    why: 'queues, topics, functions, machines and alarms of others',
    requests: [
      request('sqs:SendMessage', arnOf('sqs', 'orders')),
      request('sqs:DeleteMessage', arnOf('sqs', 'orders')),
      request('sns:Publish', arnOf('sns', 'orders')),
      request('lambda:InvokeFunction', arnOf('lambda', 'function:orders')),
      request('lambda:UpdateFunctionCode', arnOf('lambda', 'function:orders')),
      request('states:StartExecution', arnOf('states', 'stateMachine:orders')),
      request('states:StopExecution', arnOf('states', 'execution:orders:one')),
      request('cloudwatch:DeleteAlarms', arnOf('cloudwatch', 'alarm:orders-latency')),
      request('cloudwatch:DisableAlarmActions', arnOf('cloudwatch', 'alarm:orders-latency')),
      request('cloudformation:DeleteStack', arnOf('cloudformation', 'stack/orders/1')),
    ],
  },
  {
    why: 'reading or deleting any object, or writing one elsewhere than among our reports',
    requests: [
      ...['orders', reports].flatMap((bucket) =>
        ['GetObject', 'DeleteObject', 'DeleteObjectVersion', 'PutObjectAcl'].map((name) =>
          request(`s3:${name}`, `arn:aws:s3:::${bucket}/orders/2027/01/15/run1/report.json`),
        ),
      ),
      request('s3:PutObject', 'arn:aws:s3:::orders/orders/2027/01/15/run1/report.json', {
        'aws:ResourceAccount': labAccount,
      }),
      // A bucket of our name that is somebody else's, made after ours was deleted.
      request('s3:PutObject', `arn:aws:s3:::${reports}/orders/2027/01/15/run1/report.json`, {
        'aws:ResourceAccount': '999999999999',
      }),
      ...['DeleteBucket', 'PutBucketPolicy', 'PutLifecycleConfiguration', 'ListBucket'].map(
        (name) => request(`s3:${name}`, `arn:aws:s3:::${reports}`),
      ),
    ],
  },
  {
    why: 'any event but that of a run that has ended: none that starts one, none on another bus',
    requests: [
      putEvents('default', 'aerofault', 'aerofault.run.requested'),
      putEvents('default', 'orders', 'aerofault.run.finished'),
      putEvents('default', 'aws.states', 'Step Functions Execution Status Change'),
      putEvents('orders', 'aerofault', 'aerofault.run.finished'),
      request('events:PutEvents', arnOf('events', 'event-bus/default')),
      request('events:PutEvents', arnOf('events', 'event-bus/default'), {
        'events:source': ['aerofault', 'orders'],
        'events:detail-type': ['aerofault.run.finished', 'aerofault.run.requested'],
      }),
      request('events:PutRule', arnOf('events', 'rule/orders')),
      request('events:DisableRule', arnOf('events', 'rule/Aerofault-WatchdogSweeper')),
    ],
  },
];

/** What is not as the tests have it, and why that is right. */
export const excused: {
  /** Operations that the recording does not have. */
  readonly unrecorded: Readonly<Record<string, string>>;
  /** Context keys of ours that AWS does not tell these actions' resources by. */
  readonly ignored: Readonly<Record<string, readonly string[]>>;
  /** Kinds of resource that an action asks for beside its target, which the plan keeps to. */
  readonly beside: Readonly<Record<string, readonly string[]>>;
  /** Rights that no recorded call needs. */
  readonly idle: readonly { readonly matches: RegExp; readonly reason: string }[];
} = {
  unrecorded: {
    'sfn:DescribeExecution': "the command line alone calls it, with its user's own rights",
    'sfn:StartExecution': "the command line alone calls it, with its user's own rights",
    'cloudformation:DescribeStacks': "the command line alone calls it, with its user's own rights",
    'scheduler:ListSchedules': "the command line alone calls it, with its user's own rights",
    'ssm:PutParameter': "the command line alone calls it, with its user's own rights",
    'ssm:DeleteParameter': "the command line alone calls it, with its user's own rights",
    'scheduler:UpdateSchedule': "the command line alone calls it, with its user's own rights",
    'ec2:DescribeManagedPrefixLists': 'no example has a rule with a prefix list',
    'ec2:GetManagedPrefixListEntries': 'no example has a rule with a prefix list',
  },
  ignored: {},
  beside: {
    'ec2:ModifySecurityGroupRules': ['security-group-rule/'],
    'ec2:AuthorizeSecurityGroupIngress': ['security-group-rule/'],
    'ec2:AuthorizeSecurityGroupEgress': ['security-group-rule/'],
    'ec2:ModifyNetworkInterfaceAttribute': ['security-group/', 'subnet/'],
    'ec2:ReplaceNetworkAclAssociation': ['network-acl/'],
    'ec2:CreateTags': ['security-group-rule/', 'security-group/', 'network-acl/'],
  },
  idle: [
    {
      matches: /^Sweep (s3:PutObject|events:PutEvents)$/,
      reason: 'the sweeper delivers only what Report could not: test/virtual, test/lambda/engine',
    },
    { matches: / (xray|logs):/, reason: 'the runtime itself uses it' },
    {
      matches: / dynamodb:(PutItem|Query|UpdateItem)$/,
      reason: 'every Lambda may read and write the one table in the same ways',
    },
    {
      matches: /^(Plan|Audit) ec2:(DescribeManagedPrefixLists|GetManagedPrefixListEntries)$/,
      reason: 'no example has a rule with a prefix list',
    },
    {
      matches:
        / ec2:Describe(Instances|NetworkAcls|NetworkInterfaces|SecurityGroup(Rule)?s|Subnets)$/,
      reason: 'reads only: each looks at what its plan changed, and at instances that may be gone',
    },
    {
      matches: /^(Prove|Watch) cloudwatch:DescribeAlarms$/,
      reason: 'the virtual lab has no alarm to watch; Baseline asks the same',
    },
    {
      matches: / ec2:(Authorize|Revoke)SecurityGroup(In|E)gress$/,
      reason:
        'rules that are revoked (detach: revoke) and put back: test/lambda/aws/against-lab.test.ts',
    },
    {
      matches: /^(Plan|Audit) kms:Decrypt$/,
      reason:
        "Secrets Manager asks for it in the caller's name, where a secret has a key of its own",
    },
    { matches: / ec2:CreateTags$/, reason: 'a revoked rule gets the tags back that it had' },
    {
      matches:
        /^TryRestore ec2:(ModifyNetworkInterfaceAttribute|ReplaceNetworkAclAssociation|Delete\w+)$/,
      reason:
        'asks EC2 as restorers would, so it must be permitted what they are; deletes are not tried',
    },
  ],
};
