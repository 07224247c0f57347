import { awsGateways } from '../aws/environment.ts';
import { proveClean } from '../engine/prove-clean.ts';
import { runTargetOf } from '../run-target.ts';

const gateways = awsGateways(process.env);

/** State "ProveClean", in the workflow and in the restore machine that every other way out starts. */
export const handler = (event: unknown): ReturnType<typeof proveClean> => {
  const { runId, by } = runTargetOf(event);
  return proveClean(runId, by, gateways);
};
