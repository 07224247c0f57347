import { awsGateways } from '../aws/environment.ts';
import { proveClean } from '../engine/prove-clean.ts';
import { runHandler } from '../run-handler.ts';

const gateways = awsGateways(process.env);

/** State "ProveClean", in the workflow and in the restore machine that every other way out starts. */
export const handler = runHandler('ProveClean', ({ runId, by }) => proveClean(runId, by, gateways));
