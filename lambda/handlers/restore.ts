import { awsGateways } from '../aws/environment.ts';
import { look } from '../engine/restore.ts';
import type { Making } from '../making.ts';
import { runHandler } from '../run-handler.ts';

/** State "Restore", in the workflow and in the restore machine that every other way out starts. */
export const handler: Making = (environment) => {
  const gateways = awsGateways(environment);
  return runHandler('Restore', ({ runId, by }) => look(runId, by, gateways), gateways);
};
