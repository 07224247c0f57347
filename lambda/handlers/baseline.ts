import { awsGateways } from '../aws/environment.ts';
import { baseline } from '../engine/baseline.ts';
import { runTargetOf } from '../run-target.ts';

const gateways = awsGateways(process.env);

/** State "Baseline". */
export const handler = (event: unknown): ReturnType<typeof baseline> =>
  baseline(runTargetOf(event).runId, gateways);
