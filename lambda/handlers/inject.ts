import { awsGateways } from '../aws/environment.ts';
import { inject } from '../engine/inject.ts';
import { runHandler } from '../run-handler.ts';

const gateways = awsGateways(process.env);

/** State "Inject". */
export const handler = runHandler('Inject', ({ runId }) => inject(runId, gateways));
