import type { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** What an alarm watches, and for whom. */
export interface AlarmProps {
  readonly metric: cloudwatch.IMetric;
  /** What it means and what to do, for the person it wakes. */
  readonly says: string;
  /** Told when it goes off. */
  readonly topic: sns.ITopic;
  /** Off at the first count above zero, or at the first silence. */
  readonly on: 'any' | 'silence';
  /** For a metric by the minute: off at once, and over only when none of so many minutes counted any. */
  readonly lastMinutes?: number;
}

/** An alarm at the first sign: no threshold to tune. */
export class Alarm extends Construct {
  constructor(scope: Construct, id: string, props: AlarmProps) {
    super(scope, id);
    const { metric, says, topic, on, lastMinutes = 1 } = props;
    const alarm = new cloudwatch.Alarm(this, 'Resource', {
      metric,
      alarmDescription: says,
      threshold: 1,
      evaluationPeriods: lastMinutes,
      datapointsToAlarm: 1,
      ...limits[on],
    });
    alarm.addAlarmAction(new SnsAction(topic));
  }
}

/** A metric's sum over a period. */
export function sumOver(period: Duration): cloudwatch.MetricOptions {
  return { period, statistic: cloudwatch.Stats.SUM };
}

const { ComparisonOperator, TreatMissingData } = cloudwatch;

const limits = {
  any: {
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  },
  silence: {
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.BREACHING,
  },
};
