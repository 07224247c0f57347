import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { stuckMetric } from '../core/stuck-metric.ts';
import { Alarm, sumOver } from './alarm.ts';
import type { BundledFunction } from './bundled-function.ts';
import type { JournalTable } from './journal-table.ts';

/** What a watchdog watches with. */
export interface WatchdogProps {
  readonly restoreMachine: sfn.StateMachine;
  readonly sweep: BundledFunction;
  readonly alarmTopic: sns.ITopic;
  /** Tells this deployment's runs that are stuck from those of others. */
  readonly journal: JournalTable;
}

/**
 * Restores runs whose workflow is gone, in three independent ways.
 *
 * 1. A one-time schedule, set by Arm before anything is injected and deleted only after a clean last look,
 *    starts the restore machine at the deadline. It fires up to a minute late. What it could not deliver
 *    lands in the dead-letter queue, which raises an alarm.
 * 2. A rule starts the same machine when the workflow failed, timed out or was aborted. EventBridge calls
 *    these events best effort: this is the fast way, never the only one.
 * 3. The sweeper reads the journal every five minutes and restores whatever is past its deadline, so it
 *    also covers a lost schedule and a restore machine that died.
 *
 * Starts and ends with the stack, except that schedules in being end with their group. It does not cover
 * an unreachable host (whose own timer restores it) or a journal that cannot be read, and after the stack
 * is deleted only the hosts' timers are left: delete it when no run is open.
 */
export class Watchdog extends Construct {
  readonly #restoreMachine: sfn.StateMachine;
  readonly #group: scheduler.ScheduleGroup;
  readonly #deadLetters: sqs.Queue;
  readonly #role: iam.Role;

  constructor(scope: Construct, id: string, props: WatchdogProps) {
    super(scope, id);
    const { restoreMachine, sweep } = props;
    this.#restoreMachine = restoreMachine;
    this.#group = new scheduler.ScheduleGroup(this, 'Deadlines', {
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#deadLetters = this.#makeDeadLetters();
    this.#role = this.#makeRole();
    this.#sweepEvery(Duration.minutes(5), sweep);
    this.#callPerson(props);
    this.#raiseAlarms(props);
  }

