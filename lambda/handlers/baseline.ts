import { awsGateways } from '../aws/environment.ts';
import { baseline } from '../engine/baseline.ts';
import type { Making } from '../making.ts';
import { runHandler } from '../run-handler.ts';

/** State "Baseline". */
export const handler: Making = (environment) => {
  const gateways = awsGateways(environment);
  return runHandler('Baseline', ({ runId }) => baseline(runId, gateways), gateways);
};
