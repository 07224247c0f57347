import type { EventPattern } from 'aws-cdk-lib/aws-events';

/** Source and type of the event that asks for a run; its detail is the input of the workflow. */
const runRequested = { source: ['aerofault'], detailType: ['aerofault.run.requested'] };

/**
 * Longest pattern, in characters: EventBridge takes 2,048 (user guide, "EventBridge quotas"). So long a one
 * stays far below the 1,000 combinations that it makes of `$or`.
 */
const patternMax = 2_000;

/**
 * Matches what asks for a run on one of these clusters, however it is asked: an experiment, one wrapped with
 * who starts it, or a list, of which one experiment on such a cluster is enough. Open has the last word, so
 * that more may match than it takes, and never less: without names, and with more than a pattern has room
 * for, every event does.
 */
export function runRequestedOn(clusters: readonly string[] | undefined): EventPattern {
  if (clusters === undefined) return runRequested;
  const on = { cluster: [...clusters] };
  const narrow = { ...runRequested, detail: { $or: [on, { experiment: on }, { pick: on }] } };
  return JSON.stringify(narrow).length > patternMax ? runRequested : narrow;
}
