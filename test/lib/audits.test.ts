import { TimeZone } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { aStack, definitionOf, ofType, only, resourcesOf, textOf } from './synthesised.ts';
import { statementsByRole } from './policies.ts';

const nightly = {
  name: 'Nightly',
  at: ScheduleExpression.expression('cron(0 3 * * ? *)', TimeZone.EUROPE_BERLIN),
  audit: { cluster: 'orders-staging' },
};
const resources = resourcesOf(aStack({ audits: [nightly] }));
const [machine] = only(resources, 'AWS::StepFunctions::StateMachine', 'Audits');
const States = z.object({
  StartAt: z.string(),
  States: z.record(z.string(), z.record(z.string(), z.unknown())),
});
const { StartAt, States: states } = States.parse(definitionOf(resources, 'Audits'));

describe('the audit machine', () => {
  test('asks one Lambda, and fails with the differences in its cause', () => {
    expect(StartAt).toBe('Audit');
    expect(Object.keys(states).toSorted()).toEqual(['Audit', 'Differs', 'Done', 'IsAsAccepted']);
    expect(states['Audit']).toMatchObject({
      Parameters: {
        Payload: { 'execution.$': '$$.Execution.Id', 'input.$': '$$.Execution.Input' },
      },
      ResultSelector: { 'verdict.$': '$.Payload.verdict', 'accepted.$': '$.Payload.accepted' },
      Next: 'IsAsAccepted',
    });
    expect(states['IsAsAccepted']).toMatchObject({
      Choices: [
        {
          And: [
            { Variable: '$.verdict', StringEquals: 'differs' },
            { Variable: '$.accepted', BooleanEquals: false },
          ],
          Next: 'Differs',
        },
      ],
      Default: 'Done',
    });
    expect(states['Differs']).toMatchObject({ ErrorPath: '$.error', CausePath: '$.cause' });
  });

  test('may invoke that Lambda alone', () => {
    const own = [...statementsByRole(resources)].find(([role]) => role.startsWith('AuditsRole'));
    const invokes = own?.[1].filter(({ Action }) => Action.includes('lambda:InvokeFunction'));
    expect(invokes?.flatMap(({ Resource }) => Resource)).toHaveLength(1);
    expect(JSON.stringify(invokes)).toContain('FunctionsAudit');
  });

  test('is not followed by the watchdog, for there is nothing to restore', () => {
    const [, rule] = only(resources, 'AWS::Events::Rule', 'WatchdogWorkflowEnded');
    expect(JSON.stringify(rule.Properties['EventPattern'])).not.toContain(machine);
  });

  test('raises an alarm when an audit differs or fails', () => {
    const [, alarm] = only(resources, 'AWS::CloudWatch::Alarm', 'AuditsFailed');
    expect(alarm.Properties).toMatchObject({
      MetricName: 'ExecutionsFailed',
      Dimensions: [{ Name: 'StateMachineArn', Value: { Ref: machine } }],
    });
  });
});

describe('a schedule', () => {
  test('starts the machine with the request, in its own time zone', () => {
    const [, schedule] = only(resources, 'AWS::Scheduler::Schedule', 'AuditsNightly');
    expect(schedule.Properties).toMatchObject({
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      Target: { Arn: { Ref: machine } },
    });
    const [group, { Properties }] = only(resources, 'AWS::Scheduler::ScheduleGroup', 'Schedules');
    expect(schedule.Properties['GroupName']).toBe(Properties['Name']);
    expect(schedule.DependsOn).toContain(group);
    const { Input } = z.object({ Input: z.unknown() }).parse(schedule.Properties['Target']);
    expect(JSON.parse(textOf(Input))).toEqual({
      cluster: 'orders-staging',
      servicePort: 3000,
      accept: false,
    });
  });

  test('there is none unless asked for', () => {
    const none = ofType(resourcesOf(aStack()), 'AWS::Scheduler::Schedule');
    expect(Object.keys(none).filter((id) => id.startsWith('Audits'))).toEqual([]);
  });

  test('of no audit is refused at synth', () => {
    expect(() => aStack({ audits: [{ ...nightly, audit: { clusters: 'orders' } }] })).toThrow(
      /^Cannot schedule Nightly as what it asks for must be right: /,
    );
  });
});
