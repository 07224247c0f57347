import { awsGateways } from '../aws/environment.ts';
import { prove } from '../engine/prove.ts';
import type { Making } from '../making.ts';
import { runHandler } from '../run-handler.ts';

/** State "Prove". */
export const handler: Making = (environment) => {
  const gateways = awsGateways(environment);
  return runHandler('Prove', ({ runId }) => prove(runId, gateways), gateways);
};
