import { awsGateways } from '../aws/environment.ts';
import { baseline } from '../engine/baseline.ts';
import { runHandler } from '../run-handler.ts';

const gateways = awsGateways(process.env);

/** State "Baseline". */
export const handler = runHandler('Baseline', ({ runId }) => baseline(runId, gateways));