  /** Lets a function set one-time schedules, and tells it what they start. */
  armedBy(arm: BundledFunction): void {
    this.#tellGroup(arm);
    arm.function.addEnvironment('SCHEDULE_ROLE_ARN', this.#role.roleArn);
    arm.function.addEnvironment('SCHEDULE_DEAD_LETTER_ARN', this.#deadLetters.queueArn);
    arm.function.addEnvironment('RESTORE_MACHINE_ARN', this.#restoreMachine.stateMachineArn);
    arm.allow(
      this.#onSchedules('scheduler:CreateSchedule', 'scheduler:GetSchedule'),
      new iam.PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.#role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
    );
  }

  /** Lets functions delete the one-time schedule of a run that is over. */
  disarmedBy(...restorers: readonly BundledFunction[]): void {
    for (const restorer of restorers) {
      this.#tellGroup(restorer);
      restorer.allow(this.#onSchedules('scheduler:DeleteSchedule'));
    }
  }

  /** Restores what a workflow leaves when it ends without its own Restore. */
  follow(workflow: sfn.StateMachine): void {
    const input = events.RuleTargetInput.fromObject({
      execution: events.EventField.fromPath('$.detail.executionArn'),
      by: 'status-change',
    });
    new events.Rule(this, 'WorkflowEnded', {
      description: 'Restores the run of a workflow that failed, timed out or was aborted',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [workflow.stateMachineArn],
          status: ['ABORTED', 'TIMED_OUT', 'FAILED'],
        },
      },
      targets: [
        new targets.SfnStateMachine(this.#restoreMachine, {
          input,
          deadLetterQueue: this.#deadLetters,
        }),
      ],
    });
  }

  #makeDeadLetters(): sqs.Queue {
    const queue = new sqs.Queue(this, 'DeadLetters', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is the dead-letter queue; schedules and rules name it, which no template shows',
    });
    return queue;
  }

  /** The role of every one-time schedule: it starts the restore machine and can do nothing else. */
  #makeRole(): iam.Role {
    const role = new iam.Role(this, 'ScheduleRole', {
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Stack.of(this).account,
            'aws:SourceArn': this.#group.scheduleGroupArn,
          },
        },
      }),
    });
    this.#restoreMachine.grantStartExecution(role);
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['sqs:SendMessage'],
        resources: [this.#deadLetters.queueArn],
      }),
    );
    return role;
  }

  #sweepEvery(period: Duration, { function: sweep }: BundledFunction): void {
    // A failed round is not repeated: the next one is minutes away and starts from the journal.
    sweep.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: period });
    new events.Rule(this, 'Sweeper', {
      description: 'Restores runs past their deadline',
      schedule: events.Schedule.rate(period),
      targets: [new targets.LambdaFunction(sweep, { retryAttempts: 0 })],
    });
  }

  /** A run that is stuck is told by whichever Lambda finds it so, within minutes and for as long as it is. */
  #callPerson({ alarmTopic: topic, journal }: WatchdogProps): void {
    new Alarm(this, 'Stuck', {
      metric: stuckRuns(journal),
      says: 'A run is stuck: something of it may be in force. Do what aerofault report RUN prints',
      on: 'any',
      // The sweeper counts each stuck run every five minutes: off again once two rounds counted none.
      lastMinutes: 12,
      topic,
    });
  }

  #raiseAlarms({ sweep: { function: sweep }, alarmTopic: topic }: WatchdogProps): void {
    new Alarm(this, 'Undelivered', {
      metric: this.#deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: cloudwatch.Stats.MAXIMUM,
      }),
      says: 'A restore could not be started: see the message, then start the restore machine by hand',
      on: 'any',
      topic,
    });
    new Alarm(this, 'SweeperFailed', {
      metric: sweep.metricErrors(sumOver(Duration.minutes(5))),
      says: 'The sweeper could not look at every run: see its log; a run may be past its deadline',
      on: 'any',
      topic,
    });
    new Alarm(this, 'SweeperSilent', {
      metric: sweep.metricInvocations(sumOver(Duration.minutes(15))),
      says: 'The sweeper has not run for a quarter of an hour',
      on: 'silence',
      topic,
    });
    new Alarm(this, 'NotRestored', {
      metric: this.#notRestored(),
      says: 'A restore did not end clean: something of aerofault may be in force; see the execution',
      on: 'any',
      topic,
    });
  }

  #notRestored(): cloudwatch.MathExpression {
    const over = sumOver(Duration.minutes(1));
    return new cloudwatch.MathExpression({
      label: 'Restores that did not end clean',
      expression: 'failed + timedOut + aborted',
      period: Duration.minutes(1),
      usingMetrics: {
        failed: this.#restoreMachine.metricFailed(over),
        timedOut: this.#restoreMachine.metricTimedOut(over),
        aborted: this.#restoreMachine.metricAborted(over),
      },
    });
  }

  #tellGroup(made: BundledFunction): void {
    made.function.addEnvironment('SCHEDULE_GROUP', this.#group.scheduleGroupName);
    made.acknowledge(this.#schedules(), 'One schedule a run, in a group that holds nothing else');
  }

  #onSchedules(...actions: string[]): iam.PolicyStatement {
    return new iam.PolicyStatement({ actions, resources: [this.#schedules()] });
  }

  #schedules(): string {
    return Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${this.#group.scheduleGroupName}/*`,
    });
  }
}

/** Looks that found their run stuck, by whichever Lambda (lambda/aws/stuck-metric.ts). */
function stuckRuns(journal: JournalTable): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: stuckMetric.namespace,
    metricName: stuckMetric.name,
    dimensionsMap: { [stuckMetric.dimension]: journal.tableName },
    ...sumOver(Duration.minutes(1)),
  });
}
