import { describe, expect, test } from 'vitest';
import * as z from 'zod';
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
    const [group] = only(resources, 'AWS::Scheduler::ScheduleGroup');
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
      'FunctionsProveCleanRole',
      'FunctionsRestoreRole',
      'FunctionsSweepRole',
    ]);
  });

  test('is described to the Lambdas that need it', () => {
    const group = only(resources, 'AWS::Scheduler::ScheduleGroup')[1].Properties['Name'];
    expect(environmentOf('Arm')).toMatchObject({
      SCHEDULE_GROUP: group,
      SCHEDULE_ROLE_ARN: { 'Fn::GetAtt': [scheduleRole, 'Arn'] },
      SCHEDULE_DEAD_LETTER_ARN: { 'Fn::GetAtt': [deadLetters, 'Arn'] },
      RESTORE_MACHINE_ARN: { Ref: restoreMachine },
    });
    for (const name of ['Restore6', 'ProveClean', 'Sweep']) {
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
    const [, invoke] = only(resources, 'AWS::Lambda::EventInvokeConfig');
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
    expect(Object.keys(alarms)).toHaveLength(4);
    for (const { Properties } of Object.values(alarms)) {
      expect(Properties).toMatchObject({
        AlarmActions: [topic],
        Threshold: 1,
        EvaluationPeriods: 1,
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

  test('are there without a topic, too', () => {
    const silent = ofType(resourcesOf(aStack()), 'AWS::CloudWatch::Alarm');
    expect(Object.keys(silent)).toHaveLength(4);
    for (const { Properties } of Object.values(silent))
      expect(Properties).not.toHaveProperty('AlarmActions');
  });
});
