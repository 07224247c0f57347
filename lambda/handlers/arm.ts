import { awsGateways } from '../aws/environment.ts';
import { arm } from '../engine/arm.ts';
import type { Making } from '../making.ts';
import { runHandler } from '../run-handler.ts';

/** State "Arm". */
export const handler: Making = (environment) => {
  const gateways = awsGateways(environment);
  return runHandler('Arm', ({ runId }) => arm(runId, gateways), gateways);
};
