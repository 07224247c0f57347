import { expect, onTestFinished, test } from 'vitest';
import type { Audit } from '../../../core/audit/audit.ts';
import { writeAudit } from '../../../core/audit/write-audit.ts';
import { startDynamoDb } from '../../../lab/cloud/dynamodb.ts';
import { auditsKept, dynamoAudits } from '../../../lambda/aws/audits.ts';
import { seenOn, usual } from '../../core/audit/audits.ts';

const definition = {
  TableName: 'journal',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => {
    return { AttributeName, AttributeType: 'S' } as const;
  }),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
} as const;

async function someAudits() {
  const tables = [{ logicalId: 'Journal', name: 'journal', definition }];
  const database = await startDynamoDb({ host: '127.0.0.1', port: 0, tables });
  onTestFinished(() => database.close());
  const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };
  const connection = { region: 'eu-west-1', endpoint: database.url, credentials };
  return dynamoAudits(connection, { table: 'journal' });
}

const taken = (auditId: string, startedAt: number, cluster = 'orders'): Audit =>
  writeAudit(seenOn({ ...usual(), cluster }, undefined, { auditId, startedAt }), undefined);

test('an audit reads back as it was kept, and a repeat takes no second place', async () => {
  const audits = await someAudits();
  const audit = taken('a1', 1);
  await audits.put(audit);
  await audits.put(audit);
  expect(await audits.read('orders', 'a1')).toEqual(audit);
  expect(await audits.read('orders', 'a2')).toBeUndefined();
  expect(await audits.read('payments', 'a1')).toBeUndefined();
});

test('the accepted one stays until another is accepted, of its cluster alone', async () => {
  const audits = await someAudits();
  expect(await audits.accepted('orders')).toBeUndefined();
  await audits.accept(taken('a1', 1));
  await audits.accept(taken('b1', 1, 'payments'));
  await audits.accept(taken('a2', 2));
  expect((await audits.accepted('orders'))?.auditId).toBe('a2');
  expect((await audits.accepted('payments'))?.auditId).toBe('b1');
});

test('the oldest makes room for one too many', async () => {
  const audits = await someAudits();
  for (let n = 0; n <= auditsKept; n += 1) await audits.put(taken(`a${n}`, 1_000 + n));
  expect(await audits.read('orders', 'a0')).toBeUndefined();
  for (const kept of ['a1', `a${auditsKept}`]) {
    expect((await audits.read('orders', kept))?.auditId).toBe(kept);
  }
});

test('two at the same moment are both kept', async () => {
  const audits = await someAudits();
  await Promise.all([audits.put(taken('a1', 1)), audits.put(taken('a2', 1))]);
  expect(await audits.read('orders', 'a1')).toBeDefined();
  expect(await audits.read('orders', 'a2')).toBeDefined();
});
