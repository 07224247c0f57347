import { stuckMetric } from '../../core/stuck-metric.ts';

/**
 * Counts a look that found its run stuck, as a line of the embedded metric format, which CloudWatch Logs
 * turns into a metric: no call, no permission, nothing that could fail beside the look itself.
 *
 * Not by `console`: with JSON logging the Lambda runtime would wrap the line, and CloudWatch reads the
 * format at the top of an event only (CloudWatch user guide, "Embedded metric format specification").
 */
export function countStuck(
  runId: string,
  table: string | undefined = process.env['JOURNAL_TABLE'],
  write: (line: string) => void = (line) => void process.stdout.write(line),
): void {
  const { namespace, name, dimension } = stuckMetric;
  const definition = {
    Namespace: namespace,
    Dimensions: [[dimension]],
    Metrics: [{ Name: name, Unit: 'Count' }],
  };
  const directive = { Timestamp: Date.now(), CloudWatchMetrics: [definition] };
  write(
    `${JSON.stringify({ _aws: directive, [dimension]: table ?? 'unknown', [name]: 1, runId })}\n`,
  );
}
