import { awsGateways } from '../aws/environment.ts';
import { look } from '../engine/restore.ts';
import { runHandler } from '../run-handler.ts';

const gateways = awsGateways(process.env);

/** State "Restore", in the workflow and in the restore machine that every other way out starts. */
export const handler = runHandler('Restore', ({ runId, by }) => look(runId, by, gateways));
