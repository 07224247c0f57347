import { afterEach, beforeEach, expect, test } from 'vitest';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '../../../lab/cloud/dynamodb.ts';
import type { DynamoDb } from '../../../lab/cloud/dynamodb.ts';
import { startDoor } from '../../../lab/cloud/misbehaving-door.ts';
import type { Door } from '../../../lab/cloud/misbehaving-door.ts';
import { labClient } from './until.ts';

/** DynamoDB behind a door, and what its callers see of requests that go wrong on the way. */

const listen = { host: '127.0.0.1', port: 0 };
const table = {
  logicalId: 'T',
  name: 'journal',
  definition: {
    TableName: 'journal',
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' as const }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
  },
};
const Key = { pk: { S: 'run#1' } };

let database: DynamoDb;
let door: Door;
let client: DynamoDBClient;

beforeEach(async () => {
  database = await startDynamoDb({ ...listen, tables: [table] });
  door = await startDoor({ ...listen, to: database.url });
  client = new DynamoDBClient({ ...labClient, endpoint: door.url, maxAttempts: 1 });
});

afterEach(async () => {
  client.destroy();
  await door.close();
  await database.close();
});

const put = () => client.send(new PutItemCommand({ TableName: 'journal', Item: Key }));
const isThere = async () => {
  const { Item } = await client.send(new GetItemCommand({ TableName: 'journal', Key }));
  return Item !== undefined;
};

test('without a plan everything goes through', async () => {
  await put();

  expect(await isThere()).toBe(true);
});

test('a lost answer has had its effect, a lost request has not', async () => {
  door.misbehave('PutItem', { kind: 'lose-request' });
  await expect(put()).rejects.toThrow();
  expect(await isThere()).toBe(false);

  door.misbehave('PutItem', { kind: 'lose-answer' });
  await expect(put()).rejects.toThrow();
  expect(await isThere()).toBe(true);
});

test('an error bears its name and has no effect; what is planned can be dropped', async () => {
  const slow = { code: 'ProvisionedThroughputExceededException', message: 'slow down' };
  door.misbehave('PutItem', { kind: 'fail', ...slow }, 2);

  await expect(put()).rejects.toMatchObject({ name: slow.code });
  expect(await isThere()).toBe(false);
  door.forget();
  await put();
  expect(await isThere()).toBe(true);
});
