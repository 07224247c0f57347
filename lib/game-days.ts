import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { askedRun, clustersAsked } from '../core/asked-run.ts';
import { Refusal } from '../core/refusal.ts';
import type { Experiment } from './experiment.ts';
import { refuseForeign } from './named-clusters.ts';
import { runRequestedOn } from './run-requested.ts';

/** What starts by the clock, and when. */
export interface ScheduleOptions {
  /**
   * What is run.
   *
   * @default - one of `experiments`
   */
  readonly experiment?: Experiment;
  /**
   * Of which one is run, another every time: chance picks it when the run starts.
   *
   * @default - `experiment`
   */
  readonly experiments?: readonly Experiment[];
  /**
   * Makes every run pick the same of `experiments`.
   *
   * @default - each run picks by its own id, and journals the seed
   */
  readonly seed?: number;
  /** When, and by which time zone: `ScheduleExpression.cron(…)`, `.rate(…)` or `.at(…)`. */
  readonly at: scheduler.ScheduleExpression;
  /**
   * Whether it starts anything.
   *
   * @default true
   */
  readonly enabled?: boolean;
}

/** The same with a name, for a list. */
export interface ScheduledRun extends ScheduleOptions {
  /** Letters, digits and hyphens; it names the schedule's construct. */
  readonly name: string;
}

/** What game days start. */
export interface GameDaysProps {
  readonly workflow: sfn.StateMachine;
  readonly schedules: readonly ScheduledRun[];
  /** Where the schedules are listed. */
  readonly group: scheduler.IScheduleGroup;
  /** Those of the deployment; undefined: all. */
  readonly clusters: readonly string[] | undefined;
}

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
  readonly #group: scheduler.IScheduleGroup;
  readonly #clusters: readonly string[] | undefined;

  /** @throws Refusal where it is not clear what is to be run, or it is for no cluster of the deployment. */
  constructor(scope: Construct, id: string, props: GameDaysProps) {
    super(scope, id);
    const { workflow, schedules, group, clusters } = props;
    this.#workflow = workflow;
    this.#group = group;
    this.#clusters = clusters;
    this.#startOnEvent();
    for (const { name, ...options } of schedules) this.schedule(name, options);
  }

  #startOnEvent(): void {
    new events.Rule(this, 'RunRequested', {
      description: 'Starts the run of the experiment in the detail of an event',
      eventPattern: runRequestedOn(this.#clusters),
      targets: [
        new targets.SfnStateMachine(this.#workflow, {
          input: events.RuleTargetInput.fromEventPath('$.detail'),
          ...atOnceOrNever,
        }),
      ],
    });
  }

  /** Starts runs by the clock. @throws Refusal as the constructor does. */
  schedule(id: string, options: ScheduleOptions): scheduler.Schedule {
    const { at, enabled } = options;
    const { input, says } = asked(id, options);
    refuseForeign(id, clustersAsked(input), this.#clusters);
    const made = new scheduler.Schedule(this, id, {
      description: `Runs aerofault experiment ${says}`,
      scheduleGroup: this.#group,
      schedule: at,
      ...(enabled === undefined ? {} : { enabled }),
      target: new StepFunctionsStartExecution(this.#workflow, {
        input: scheduler.ScheduleTargetInput.fromObject(input),
        ...atOnceOrNever,
      }),
    });
    // It bears the group's name as a word, by which CloudFormation knows no order.
    made.node.addDependency(this.#group);
    return made;
  }
}

/** The input of the workflow, and how it is described to people. */
function asked(
  id: string,
  { experiment, experiments, seed }: ScheduleOptions,
): { input: object; says: string } {
  const of = experiments?.length ?? 0;
  if ((experiment === undefined) === (of === 0)) {
    throw new Refusal(
      `Cannot schedule ${id} as either an experiment or a list of some must be given: found ${of === 0 ? 'neither' : 'both'}`,
    );
  }
  if (experiment !== undefined) {
    return { input: experiment.input, says: `${experiment.name} on ${experiment.cluster}` };
  }
  const pick = experiments?.map(({ input }) => input);
  const input = { pick, ...(seed === undefined ? {} : { seed }) };
  askedRun(input, id);
  return { input, says: `one of ${of}, by chance` };
}
