import { runMetrics } from '../../core/run-metrics.ts';
import type { Delivery } from '../delivery.ts';

/** Most metrics in one line of the format (CloudWatch user guide, "Embedded metric format specification"). */
const metricsMax = 100;

/**
 * Counts numbers of runs as lines of the embedded metric format, as {@link countStuck} does: CloudWatch Logs
 * makes metrics of them, without a call or a permission. The run's id is in the line, and no dimension.
 */
export function embeddedMetrics(
  journal: string,
  write: (line: string) => void = (line) => void process.stdout.write(line),
): Pick<Delivery, 'count'> {
  const { namespace, dimensions } = runMetrics;
  return {
    count({ runId, cluster, experiment }, measurements) {
      const all = measurements.slice(0, metricsMax);
      const definition = {
        Namespace: namespace,
        Dimensions: dimensions,
        Metrics: all.map(({ name, unit }) => ({ Name: name, Unit: unit })),
      };
      const values = Object.fromEntries(all.map(({ name, value }) => [name, value]));
      const of = { Journal: journal, Cluster: cluster, Experiment: experiment, runId };
      const directive = { Timestamp: Date.now(), CloudWatchMetrics: [definition] };
      write(`${JSON.stringify({ _aws: directive, ...of, ...values })}\n`);
    },
  };
}
