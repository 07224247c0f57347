import { awsGateways } from '../aws/environment.ts';
import { inject } from '../engine/inject.ts';
import type { Making } from '../making.ts';
import { runHandler } from '../run-handler.ts';

/** State "Inject". */
export const handler: Making = (environment) => {
  const gateways = awsGateways(environment);
  return runHandler('Inject', ({ runId }) => inject(runId, gateways), gateways);
};
