import { awsGateways } from '../aws/environment.ts';
import { watch } from '../engine/watch.ts';
import type { Making } from '../making.ts';
import { runHandler } from '../run-handler.ts';

/** State "Watch". */
export const handler: Making = (environment) => {
  const gateways = awsGateways(environment);
  return runHandler('Watch', ({ runId }) => watch(runId, gateways), gateways);
};
