import { awsGateways } from '../aws/environment.ts';
import { watch } from '../engine/watch.ts';
import { runHandler } from '../run-handler.ts';

const gateways = awsGateways(process.env);

/** State "Watch". */
export const handler = runHandler('Watch', ({ runId }) => watch(runId, gateways));
