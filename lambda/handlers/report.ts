import { awsGateways } from '../aws/environment.ts';
import { writeReport } from '../engine/write-report.ts';
import { runTargetOf } from '../run-target.ts';

const gateways = awsGateways(process.env);

/** State "Report": the last of every run, however it ended. */
export const handler = (event: unknown): ReturnType<typeof writeReport> => {
  const { runId, failure } = runTargetOf(event);
  return writeReport(runId, failure, gateways);
};
