import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { transition } from '../../../core/journal.ts';
import type { JournalWrite, RunItem } from '../../../core/journal.ts';
import { dynamoJournal } from '../../../lambda/aws/journal.ts';
import type { Journal } from '../../../lambda/gateways.ts';
import { anItem } from '../../lambda/aws/journal-samples.ts';
import type { Deployed } from './deployed.ts';

/** One write of every kind that decides, with a stale version among them. */
const writes: readonly JournalWrite[] = [
  { kind: 'begin', at: 2 },
  { kind: 'arm', injectAt: 5, restoreAt: 10, deadlineAt: 20 },
  { kind: 'intend', stepId: 'cut/i-1', attempt: 'a1', at: 6 },
  { kind: 'intend-undo', attempt: 'a2', at: 11 },
  { kind: 'settle', attempt: 'a1', at: 12 },
  { kind: 'close', by: 'sweeper', at: 13 },
  { kind: 'finish', version: 1, at: 14 },
  { kind: 'finish', version: 3, at: 15 },
];

/** Every pair of writes, after each of three beginnings. */
const sequences: readonly (readonly JournalWrite[])[] = [
  [],
  writes.slice(0, 2),
  writes.slice(0, 3),
].flatMap((begun) => writes.flatMap((one) => writes.map((next) => [...begun, one, next])));

/** How many sequences are played at once. */
const atATime = 8;

/**
 * Asks of ministack's DynamoDB what the protocol stands on, in a table like the one that was deployed: runs
 * that never were must not be in that one, for the ways out would look after them.
 */
export function journalKeepsItsConditions(there: () => Deployed): void {
  let journal: Journal;
  beforeAll(async () => {
    journal = await journalLike(there());
  });

  test(`${sequences.length} sequences of writes come out as the journal's table of transitions has them`, async () => {
    const left = [...sequences.entries()];
    await Promise.all(
      Array.from({ length: atATime }, async () => {
        for (let one = left.pop(); one !== undefined; one = left.pop()) await play(one, journal);
      }),
    );
  });

  test('of ten who intend and ten who close at once, no intent comes after the close', async () => {
    const runId = 'race';
    await journal.write(runId, { kind: 'create', item: anItem(runId) });
    for (const write of writes.slice(0, 2)) await journal.write(runId, write);
    const intents = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const intend = { stepId: `s${index}`, attempt: `a${index}`, at: 6 };
        if (index % 2 === 0) return journal.write(runId, { kind: 'intend', ...intend });
        await journal.write(runId, { kind: 'close', by: 'person', at: 7 });
        return undefined;
      }),
    );
    const won = intents.flatMap((answer, index) => (answer?.written ? [`s${index}`] : []));
    const kept = await journal.read(runId);
    expect(kept?.life).toBe('closed');
    expect(Object.keys(kept?.intents ?? {}).toSorted()).toEqual(won.toSorted());
  });

  test('of ten who take a lock at once one has it, and only its version frees it', async () => {
    const takers = Array.from({ length: 10 }, (_, index) => `r${index}`);
    const answers = await Promise.all(takers.map((one) => journal.takeLock('raced', one, 1)));
    const [holder = ''] = new Set(answers);
    expect(new Set(answers).size).toBe(1);

    await journal.takeLock('raced', holder, 5);
    await journal.releaseLock('raced', holder, 4);
    expect(await journal.takeLock('raced', 'late', 9)).toBe(holder);
    await journal.releaseLock('raced', holder, 5);
    expect(await journal.takeLock('raced', 'late', 9)).toBe('late');
    await journal.releaseLock('raced', 'late', 9);
  });
}

const copy = 'journal-of-runs-that-never-were';

/** A journal in a table with the keys and the index of the deployed one. */
async function journalLike({ place, table }: Deployed): Promise<Journal> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const connection = { endpoint: place.url, region: place.region, credentials };
  const client = new DynamoDBClient(connection);
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes = [] } = { ...Table };
  await client.send(
    new CreateTableCommand({
      TableName: copy,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions,
      KeySchema,
      GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => ({
        IndexName: index.IndexName,
        KeySchema: index.KeySchema,
        Projection: index.Projection,
      })),
    }),
  );
  client.destroy();
  return dynamoJournal(connection, { table: copy });
}

async function play(
  [index, sequence]: readonly [number, readonly JournalWrite[]],
  journal: Journal,
): Promise<void> {
  const runId = `seq${index}`;
  let item: RunItem | undefined;
  for (const write of [{ kind: 'create', item: anItem(runId) } as const, ...sequence]) {
    const wanted = transition(item, write);
    const { written } = await journal.write(runId, write);
    expect({ runId, write, written }).toEqual({ runId, write, written: wanted.written });
    item = wanted.item;
  }
  expect(sorted(await journal.read(runId))).toEqual(sorted(item));
}

/** DynamoDB's sets have no order, so neither has `pending`. */
const sorted = (item: RunItem | undefined) => item && { ...item, pending: item.pending.toSorted() };
