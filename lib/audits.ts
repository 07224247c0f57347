import { Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { parseAuditRequest } from '../core/audit/request.ts';
import { Refusal } from '../core/refusal.ts';
import { Alarm, sumOver } from './alarm.ts';
import type { BundledFunction } from './bundled-function.ts';
import { patientTask } from './lambda-task.ts';
import { refuseForeign } from './named-clusters.ts';
import { failWith } from './restore-tail.ts';
import { stateMachine } from './state-machine.ts';

/** An audit that starts by the clock. */
export interface ScheduledAudit {
  /** Letters, digits and hyphens; it names the schedule's construct. */
  readonly name: string;
  /** When, and by which time zone. */
  readonly at: scheduler.ScheduleExpression;
  /** What the machine is given, such as `{ "cluster": "orders-staging" }`; checked at synth. */
  readonly audit: Record<string, unknown>;
  /**
   * Whether it starts anything.
   *
   * @default true
   */
  readonly enabled?: boolean;
}

/** What audits are made of. */
export interface AuditsProps {
  readonly audit: BundledFunction;
  readonly schedules: readonly ScheduledAudit[];
  /** Where the schedules are listed. */
  readonly group: scheduler.IScheduleGroup;
  /** Those of the deployment; undefined: all. */
  readonly clusters: readonly string[] | undefined;
  readonly alarmTopic: sns.ITopic;
  readonly logRetention: RetentionDays;
}

/**
 * Runs without a fault, on a schedule or by hand: its input names a cluster.
 *
 * Started by a person, by the command line, or by a schedule. Ends as Done where the cluster is as it was
 * accepted, nothing was accepted yet, or it was asked to accept what it finds; else as Differs, with the
 * differences in its cause, which raises an alarm. It changes nothing on hosts and network, and takes no
 * cluster's lock, so there is nothing to restore and the watchdog does not follow it.
 */
export class Audits extends Construct {
  readonly machine: sfn.StateMachine;

  /**
   * @throws Refusal when what a schedule asks for is no audit, or for no cluster of the deployment, so that a
   * typo never leaves the desk.
   */
  constructor(scope: Construct, id: string, props: AuditsProps) {
    super(scope, id);
    const { audit, schedules, alarmTopic, logRetention } = props;
    this.machine = stateMachine(this, {
      definition: this.#definition(audit),
      invokes: [audit],
      logRetention,
      comment: 'Audits one cluster, without a fault: {"cluster": "…"}',
    });
    for (const scheduled of schedules) this.#startBySchedule(scheduled, props);
    new Alarm(this, 'Failed', {
      metric: this.machine.metricFailed(sumOver(Duration.minutes(5))),
      says: 'A cluster is not as it was accepted, or could not be audited: see the execution, or aerofault audit CLUSTER',
      on: 'any',
      topic: alarmTopic,
    });
  }

  #definition({ function: lambdaFunction }: BundledFunction): sfn.IChainable {
    const task = patientTask(this, 'Audit', {
      lambdaFunction,
      payload: sfn.TaskInput.fromObject({
        execution: sfn.JsonPath.executionId,
        input: sfn.JsonPath.objectAt('$$.Execution.Input'),
      }),
      resultSelector: Object.fromEntries(
        ['verdict', 'accepted', 'error', 'cause', 'says'].map((key) => [
          `${key}.$`,
          `$.Payload.${key}`,
        ]),
      ),
    });
    const isAsAccepted = new sfn.Choice(this, 'IsAsAccepted', {
      comment: 'Is the cluster as it was accepted, or what was found accepted now?',
    });
    isAsAccepted
      .when(
        sfn.Condition.and(
          sfn.Condition.stringEquals('$.verdict', 'differs'),
          sfn.Condition.booleanEquals('$.accepted', false),
        ),
        failWith(this, 'Differs', '$', ['error', 'cause']),
      )
      .otherwise(new sfn.Succeed(this, 'Done'));
    return task.next(isAsAccepted);
  }

  #startBySchedule(
    { name, at, audit, enabled }: ScheduledAudit,
    { group: scheduleGroup, clusters }: AuditsProps,
  ): void {
    const request = checked(name, audit);
    refuseForeign(name, [request.cluster], clusters);
    const made = new scheduler.Schedule(this, name, {
      description: `Audits ${request.cluster} with aerofault`,
      scheduleGroup,
      schedule: at,
      ...(enabled === undefined ? {} : { enabled }),
      target: new StepFunctionsStartExecution(this.machine, {
        input: scheduler.ScheduleTargetInput.fromObject(request),
        retryAttempts: 0,
        maxEventAge: Duration.minutes(5),
      }),
    });
    // It bears the group's name as a word, by which CloudFormation knows no order.
    made.node.addDependency(scheduleGroup);
  }
}

function checked(name: string, audit: unknown) {
  try {
    return parseAuditRequest(audit);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(`Cannot schedule ${name} as what it asks for must be right: ${found}`, {
      cause,
    });
  }
}
