import { awsDelivery } from '../aws/delivery.ts';
import { awsGateways } from '../aws/environment.ts';
import { logOf } from '../aws/log.ts';
import { countStuck } from '../aws/stuck-metric.ts';
import { sweep } from '../engine/sweep.ts';
import type { Making } from '../making.ts';

/** The sweeper's round, every five minutes. @throws when any run could not be looked at. */
export const handler: Making = (environment) => {
  const gateways = { ...awsGateways(environment), delivery: awsDelivery(environment) };
  return async (): Promise<{ looked: number }> => {
    const { looked, failed } = await sweep(gateways, ({ runId, why, error }) => {
      logOf(runId)('sweep fails', { why });
      if (error === 'Stuck') countStuck(runId);
    });
    if (failed.length === 0) return { looked };
    throw new Error(
      `Cannot finish the sweep as every run must be looked at: found ${failed.length} of ${looked} that could not`,
    );
  };
};
