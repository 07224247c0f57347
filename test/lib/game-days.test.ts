import { Duration, TimeZone } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseExperiment } from '../../core/experiment.ts';
import { Experiment } from '../../lib/experiment.ts';
import { statementsByRole } from './policies.ts';
import { aStack, ofType, only, resourcesOf } from './synthesised.ts';

const experiment = {
  name: 'isolate-one-node',
  cluster: 'orders-staging',
  fault: { kind: 'partition', topology: { kind: 'isolate', count: 1 } },
  mechanism: 'iptables',
  holdSeconds: 60,
};
const cron = { minute: '0', hour: '10', weekDay: 'TUE', timeZone: TimeZone.EUROPE_BERLIN };
const at = ScheduleExpression.cron(cron);
const once = new Date('2026-12-01T09:30:00Z');

const resources = resourcesOf(
  aStack({
    schedules: [
      { name: 'Weekly', at, experiment: Experiment.fromObject(experiment) },
      {
        name: 'Often',
        at: ScheduleExpression.rate(Duration.hours(12)),
        experiment: Experiment.fromObject(experiment),
        enabled: false,
      },
      {
        name: 'Once',
        at: ScheduleExpression.at(once),
        experiment: Experiment.fromFile('examples/isolate-one-node.json'),
      },
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

  test('is made in the group of the stack, which ends with it', () => {
    const [id, group] = only(resources, 'AWS::Scheduler::ScheduleGroup', 'Schedules');
    expect(schedule.Properties['GroupName']).toBe(group.Properties['Name']);
    expect(schedule.DependsOn).toContain(id);
    expect(group.DeletionPolicy).toBe('Delete');
  });

  test('is skipped rather than late', () => {
    expect(RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 1 });
  });

  test('is read in UTC when no time zone is given, and may wait for another day', () => {
    const [, often] = only(resources, 'AWS::Scheduler::Schedule', 'GameDaysOften');
    expect(often.Properties).toMatchObject({
      ScheduleExpression: 'rate(12 hours)',
      ScheduleExpressionTimezone: 'Etc/UTC',
      State: 'DISABLED',
    });
  });

  test('may be for once', () => {
    const [, { Properties }] = only(resources, 'AWS::Scheduler::Schedule', 'GameDaysOnce');
    expect(Properties['ScheduleExpression']).toBe('at(2026-12-01T09:30:00)');
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
