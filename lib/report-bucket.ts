import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge.ts';
import type { BundledFunction } from './bundled-function.ts';

/** How long reports are kept, and whose. */
export interface ReportBucketProps {
  /** One that is there already; one is made when undefined. */
  readonly given: s3.IBucket | undefined;
  /** What the bucket that is made is encrypted with; S3's own keys when undefined. */
  readonly encryptionKey: kms.IKey | undefined;
  /** Days after which a report is deleted; the journal keeps what it was made of. */
  readonly days: number;
  /** The clusters whose reports are kept; of every one when undefined. */
  readonly clusters: readonly string[] | undefined;
}

/** How long a report is kept that a later one of the same run has replaced. */
const replacedDays = 30;

/**
 * The bucket of reports: `CLUSTER/YYYY/MM/DD/RUN/report.json` beside the file for people.
 *
 * Versioned, since a Lambda may write over a report and must not be able to lose one. Kept with its
 * contents when the stack is deleted, as the journal is. A bucket that is given keeps to its owner's rules. It does not cover access logs: who reads reports
 * is for CloudTrail's data events to tell, where a deployment wants to know.
 */
export class ReportBucket extends Construct {
  readonly bucketName: string;
  readonly bucket: s3.IBucket;
  readonly #clusters: readonly string[] | undefined;

  constructor(scope: Construct, id: string, props: ReportBucketProps) {
    super(scope, id);
    const { given, days, clusters } = props;
    if (!Number.isInteger(days) || days < 1) {
      throw new Error(
        `Cannot keep reports as reports must be kept for a whole number of days: found ${days}`,
      );
    }
    this.#clusters = clusters;
    this.bucket = given ?? asBucket(this.#make(props));
    this.bucketName = this.bucket.bucketName;
  }

  /** Lets functions put reports, and nothing else, and tells them where. */
  writtenBy(...writers: readonly BundledFunction[]): void {
    const resources = this.#places();
    for (const writer of writers) {
      writer.function.addEnvironment('REPORT_BUCKET', this.bucketName);
      writer.allow(
        new iam.PolicyStatement({
          actions: ['s3:PutObject'],
          resources,
          // A bucket of the same name that somebody else made would get no report.
          conditions: { StringEquals: { 'aws:ResourceAccount': this.bucket.env.account } },
        }),
      );
      const { encryptionKey } = this.bucket;
      if (encryptionKey !== undefined) writer.allow(mayEncrypt(encryptionKey));
      for (const place of resources) {
        writer.acknowledge(place, 'A folder for each run of a cluster, named when it is opened');
      }
    }
  }

  /** Lets somebody read reports. */
  readBy(grantee: iam.IGrantable): iam.Grant {
    const { encryptionKey } = this.bucket;
    const key = encryptionKey === undefined ? undefined : mayDecrypt(encryptionKey);
    if (key !== undefined) grantee.grantPrincipal.addToPrincipalPolicy(key);
    const resourceArns = this.#places();
    const grant = iam.Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns });
    const reader: unknown = grantee.grantPrincipal;
    if (Construct.isConstruct(reader)) {
      for (const place of resourceArns) {
        acknowledgeWildcard(reader, place, 'Reports are named when their run is opened');
      }
    }
    return grant;
  }

  #make({ days, encryptionKey }: ReportBucketProps): s3.Bucket {
    const bucket = new s3.Bucket(this, 'Resource', {
      ...(encryptionKey === undefined
        ? { encryption: s3.BucketEncryption.S3_MANAGED }
        : { encryption: s3.BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        {
          expiration: Duration.days(days),
          noncurrentVersionExpiration: Duration.days(replacedDays),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Server access logs would need a bucket of their own, with the same question',
    });
    return bucket;
  }

  #places(): string[] {
    const folders = this.#clusters?.map((cluster) => `${cluster}/*`) ?? ['*'];
    return folders.map((folder) => this.bucket.arnForObjects(folder));
  }
}

/** What S3 asks of a key in the name of who puts an object (S3 user guide, "Using SSE-KMS"). */
const mayEncrypt = ({ keyArn }: kms.IKey): iam.PolicyStatement =>
  new iam.PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [keyArn] });

const mayDecrypt = ({ keyArn }: kms.IKey): iam.PolicyStatement =>
  new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [keyArn] });

/** CDK's own class has a field that may be undefined where its interface says it is a boolean or absent. */
export function asBucket(made: object): s3.IBucket {
  if (isBucket(made)) return made;
  throw new Error('Cannot keep reports as they must be kept in a bucket: found something else');
}

const isBucket = (made: object): made is s3.IBucket => 'bucketName' in made;
