import { awsGateways } from '../aws/environment.ts';
import { watch } from '../engine/watch.ts';
import { runTargetOf } from '../run-target.ts';

const gateways = awsGateways(process.env);

/** State "Watch". */
export const handler = (event: unknown): ReturnType<typeof watch> =>
  watch(runTargetOf(event).runId, gateways);
