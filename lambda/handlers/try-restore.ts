import { awsGateways } from '../aws/environment.ts';
import { tryRestore } from '../engine/try-restore.ts';
import type { Making } from '../making.ts';
import { runHandler } from '../run-handler.ts';

/** State "TryRestore", whose role may do what the restorers' may. */
export const handler: Making = (environment) => {
  const gateways = awsGateways(environment);
  return runHandler('TryRestore', ({ runId }) => tryRestore(runId, gateways), gateways);
};
