import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** Lists what the sweeper must look at: runs not struck off, and locks in being. */
const watchedIndex = 'watched';

/**
 * The write-ahead record of every run, and the lock of every cluster.
 *
 * Starts with the stack and ends with nothing: deleting the stack leaves the table, because it is the only
 * record of what may still be in force. Run items have no TTL, since a redrive (14 days) or a reused
 * execution name (90 days) must still find them. It does not cover loss of the Region.
 */
export class JournalTable extends Construct {
  readonly tableName: string;
  readonly #table: dynamodb.Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#table = new dynamodb.Table(this, 'Resource', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: dynamodb.TableEncryption.AWS_MANAGED,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.#table.addGlobalSecondaryIndex({
      indexName: watchedIndex,
      partitionKey: { name: 'watch', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      projectionType: dynamodb.ProjectionType.KEYS_ONLY,
    });
    this.tableName = this.#table.tableName;
  }

  /** Reading and conditional writing; nothing may be deleted. */
  keep(): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({
        actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        resources: [this.#table.tableArn],
      }),
    ];
  }

  /** Reading, and writing the documents of audits alone. */
  keepAudits(): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({
        actions: ['dynamodb:GetItem', 'dynamodb:Query'],
        resources: [this.#table.tableArn],
      }),
      new iam.PolicyStatement({
        actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
        resources: [this.#table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['audit#*'] } },
      }),
    ];
  }

  /** Freeing a cluster's lock; a run's record is never deleted. */
  freeLocks(): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({
        actions: ['dynamodb:DeleteItem'],
        resources: [this.#table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['lock#*'] } },
      }),
    ];
  }

  /** Listing what must be looked at. */
  list(): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({
        actions: ['dynamodb:Query'],
        resources: [`${this.#table.tableArn}/index/${watchedIndex}`],
      }),
    ];
  }
}
