import { awsGateways } from '../aws/environment.ts';
import { proveClean } from '../engine/prove-clean.ts';
import type { Making } from '../making.ts';
import { runHandler } from '../run-handler.ts';

/** State "ProveClean", in the workflow and in the restore machine that every other way out starts. */
export const handler: Making = (environment) => {
  const gateways = awsGateways(environment);
  return runHandler('ProveClean', ({ runId, by }) => proveClean(runId, by, gateways), gateways);
};
