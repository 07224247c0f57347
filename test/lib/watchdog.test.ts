import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { countStuck } from '../../lambda/aws/stuck-metric.ts';
import { statementsByRole } from './policies.ts';
import { aStack, ofType, only, resourcesOf, textOf } from './synthesised.ts';

const topic = 'arn:aws:sns:eu-west-1:123456789012:alarms';
const resources = resourcesOf(aStack({ alarmTopicArn: topic }));
const byRole = statementsByRole(resources);

const [restoreMachine] = only(resources, 'AWS::StepFunctions::StateMachine', 'RestoreMachine');
const [workflow] = only(resources, 'AWS::StepFunctions::StateMachine', 'ExperimentWorkflow');
const [deadLetters, queue] = only(resources, 'AWS::SQS::Queue');
const [scheduleRole] = only(resources, 'AWS::IAM::Role', 'WatchdogScheduleRole');
const schedules = /^arn:aws:scheduler:eu-west-1:123456789012:schedule\/[\w-]*Deadlines[\w-]*\/\*$/;

const Environment = z.object({ Variables: z.record(z.string(), z.unknown()) });

const environmentOf = (handler: string): Record<string, unknown> => {
  const [, { Properties }] = only(resources, 'AWS::Lambda::Function', `Functions${handler}`);
  return Environment.parse(Properties['Environment']).Variables;
};

describe('the one-time schedule', () => {
  test('runs as a role that starts the restore machine and reports its own failure, nothing else', () => {
    expect(byRole.get('WatchdogScheduleRole')).toEqual([
      {
        Effect: 'Allow',
        Action: ['states:StartExecution'],
        Resource: [`<${restoreMachine}>`],
        Condition: {},
      },
      {
        Effect: 'Allow',
        Action: ['sqs:SendMessage'],
        Resource: [`<${deadLetters}.Arn>`],
        Condition: {},
      },
    ]);
  });

  test('is the only one that may use that role', () => {
    const [group] = only(resources, 'AWS::Scheduler::ScheduleGroup', 'WatchdogDeadlines');
    expect(resources[scheduleRole]?.Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': { Ref: 'AWS::AccountId' },
              'aws:SourceArn': { 'Fn::GetAtt': [group, 'Arn'] },
            },
          },
        },
      ],
    });
  });

  test('is set and read by Arm, which may pass that role to the scheduler alone', () => {
    const arm = byRole.get('FunctionsArmRole')!;
    const scheduler = arm.find(({ Action }) => Action.includes('scheduler:CreateSchedule'));
    expect(scheduler?.Action).toEqual(['scheduler:CreateSchedule', 'scheduler:GetSchedule']);
    expect(scheduler?.Resource[0]).toMatch(schedules);
    expect(arm.find(({ Action }) => Action.includes('iam:PassRole'))).toMatchObject({
      Resource: [`<${scheduleRole}.Arn>`],
      Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    });
  });

  test('is deleted by the restorers, and by nobody else', () => {
    const may = [...byRole].filter(([, owned]) =>
      owned.some(({ Action }) => Action.includes('scheduler:DeleteSchedule')),
    );
    expect(may.map(([role]) => role).toSorted()).toEqual([
      'FunctionsDeleteGuardRole',
      'FunctionsProveCleanRole',
      'FunctionsRestoreRole',
      'FunctionsSweepRole',
    ]);
  });

  test('is described to the Lambdas that need it', () => {
    const group = only(resources, 'AWS::Scheduler::ScheduleGroup', 'WatchdogDeadlines')[1]
      .Properties['Name'];
    expect(environmentOf('Arm')).toMatchObject({
      SCHEDULE_GROUP: group,
      SCHEDULE_ROLE_ARN: { 'Fn::GetAtt': [scheduleRole, 'Arn'] },
      SCHEDULE_DEAD_LETTER_ARN: { 'Fn::GetAtt': [deadLetters, 'Arn'] },
      RESTORE_MACHINE_ARN: { Ref: restoreMachine },
    });
    for (const name of ['Restore6', 'ProveClean', 'Sweep', 'DeleteGuard']) {
      expect(environmentOf(name)).toMatchObject({ SCHEDULE_GROUP: group });
      expect(environmentOf(name)).not.toHaveProperty('SCHEDULE_ROLE_ARN');
    }
    expect(environmentOf('Inject')).not.toHaveProperty('SCHEDULE_GROUP');
  });
});

