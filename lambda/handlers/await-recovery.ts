import { awsGateways } from '../aws/environment.ts';
import { awaitRecovery } from '../engine/await-recovery.ts';
import { runHandler } from '../run-handler.ts';

const gateways = awsGateways(process.env);

/** State "AwaitRecovery". */
export const handler = runHandler('AwaitRecovery', ({ runId }) => awaitRecovery(runId, gateways));
