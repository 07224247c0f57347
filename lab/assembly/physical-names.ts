import { createHash } from 'node:crypto';

/** The region of the lab's cloud. */
export const labRegion = 'eu-west-1';

/** The account of the lab's cloud. */
export const labAccount = '000000000000';

/** How a type of resource is named: the property that may name it, its ARN, and what `Ref` gives. */
interface Naming {
  readonly nameProperty?: string;
  readonly arn: (name: string) => string;
  readonly ref?: (name: string) => string;
  /** Makes an invented name one that the service takes. */
  readonly spell?: (name: string) => string;
}

const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:${labRegion}:${labAccount}:${resource}`;

const globalArn = (service: string, resource: string): string =>
  `arn:aws:${service}::${labAccount}:${resource}`;

const stateMachineArn = (name: string): string => arn('states', `stateMachine:${name}`);
const topicArn = (name: string): string => arn('sns', name);

/** `Ref` and `Arn` of the types that templates of this project hold, from their CloudFormation pages. */
const namings: Readonly<Record<string, Naming>> = {
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    arn: (name) => arn('lambda', `function:${name}`),
  },
  'AWS::StepFunctions::StateMachine': {
    nameProperty: 'StateMachineName',
    arn: stateMachineArn,
    ref: stateMachineArn,
  },
  'AWS::DynamoDB::Table': {
    nameProperty: 'TableName',
    arn: (name) => arn('dynamodb', `table/${name}`),
  },
  'AWS::DynamoDB::GlobalTable': {
    nameProperty: 'TableName',
    arn: (name) => arn('dynamodb', `table/${name}`),
  },
  'AWS::SSM::Document': { nameProperty: 'Name', arn: (name) => arn('ssm', `document/${name}`) },
  'AWS::Events::Rule': { nameProperty: 'Name', arn: (name) => arn('events', `rule/${name}`) },
  'AWS::Events::EventBus': {
    nameProperty: 'Name',
    arn: (name) => arn('events', `event-bus/${name}`),
  },
  'AWS::Scheduler::ScheduleGroup': {
    nameProperty: 'Name',
    arn: (name) => arn('scheduler', `schedule-group/${name}`),
  },
  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    arn: (name) => arn('scheduler', `schedule/default/${name}`),
  },
  'AWS::IAM::Role': { nameProperty: 'RoleName', arn: (name) => globalArn('iam', `role/${name}`) },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    arn: (name) => arn('sqs', name),
    ref: (name) => `https://sqs.${labRegion}.amazonaws.com/${labAccount}/${name}`,
  },
  'AWS::SNS::Topic': { nameProperty: 'TopicName', arn: topicArn, ref: topicArn },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    arn: (name) => `arn:aws:s3:::${name}`,
    spell: (name) => name.toLowerCase(),
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    arn: (name) => arn('logs', `log-group:${name}:*`),
  },
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    arn: (name) => arn('cloudwatch', `alarm:${name}`),
  },
};

const longestName = 64;

/**
 * The name that a resource without a name of its own gets: always the same for the same template.
 *
 * CloudFormation adds random letters; here they come from the ids, and only where the name is too long.
 */
export function inventName(stackName: string, logicalId: string): string {
  const name = `${stackName}-${logicalId}`;
  if (name.length <= longestName) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, longestName - 9)}-${digest}`;
}

/** The property in which a template may name a resource of `type`, where it has one. */
export function namePropertyOf(type: string): string | undefined {
  return namingOf(type).nameProperty;
}

/** A name that its service takes. */
export function spelt(type: string, name: string): string {
  return namingOf(type).spell?.(name) ?? name;
}

/** What `Ref` of a resource gives. */
export function refOf(type: string, name: string): string {
  return namingOf(type).ref?.(name) ?? name;
}

/** What `Fn::GetAtt` of a resource gives: its ARN or its name; undefined for any other attribute. */
export function attributeOf(type: string, name: string, attribute: string): string | undefined {
  if (attribute.endsWith('Arn')) return namingOf(type).arn(name);
  if (attribute.endsWith('Name') || attribute.endsWith('Id')) return name;
  return undefined;
}

function namingOf(type: string): Naming {
  const service = (type.split('::')[1] ?? 'unknown').toLowerCase();
  return namings[type] ?? { arn: (name) => arn(service, name) };
}
