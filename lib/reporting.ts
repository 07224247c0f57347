import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { ExperimentWorkflow } from './experiment-workflow.ts';
import type { JournalTable } from './journal-table.ts';
import { RunNotifications } from './notifications.ts';
import type { Notifications } from './notifications.ts';
import { ReportBucket } from './report-bucket.ts';
import type { RestoreMachine } from './restore-machine.ts';
import { RunDashboard } from './run-dashboard.ts';
import { announcedBy } from './run-events.ts';
import type { RunFunctions } from './run-functions.ts';

/** What reporting is made of. */
export interface ReportingProps {
  /** One that is there already; one is made when undefined. */
  readonly bucket: IBucket | undefined;
  /** What the bucket that is made is encrypted with; S3's own keys when undefined. */
  readonly encryptionKey: IKey | undefined;
  /** Days after which a report in the bucket that is made is deleted. */
  readonly days: number;
  /** Who is told of runs that end; nobody when undefined. */
  readonly notifications: Notifications | undefined;
  readonly journal: JournalTable;
  readonly functions: RunFunctions;
  readonly workflow: ExperimentWorkflow;
  readonly restoreMachine: RestoreMachine;
  readonly clusters: readonly string[] | undefined;
}

/**
 * How reports reach people: a bucket, an event, numbers on a dashboard, and messages where they are asked
 * for. Starts and ends with the stack, but for the bucket, which stays. What of it fails loses no report:
 * the journal has them all.
 */
export class Reporting extends Construct {
  readonly bucket: ReportBucket;
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, props: ReportingProps) {
    super(scope, id);
    const { journal, functions, workflow, restoreMachine, clusters, notifications } = props;
    const { bucket: given, days, encryptionKey } = props;
    const { report, sweep } = functions;
    this.bucket = new ReportBucket(this, 'Bucket', { given, days, clusters, encryptionKey });
    this.bucket.writtenBy(report, sweep);
    announcedBy(report, sweep);
    this.dashboardName = new RunDashboard(this, 'Dashboard', {
      journal: journal.tableName,
      workflow: workflow.machine,
      restoreMachine: restoreMachine.machine,
      sweep: sweep.function,
    }).name;
    if (notifications !== undefined) {
      new RunNotifications(this, 'Notifications', { ...notifications, journal: journal.tableName });
    }
  }
}
