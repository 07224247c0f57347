import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseExperiment } from '../../core/experiment.ts';
import { statementsByRole } from './policies.ts';
import { aStack, ofType, only, resourcesOf } from './synthesised.ts';

const experiment = {
  name: 'isolate-one-node',
  cluster: 'orders-staging',
  fault: { kind: 'partition', topology: { kind: 'isolate', count: 1 } },
  mechanism: 'iptables',
  holdSeconds: 60,
};
const weekly = { name: 'Weekly', schedule: 'cron(0 10 ? * TUE *)', experiment };

const resources = resourcesOf(
  aStack({
    schedules: [
      { ...weekly, timeZone: 'Europe/Berlin' },
      { name: 'Often', schedule: 'rate(12 hours)', experiment },
    ],
  }),
);
const [workflow] = only(resources, 'AWS::StepFunctions::StateMachine', 'ExperimentWorkflow');

test('an event of source aerofault starts the workflow with its detail', () => {
  const [, rule] = only(resources, 'AWS::Events::Rule', 'GameDays');
  expect(rule.Properties).toMatchObject({
    EventPattern: { source: ['aerofault'], 'detail-type': ['aerofault.run.requested'] },
    Targets: [
      {
        Arn: { Ref: workflow },
        InputPath: '$.detail',
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 1 },
      },
    ],
  });
});

describe('a schedule', () => {
  const [, schedule] = only(resources, 'AWS::Scheduler::Schedule', 'GameDaysWeekly');
  const Target = z.object({ Arn: z.unknown(), Input: z.string(), RetryPolicy: z.unknown() });
  const { Arn, Input, RetryPolicy } = Target.parse(schedule.Properties['Target']);

  test('starts the workflow with the experiment, in its own time zone', () => {
    expect(schedule.Properties).toMatchObject({
      ScheduleExpression: 'cron(0 10 ? * TUE *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
    });
    expect(Arn).toEqual({ Ref: workflow });
    expect(parseExperiment(JSON.parse(Input))).toEqual(parseExperiment(experiment));
  });

  test('is skipped rather than late', () => {
    expect(RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 1 });
  });

  test('is read in UTC when no time zone is given', () => {
    const [, often] = only(resources, 'AWS::Scheduler::Schedule', 'GameDaysOften');
    expect(often.Properties).toMatchObject({
      ScheduleExpression: 'rate(12 hours)',
      ScheduleExpressionTimezone: 'Etc/UTC',
    });
  });

  test('runs as a role that may start the workflow and nothing else', () => {
    const roles = [...statementsByRole(resources)].filter(([role]) =>
      role.startsWith('SchedulerRole'),
    );
    expect(roles).toHaveLength(1);
    expect(roles[0]![1]).toMatchObject([
      { Action: ['states:StartExecution'], Resource: [`<${workflow}>`] },
    ]);
  });
});

test('no schedule is made when none is asked for', () => {
  expect(ofType(resourcesOf(aStack()), 'AWS::Scheduler::Schedule')).toEqual({});
});

test('a typo in a scheduled experiment fails the synth with one sentence', () => {
  const typo = { ...experiment, holdSecond: 60 };
  expect(() => aStack({ schedules: [{ ...weekly, experiment: typo }] })).toThrow(
    /^Cannot schedule Weekly as its experiment must be right: .*"holdSecond"/,
  );
});
