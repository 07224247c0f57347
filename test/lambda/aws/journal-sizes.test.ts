import { createHash } from 'node:crypto';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseExperiment } from '../../../core/experiment.ts';
import type { Note } from '../../../core/note.ts';
import { Report } from '../../../core/report.ts';
import { dynamoJournal } from '../../../lambda/aws/journal.ts';
import { writeReport } from '../../../lambda/engine/write-report.ts';
import type { Journal } from '../../../lambda/gateways.ts';
import { World } from '../../fakes/world.ts';
import { large } from '../../large-report.ts';
import { dynamoFake } from './dynamo-fake.ts';
import type { DynamoFake } from './dynamo-fake.ts';
import { anItem, newRun } from './journal-samples.ts';

/** What large clusters leave in the journal, where an item may be 400 KB. */

let dynamo: DynamoFake;
let journal: Journal;

beforeAll(async () => {
  dynamo = await dynamoFake();
  journal = dynamoJournal(dynamo.direct, { table: dynamo.table });
});
afterAll(() => dynamo.stop());

/** The items of a run as they lie in the table. */
async function stored(runId: string): Promise<Record<string, unknown>[]> {
  const client = new DynamoDBClient({ ...dynamo.direct });
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: dynamo.table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: marshall({ ':pk': `run#${runId}` }),
    }),
  );
  client.destroy();
  return Items.map((item) => unmarshall(item));
}

const bytesOf = (content: object): number => Buffer.byteLength(JSON.stringify(content));

/** One look at so many nodes, each of which dials thirty others. */
function lookAt(nodes: number): Note {
  const seen = Array.from({ length: 30 * nodes }, (_, index) => ({
    from: `i-0${createHash('sha256')
      .update(`${index % nodes}`)
      .digest('hex')
      .slice(0, 16)}`,
    at: 1_700_000_000_000 + ((7 * index) % 900),
    result: {
      probe: `new/10.0.${index % 7}.${index % 250}/3001`,
      answer: index % 2 === 0 ? ('open' as const) : ('timed-out' as const),
      ms: index % 2 === 0 ? index % 40 : 2000 + (index % 9),
    },
  }));
  return { kind: 'probes', at: 1_700_000_001_000, moment: 'hold', seen };
}

describe('a note', () => {
  test('of a look at 200 nodes comes back as it was', async () => {
    const runId = newRun();
    const note = lookAt(200);
    expect(bytesOf(note)).toBeGreaterThan(600_000);
    await journal.note(runId, note);
    expect(await journal.notes(runId)).toEqual([note]);
  });

  test('that is small is stored so that people can read it', async () => {
    const runId = newRun();
    const note: Note = { kind: 'failure', at: 5, error: 'E', cause: 'x'.repeat(7_000) };
    await journal.note(runId, note);
    expect(await stored(runId)).toMatchObject([{ content: note }]);
  });
});

describe('a report', () => {
  test('of 150 nodes comes back as it was', async () => {
    const runId = newRun();
    const report = large(4, 150);
    expect(bytesOf(report)).toBeGreaterThan(400_000);
    await journal.putReport(runId, report);
    expect(await journal.report(runId)).toEqual(report);
  });

  test('that no item can hold is kept in part, says so, and goes to S3 whole', async () => {
    const runId = newRun();
    const experiment = parseExperiment({
      name: 'halves',
      cluster: 'orders',
      mechanism: 'security-group',
      holdSeconds: 60,
      fault: { kind: 'partition', topology: { kind: 'halves' } },
    });
    await journal.putRequest(runId, { experiment, startedBy: 'console' });
    await journal.write(runId, { kind: 'create', item: anItem(runId, { life: 'final' }) });
    for (let at = 0; at < 6; at += 1) {
      const says = Array.from({ length: 5_000 }, (_, index) =>
        createHash('sha256').update(`${at} ${index}`).digest('hex'),
      );
      await journal.note(runId, { kind: 'taken-along', at, says });
    }
    const world = new World({});
    const reported = await writeReport(runId, undefined, { ...world.gateways(), journal });

    expect(reported.notDelivered).toEqual([]);
    const [, json = ''] = world.delivery.files.values();
    expect(Report.parse(JSON.parse(json)).others).toHaveLength(30_000);
    const kept = await journal.report(runId);
    expect(kept).toMatchObject({ outcome: reported.outcome, life: 'final' });
    expect(kept?.limits.at(-1)).toBe(
      `${kept?.others.length} of 30000 lines on others' changes are in the journal's report; report.json in the bucket of reports has all`,
    );
  });
});
