import { awsGateways } from '../aws/environment.ts';
import { decide } from '../engine/decide.ts';
import type { Making } from '../making.ts';
import { runHandler } from '../run-handler.ts';

/** State "Plan". */
export const handler: Making = (environment) => {
  const gateways = awsGateways(environment);
  return runHandler('Plan', ({ runId }) => decide(runId, gateways), gateways);
};
