import { awsGateways } from '../aws/environment.ts';
import { prove } from '../engine/prove.ts';
import { runHandler } from '../run-handler.ts';

const gateways = awsGateways(process.env);

/** State "Prove". */
export const handler = runHandler('Prove', ({ runId }) => prove(runId, gateways));
