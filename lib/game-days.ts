import { Duration, TimeZone } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { parseExperiment } from '../core/experiment.ts';
import type { Experiment } from '../core/experiment.ts';
import { Refusal } from '../core/refusal.ts';

/** A run that starts by the clock. */
export interface ScheduledExperiment {
  /** Letters, digits and hyphens; it names the schedule's construct. */
  readonly name: string;
  /** `cron(…)` or `rate(…)`, as EventBridge Scheduler reads it. */
  readonly schedule: string;
  /** An IANA time zone, by which a cron expression is read; UTC when absent. */
  readonly timeZone?: string;
  /** What a file of examples/ holds; checked at synth. */
  readonly experiment: unknown;
}

/** What game days start. */
export interface GameDaysProps {
  readonly workflow: sfn.StateMachine;
  readonly schedules: readonly ScheduledExperiment[];
}

/** Source and type of the event that asks for a run; its detail is the experiment. */
export const runRequested = { source: 'aerofault', detailType: 'aerofault.run.requested' };

/** A game day that cannot start on time is skipped, never held at an hour that nobody expects. */
const atOnceOrNever = { retryAttempts: 1, maxEventAge: Duration.minutes(1) };

/**
 * Starts runs without a person: by the clock, and by an event of one's own.
 *
 * Starts and ends with the stack; a schedule that is removed from the props starts nothing more, and runs
 * that it has started go on to their own end. It does not cover a cluster that is already held by a run:
 * the second one refuses.
 */
export class GameDays extends Construct {
  readonly #workflow: sfn.StateMachine;

  /** @throws Refusal when the experiment of a schedule is none, so that a typo never leaves the desk. */
  constructor(scope: Construct, id: string, { workflow, schedules }: GameDaysProps) {
    super(scope, id);
    this.#workflow = workflow;
    this.#startOnEvent();
    for (const scheduled of schedules) this.#startBySchedule(scheduled);
  }

  #startOnEvent(): void {
    new events.Rule(this, 'RunRequested', {
      description: 'Starts the run of the experiment in the detail of an event',
      eventPattern: { source: [runRequested.source], detailType: [runRequested.detailType] },
      targets: [
        new targets.SfnStateMachine(this.#workflow, {
          input: events.RuleTargetInput.fromEventPath('$.detail'),
          ...atOnceOrNever,
        }),
      ],
    });
  }

  #startBySchedule({ name, schedule, timeZone, experiment }: ScheduledExperiment): void {
    const parsed = checked(name, experiment);
    const zone = timeZone === undefined ? TimeZone.ETC_UTC : TimeZone.of(timeZone);
    new scheduler.Schedule(this, name, {
      description: `Runs aerofault experiment ${parsed.name} on ${parsed.cluster}`,
      schedule: scheduler.ScheduleExpression.expression(schedule, zone),
      target: new StepFunctionsStartExecution(this.#workflow, {
        input: scheduler.ScheduleTargetInput.fromObject(parsed),
        ...atOnceOrNever,
      }),
    });
  }
}

function checked(name: string, experiment: unknown): Experiment {
  try {
    return parseExperiment(experiment);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(`Cannot schedule ${name} as its experiment must be right: ${found}`, {
      cause,
    });
  }
}
