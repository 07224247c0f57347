import { awsGateways } from '../aws/environment.ts';
import { awaitRecovery } from '../engine/await-recovery.ts';
import { runTargetOf } from '../run-target.ts';

const gateways = awsGateways(process.env);

/** State "AwaitRecovery". */
export const handler = (event: unknown): ReturnType<typeof awaitRecovery> =>
  awaitRecovery(runTargetOf(event).runId, gateways);
