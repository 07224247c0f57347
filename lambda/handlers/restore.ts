import { awsGateways } from '../aws/environment.ts';
import { look } from '../engine/restore.ts';
import { runTargetOf } from '../run-target.ts';

const gateways = awsGateways(process.env);

/** State "Restore", in the workflow and in the restore machine that every other way out starts. */
export const handler = (event: unknown): ReturnType<typeof look> => {
  const { runId, by } = runTargetOf(event);
  return look(runId, by, gateways);
};
