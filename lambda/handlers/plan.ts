import { awsGateways } from '../aws/environment.ts';
import { decide } from '../engine/decide.ts';
import { runTargetOf } from '../run-target.ts';

const gateways = awsGateways(process.env);

/** State "Plan". */
export const handler = (event: unknown): ReturnType<typeof decide> =>
  decide(runTargetOf(event).runId, gateways);
