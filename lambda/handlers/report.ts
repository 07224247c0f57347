import { awsGateways } from '../aws/environment.ts';
import { writeReport } from '../engine/write-report.ts';
import { runHandler } from '../run-handler.ts';

const gateways = awsGateways(process.env);

/** State "Report": the last of every run, however it ended. */
export const handler = runHandler('Report', ({ runId, failure }) =>
  writeReport(runId, failure, gateways),
);
