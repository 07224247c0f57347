import { awsGateways } from '../aws/environment.ts';
import { prove } from '../engine/prove.ts';
import { runTargetOf } from '../run-target.ts';

const gateways = awsGateways(process.env);

/** State "Prove". */
export const handler = (event: unknown): ReturnType<typeof prove> =>
  prove(runTargetOf(event).runId, gateways);
