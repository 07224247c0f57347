import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** Lists what the sweeper must look at: runs not struck off, and locks in being. */
const watchedIndex = 'watched';

/** What a deployment may choose of it. */
export interface JournalTableProps {
  /** What it is encrypted with; the key that AWS manages for DynamoDB when absent. */
  readonly encryptionKey?: kms.IKey | undefined;
}

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
  readonly #encryptionKey: kms.IKey | undefined;

  constructor(scope: Construct, id: string, { encryptionKey }: JournalTableProps = {}) {
    super(scope, id);
    this.#encryptionKey = encryptionKey;
    this.#table = new dynamodb.Table(this, 'Resource', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      ...(encryptionKey === undefined
        ? { encryption: dynamodb.TableEncryption.AWS_MANAGED }
        : { encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
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
      ...this.#encrypted(),
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
      ...this.#encrypted(),
    ];
  }

  /** What a person needs: reading and listing, and changing a run's own item, as to close it. */
  operate(): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({
        actions: ['dynamodb:GetItem', 'dynamodb:Query'],
        resources: [this.#table.tableArn],
      }),
      new iam.PolicyStatement({
        actions: ['dynamodb:UpdateItem'],
        resources: [this.#table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['run#*'] } },
      }),
      ...this.list(),
      ...this.#encrypted(),
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

  /**
   * DynamoDB opens a table's own key in the name of who asks (DynamoDB developer guide, "Encryption at rest",
   * authorizing use of a customer managed key); by no other way may the key be used.
   */
  #encrypted(): iam.PolicyStatement[] {
    if (this.#encryptionKey === undefined) return [];
    const { region } = Stack.of(this);
    return [
      new iam.PolicyStatement({
        actions: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        resources: [this.#encryptionKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` } },
      }),
    ];
  }
}
