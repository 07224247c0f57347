import { awsGateways } from '../aws/environment.ts';
import { inject } from '../engine/inject.ts';
import { runTargetOf } from '../run-target.ts';

const gateways = awsGateways(process.env);

/** State "Inject". */
export const handler = (event: unknown): ReturnType<typeof inject> =>
  inject(runTargetOf(event).runId, gateways);
