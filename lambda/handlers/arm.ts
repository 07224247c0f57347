import { awsGateways } from '../aws/environment.ts';
import { arm } from '../engine/arm.ts';
import { runHandler } from '../run-handler.ts';

const gateways = awsGateways(process.env);

/** State "Arm". */
export const handler = runHandler('Arm', ({ runId }) => arm(runId, gateways));
