import { awsGateways } from '../aws/environment.ts';
import { awaitRecovery } from '../engine/await-recovery.ts';
import type { Making } from '../making.ts';
import { runHandler } from '../run-handler.ts';

/** State "AwaitRecovery". */
export const handler: Making = (environment) => {
  const gateways = awsGateways(environment);
  return runHandler('AwaitRecovery', ({ runId }) => awaitRecovery(runId, gateways), gateways);
};
