import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { runMetrics } from '../core/run-metrics.ts';
import { stuckMetric } from '../core/stuck-metric.ts';
import { sumOver } from './alarm.ts';
import { runMetric } from './run-metric.ts';

/** What a dashboard shows. */
export interface RunDashboardProps {
  /** Tells this deployment's runs from those of others, by its journal table. */
  readonly journal: string;
  readonly workflow: sfn.StateMachine;
  readonly restoreMachine: sfn.StateMachine;
  readonly sweep: lambda.Function;
}

const day = Duration.days(1);
const minutes = Duration.minutes(5);
const { outcomes, verdicts, answers, spans, residue, notDelivered } = runMetrics;

/** The colours of an answer are the same wherever it is shown, and never alone: each line has its name. */
const { Color } = cloudwatch;
const colours: Readonly<Record<string, string>> = {
  confirmed: Color.GREEN,
  'not-confirmed': Color.ORANGE,
  refuted: Color.RED,
  inconclusive: Color.GREY,
  refused: Color.BLUE,
  'not-clean': Color.RED,
  broken: Color.PURPLE,
};

/**
 * One page about the runs of a deployment: how they ended, what was seen, how long it took, and whether
 * what restores them is well. Runs of single clusters and experiments have the same metrics with these as
 * dimensions. It wakes nobody: alarms do.
 */
export class RunDashboard extends Construct {
  readonly name: string;
  readonly #journal: string;

  constructor(scope: Construct, id: string, props: RunDashboardProps) {
    super(scope, id);
    this.#journal = props.journal;
    const dashboard = new cloudwatch.Dashboard(this, 'Resource', {
      defaultInterval: Duration.days(30),
    });
    dashboard.addWidgets(this.#outcomes(), this.#durations());
    dashboard.addWidgets(...this.#verdicts());
    dashboard.addWidgets(this.#trouble(), executions(props), sweeper(props));
    this.name = dashboard.dashboardName;
  }

  #outcomes(): cloudwatch.GraphWidget {
    return stacked(
      'Runs by outcome',
      Object.entries(outcomes).map(([word, name]) => this.#daily(name, word)),
    );
  }

  #durations(): cloudwatch.GraphWidget {
    const says = {
      [spans.bite]: 'until in force',
      [spans.split]: 'until split',
      [spans.restore]: 'until restored',
      [spans.recover]: 'until recovered',
    };
    return new cloudwatch.GraphWidget({
      title: 'How long it took (longest of a day, milliseconds)',
      width: 12,
      left: Object.entries(says).map(([metricName, label]) =>
        this.#metric({ metricName, label, period: day, statistic: cloudwatch.Stats.MAXIMUM }),
      ),
    });
  }

  #verdicts(): cloudwatch.GraphWidget[] {
    return Object.values(verdicts).map((verdict) =>
      stacked(
        verdict,
        Object.entries(answers).map(([word, answer]) => this.#daily(`${verdict}${answer}`, word)),
        4,
      ),
    );
  }

  #trouble(): cloudwatch.GraphWidget {
    const count = (metricName: string, label: string) =>
      this.#metric({ metricName, label, ...sumOver(minutes) });
    return new cloudwatch.GraphWidget({
      title: 'Stuck, residue, reports not delivered',
      width: 8,
      left: [
        count(stuckMetric.name, 'looks at stuck runs'),
        count(residue, 'residue'),
        count(notDelivered, 'reports not delivered'),
      ],
    });
  }

  #daily(metricName: string, word: string): cloudwatch.Metric {
    const color = colours[word];
    return this.#metric({
      metricName,
      label: word,
      ...sumOver(day),
      ...(color === undefined ? {} : { color }),
    });
  }

  #metric({
    metricName,
    ...options
  }: { metricName: string } & cloudwatch.MetricOptions): cloudwatch.Metric {
    return runMetric(this.#journal, metricName, options);
  }
}

function stacked(title: string, left: cloudwatch.IMetric[], width = 12): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, width, left, stacked: true });
}

function executions({ workflow, restoreMachine }: RunDashboardProps): cloudwatch.GraphWidget {
  const over = sumOver(minutes);
  return new cloudwatch.GraphWidget({
    title: 'Executions that did not end well',
    width: 8,
    left: [
      workflow.metricFailed({ ...over, label: 'workflow failed (refused ones too)' }),
      workflow.metricTimedOut({ ...over, label: 'workflow timed out' }),
      workflow.metricAborted({ ...over, label: 'workflow stopped' }),
      restoreMachine.metricFailed({ ...over, label: 'restore failed' }),
      restoreMachine.metricTimedOut({ ...over, label: 'restore timed out' }),
      restoreMachine.metricAborted({ ...over, label: 'restore stopped' }),
    ],
  });
}

/** AsyncEventAge: from the tick of the sweeper's clock to its start (Lambda developer guide, metrics). */
function sweeper({ sweep }: RunDashboardProps): cloudwatch.GraphWidget {
  const longest = { period: minutes, statistic: cloudwatch.Stats.MAXIMUM };
  return new cloudwatch.GraphWidget({
    title: 'Sweeper',
    width: 8,
    left: [
      sweep.metricInvocations({ ...sumOver(minutes), label: 'rounds' }),
      sweep.metricErrors({ ...sumOver(minutes), label: 'rounds with errors' }),
    ],
    right: [
      sweep.metric('AsyncEventAge', { ...longest, label: 'late by (ms)' }),
      sweep.metricDuration({ ...longest, label: 'took (ms)' }),
    ],
  });
}
