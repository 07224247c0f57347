import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { runMetrics } from '../core/run-metrics.ts';
import { stuckMetric } from '../core/stuck-metric.ts';

/** A number of the runs of one deployment, which is told from others by its journal table. */
export function runMetric(
  journal: string,
  metricName: string,
  options: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: runMetrics.namespace,
    metricName,
    statistic: cloudwatch.Stats.SUM,
    ...options,
    dimensionsMap: { [stuckMetric.dimension]: journal, ...options.dimensionsMap },
  });
}
