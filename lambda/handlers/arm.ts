import { awsGateways } from '../aws/environment.ts';
import { arm } from '../engine/arm.ts';
import { runTargetOf } from '../run-target.ts';

const gateways = awsGateways(process.env);

/** State "Arm". */
export const handler = (event: unknown): ReturnType<typeof arm> =>
  arm(runTargetOf(event).runId, gateways);
