import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { runFinished } from '../core/run-finished.ts';
import type { BundledFunction } from './bundled-function.ts';

/** Lets functions tell of a run's end on the default bus, and put no other event: none that starts a run. */
export function announcedBy(...writers: readonly BundledFunction[]): void {
  for (const writer of writers) {
    const { partition, region, account } = Stack.of(writer);
    writer.allow(
      new iam.PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [`arn:${partition}:events:${region}:${account}:event-bus/default`],
        // Both keys have many values, one an entry (service authorization reference); without any, "all" holds.
        conditions: {
          'ForAllValues:StringEquals': {
            'events:source': [runFinished.source],
            'events:detail-type': [runFinished.detailType],
          },
          Null: { 'events:source': 'false', 'events:detail-type': 'false' },
        },
      }),
    );
  }
}
