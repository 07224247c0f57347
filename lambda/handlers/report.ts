import { awsDelivery } from '../aws/delivery.ts';
import { awsGateways } from '../aws/environment.ts';
import { writeReport } from '../engine/write-report.ts';
import type { Making } from '../making.ts';
import { runHandler } from '../run-handler.ts';

/** State "Report": the last of every run, however it ended. */
export const handler: Making = (environment) => {
  const gateways = { ...awsGateways(environment), delivery: awsDelivery(environment) };
  return runHandler(
    'Report',
    ({ runId, failure }) => writeReport(runId, failure, gateways),
    gateways,
  );
};
