import type { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { ScheduledAudit } from './audits.ts';
import type { FisCut } from './fis-cut.ts';
import type { ScheduledRun } from './game-days.ts';
import type { IHostDocuments } from './host-documents.ts';
import type { Notifications } from './notifications.ts';
import type { RunTiming } from './run-timing.ts';
import type { TargetAccount } from './target-account.ts';

/** A window of every week in which runs may be. */
export interface AllowedTime {
  /**
   * Days on which it opens: mon, tue, wed, thu, fri, sat, sun.
   *
   * @default - every day
   */
  readonly days?: readonly string[];
  /** When it opens, as 09:00. */
  readonly from: string;
  /** When it closes, as 17:00; not after `from`: on the next day. */
  readonly to: string;
  /** Whose clock it is: an IANA time zone, as Europe/Berlin. */
  readonly timeZone: string;
}

/** What a deployment of aerofault may choose. */
export interface AerofaultProps {
  /**
   * The clusters that may be touched, by their `aerofault:cluster` tag. IAM holds to it, too; runs, audits,
   * schedules and events of another cluster are refused. Of names that are known only when it is deployed
   * IAM alone knows.
   *
   * @default - every cluster whose things bear the tag
   */
  readonly clusters?: readonly string[];
  /**
   * The account that the clusters are in. Roles that `AerofaultTarget` makes there are assumed for all that
   * touches or asks them; the journal and the ways out stay here. Host documents are those that are made
   * there, and `hostDocuments` only says what their names begin with.
   *
   * @default - this account
   */
  readonly target?: TargetAccount;
  /**
   * Runs that start by the clock. `schedule()` adds more.
   *
   * @default - none
   */
  readonly schedules?: readonly ScheduledRun[];
  /**
   * Audits that start by the clock.
   *
   * @default - none
   */
  readonly audits?: readonly ScheduledAudit[];
  /**
   * Who is told of runs that end.
   *
   * @default - nobody
   */
  readonly notifications?: Notifications;
  /**
   * The whole of every run must lie in one of these, until its deadline.
   *
   * @default - any time will do
   */
  readonly allowedWindows?: readonly AllowedTime[];
  /**
   * The SSM parameter that keeps runs from starting while it is there.
   *
   * @default - /aerofault/freeze, the same for every deployment of an account and Region
   */
  readonly freezeParameterName?: string;
  /**
   * Told of every alarm: that a person is needed. Its policy must let CloudWatch publish.
   *
   * @default - a topic is made, to which somebody must subscribe
   */
  readonly alarmTopic?: ITopic;
  /**
   * What the journal and the bucket of reports are encrypted with. Its policy must let this account's roles
   * use it; who reads reports or the journal must be allowed to decrypt with it, too.
   *
   * @default - the key that AWS manages for DynamoDB, and S3's own
   */
  readonly encryptionKey?: IKey;
  /**
   * Where reports are kept. Its policies, encryption and lifecycle are its owner's.
   *
   * @default - a bucket is made, which stays when the stack is deleted
   */
  readonly reportBucket?: IBucket;
  /**
   * How long a report is kept in the bucket that is made; the journal keeps what it was made of.
   *
   * @default - 365 days
   */
  readonly reportRetention?: Duration;
  /**
   * How long logs are kept. The journal is kept for ever.
   *
   * @default - three months
   */
  readonly logRetention?: RetentionDays;
  /**
   * The host scripts as SSM documents, where they are made elsewhere: in a stack of their own, as a template
   * has room for 1 MB and they take half of it.
   *
   * @default - they are made here
   */
  readonly hostDocuments?: IHostDocuments;
  /**
   * Cuts that AWS FIS makes, each a template of it; with an empty list the document and the role alone.
   *
   * @default - AWS FIS knows nothing of this
   */
  readonly fis?: readonly FisCut[];
  /**
   * Spans of every run; one that safety rests on may not be shorter than usual.
   *
   * @default - those that the restore protocol was proven with
   */
  readonly timing?: RunTiming;
  /**
   * The folder of the Lambdas' code: `index.mjs` alone.
   *
   * @default - the one that comes with this package
   */
  readonly bundles?: string;
}
