import { awsGateways } from '../aws/environment.ts';
import { decide } from '../engine/decide.ts';
import { runHandler } from '../run-handler.ts';

const gateways = awsGateways(process.env);

/** State "Plan". */
export const handler = runHandler('Plan', ({ runId }) => decide(runId, gateways));
