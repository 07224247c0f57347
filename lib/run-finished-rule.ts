import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { finishedRuns } from './notifications.ts';

/** Who hears of the ends of runs, and of which. */
export interface OnRunFinishedOptions {
  /** What gets the event `aerofault.run.finished` (schema/run-finished.schema.json). */
  readonly target: events.IRuleTarget;
  /**
   * Of which outcomes: confirmed, not-confirmed, refused, not-clean, broken.
   *
   * @default - all
   */
  readonly outcomes?: readonly string[];
}

/** Sends the ends of a deployment's runs somewhere. */
export function runFinishedRule(
  scope: Construct,
  id: string,
  { journal, target, outcomes }: OnRunFinishedOptions & { readonly journal: string },
): events.Rule {
  return new events.Rule(scope, id, {
    description: 'Hears of aerofault runs that have ended',
    eventPattern: finishedRuns(journal, outcomes),
    targets: [target],
  });
}
