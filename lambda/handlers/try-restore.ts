import { awsGateways } from '../aws/environment.ts';
import { tryRestore } from '../engine/try-restore.ts';
import { runHandler } from '../run-handler.ts';

const gateways = awsGateways(process.env);

/** State "TryRestore", whose role may do what the restorers' may. */
export const handler = runHandler('TryRestore', ({ runId }) => tryRestore(runId, gateways));
