import { expect, test } from 'vitest';
import {
  DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { AssemblyTable } from '../../../lab/assembly/assembly.ts';
import { startDynamoDb } from '../../../lab/cloud/dynamodb.ts';
import { labClient } from './until.ts';

const journal: AssemblyTable = {
  logicalId: 'Journal',
  name: 'journal',
  definition: {
    TableName: 'journal',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'watch', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'watched',
        KeySchema: [{ AttributeName: 'watch', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  },
};

test('the tables of an assembly are there, with their indexes and conditional writes', async () => {
  const database = await startDynamoDb({ host: '127.0.0.1', port: 0, tables: [journal] });
  const client = new DynamoDBClient({ ...labClient, endpoint: database.url });
  const put = new PutItemCommand({
    TableName: 'journal',
    Item: { pk: { S: 'run#1' }, watch: { S: 'open' } },
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  await client.send(put);

  expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(['journal']);
  await expect(client.send(put)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  const { Items } = await client.send(
    new QueryCommand({
      TableName: 'journal',
      IndexName: 'watched',
      KeyConditionExpression: 'watch = :w',
      ExpressionAttributeValues: { ':w': { S: 'open' } },
    }),
  );
  expect(Items).toEqual([{ pk: { S: 'run#1' }, watch: { S: 'open' } }]);
  client.destroy();
  await database.close();
});
