import * as z from 'zod';
import type { Delivery } from '../delivery.ts';
import { announcements } from './announcements.ts';
import type { Connection } from './connection.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { logOf } from './log.ts';
import { reportsBucket } from './reports-bucket.ts';

/** What the Lambdas that write reports are told beside; AWS_REGION Lambda tells them all. */
const Environment = z.object({
  JOURNAL_TABLE: z.string().min(1),
  REPORT_BUCKET: z.string().min(1).optional(),
  AWS_REGION: z.string().min(1).default('us-east-1'),
  AWS_ENDPOINT_URL: z.string().optional(),
  AWS_ENDPOINT_URL_S3: z.string().optional(),
});

/**
 * How reports reach people, from the environment of a Lambda. Apart from the other gateways, so that only
 * those that write reports make a client of S3 and may put into the bucket.
 *
 * @throws Error where the journal's table is not told.
 */
export function awsDelivery(
  environment: Readonly<Record<string, string | undefined>>,
  connection: Connection = {},
): Delivery {
  const read = Environment.parse(environment);
  const { JOURNAL_TABLE: journal, REPORT_BUCKET: bucket, AWS_REGION: region } = read;
  const isElsewhere = (read.AWS_ENDPOINT_URL_S3 ?? read.AWS_ENDPOINT_URL) !== undefined;
  return {
    journal,
    ...reportsBucket(connection, {
      bucket: () => demanded(bucket),
      region,
      isInPath: isElsewhere || connection.endpoint !== undefined,
    }),
    ...announcements(connection),
    ...embeddedMetrics(journal),
    tell: (runId, says) => logOf(runId)('not delivered', { why: says }),
  };
}

function demanded(bucket: string | undefined): string {
  if (bucket !== undefined) return bucket;
  throw new Error('Cannot keep the report as REPORT_BUCKET must be set: found nothing');
}