describe('the dead-letter queue', () => {
  test('is encrypted and speaks only TLS', () => {
    expect(queue.Properties).toMatchObject({ SqsManagedSseEnabled: true });
    const [, policy] = only(resources, 'AWS::SQS::QueuePolicy');
    const { Statement } = z
      .object({ Statement: z.array(z.looseObject({ Effect: z.string() })) })
      .parse(policy.Properties['PolicyDocument']);
    expect(Statement.filter(({ Effect }) => Effect === 'Deny')).toMatchObject([
      { Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ]);
  });
});

describe('the rule on workflows that ended badly', () => {
  const [, rule] = only(resources, 'AWS::Events::Rule', 'WatchdogWorkflowEnded');

  test('listens to the workflow alone, for every end that runs no Restore', () => {
    expect(rule.Properties['EventPattern']).toEqual({
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: [{ Ref: workflow }],
        status: ['ABORTED', 'TIMED_OUT', 'FAILED'],
      },
    });
  });

  test('starts the restore machine with the execution, and keeps what it cannot deliver', () => {
    expect(rule.Properties['Targets']).toMatchObject([
      {
        Arn: { Ref: restoreMachine },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [deadLetters, 'Arn'] } },
        InputTransformer: {
          InputPathsMap: { 'detail-executionArn': '$.detail.executionArn' },
          InputTemplate: '{"execution":<detail-executionArn>,"by":"status-change"}',
        },
      },
    ]);
    expect(byRole.get('RestoreMachineEventsRole')).toMatchObject([
      { Action: ['states:StartExecution'], Resource: [`<${restoreMachine}>`] },
    ]);
  });
});

describe('the sweeper', () => {
  test('runs every five minutes, and a failed round is not repeated', () => {
    const [, rule] = only(resources, 'AWS::Events::Rule', 'WatchdogSweeper');
    const [sweep] = only(resources, 'AWS::Lambda::Function', 'FunctionsSweep');
    expect(rule.Properties).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': [sweep, 'Arn'] } }],
    });
    const [, invoke] = only(resources, 'AWS::Lambda::EventInvokeConfig', 'FunctionsSweep');
    expect(invoke.Properties).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 300,
    });
  });
});

describe('alarms', () => {
  const alarms = ofType(resources, 'AWS::CloudWatch::Alarm');
  const alarm = (name: string) => only(alarms, 'AWS::CloudWatch::Alarm', name)[1].Properties;

  test('all tell the topic, and say what they mean', () => {
    expect(Object.keys(alarms)).toHaveLength(6);
    for (const { Properties } of Object.values(alarms)) {
      expect(Properties).toMatchObject({
        AlarmActions: [topic],
        Threshold: 1,
        DatapointsToAlarm: 1,
      });
      expect(textOf(Properties['AlarmDescription'])).toMatch(/^[A-Z].{30,}[^.]$/);
    }
  });

  test('go off at the first undelivered restore, failed sweep, silent sweeper and unclean restore', () => {
    expect(alarm('WatchdogUndelivered')).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    expect(alarm('WatchdogSweeperFailed')).toMatchObject({
      MetricName: 'Errors',
      Statistic: 'Sum',
    });
    expect(alarm('WatchdogSweeperSilent')).toMatchObject({
      MetricName: 'Invocations',
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      Period: 900,
    });
    const metrics = JSON.stringify(alarm('WatchdogNotRestored')['Metrics']);
    for (const name of ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted']) {
      expect(metrics).toContain(name);
    }
  });

  test('go off at the first look that found its run stuck, and stay so until two sweeps found none', () => {
    const stuck = alarm('WatchdogStuck');
    expect(stuck).toMatchObject({
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      EvaluationPeriods: 12,
      Period: 60,
      Statistic: 'Sum',
      TreatMissingData: 'notBreaching',
    });

    const lines: string[] = [];
    countStuck('run1', 'journal', (line) => lines.push(line));
    const told = EmbeddedMetric.parse(JSON.parse(lines.join('')));
    const [{ Namespace, Metrics, Dimensions }] = told['_aws'].CloudWatchMetrics;
    expect([Namespace, Metrics[0].Name]).toEqual([stuck['Namespace'], stuck['MetricName']]);
    const journal = only(resources, 'AWS::DynamoDB::Table', 'JournalTable')[0];
    const [[dimension]] = Dimensions;
    expect(stuck['Dimensions']).toEqual([{ Name: dimension, Value: { Ref: journal } }]);
    expect(told).toMatchObject({ [dimension]: 'journal', [Metrics[0].Name]: 1 });
  });

  test('tell a topic of the stack where none is named, to which CloudWatch alone may publish', () => {
    const own = resourcesOf(aStack());
    const [id] = only(own, 'AWS::SNS::Topic', 'Alarms');
    for (const { Properties } of Object.values(ofType(own, 'AWS::CloudWatch::Alarm'))) {
      expect(Properties['AlarmActions']).toEqual([{ Ref: id }]);
    }
    const policy = textOf(
      JSON.stringify(only(own, 'AWS::SNS::TopicPolicy', 'Alarms')[1].Properties),
    );
    expect(policy).toContain('cloudwatch.amazonaws.com');
    expect(policy).toContain('aws:SourceAccount');
    expect(policy).toContain('aws:SecureTransport');
  });
});

/** As CloudWatch reads it, at the top of an event. */
const EmbeddedMetric = z.looseObject({
  _aws: z.object({
    Timestamp: z.int(),
    CloudWatchMetrics: z.tuple([
      z.object({
        Namespace: z.string(),
        Dimensions: z.tuple([z.tuple([z.string()])]),
        Metrics: z.tuple([z.object({ Name: z.string(), Unit: z.literal('Count') })]),
      }),
    ]),
  }),
});
