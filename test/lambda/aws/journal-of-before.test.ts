import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { dynamoJournal } from '../../../lambda/aws/journal.ts';
import { writeReport } from '../../../lambda/engine/write-report.ts';
import type { Journal } from '../../../lambda/gateways.ts';
import { faults, hostFaults } from '../../fakes/example-faults.ts';
import { restoreMachine } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { injected, leftIn } from '../engine/scenes.ts';
import { dynamoFake } from './dynamo-fake.ts';
import type { DynamoFake } from './dynamo-fake.ts';

/**
 * The journal as version 0.1.0 wrote it: a run of every kind of step in its hold ("held0" and on), and one
 * that is over. An update in the middle of a run leaves such a journal to the Lambdas of the next version.
 */

const Item = z.looseObject({ pk: z.string(), sk: z.string() });
type Item = z.infer<typeof Item>;

const Packed = z.union([
  z
    .strictObject({ base64: z.string() })
    .transform(({ base64 }) => new Uint8Array(Buffer.from(base64, 'base64'))),
  z.strictObject({ set: z.array(z.string()) }).transform(({ set }) => new Set(set)),
]);

const file = join(import.meta.dirname, '../../recorded/journal-0.1.0.json');
const items: Item[] = z
  .array(Item)
  .parse(
    JSON.parse(
      readFileSync(file, 'utf8'),
      (_, value: unknown) => Packed.safeParse(value).data ?? value,
    ),
  );

let dynamo: DynamoFake;
let journal: Journal;

beforeAll(async () => {
  dynamo = await dynamoFake();
  journal = dynamoJournal(dynamo.direct, { table: dynamo.table });
  const client = new DynamoDBClient({ ...dynamo.direct });
  for (const item of items) {
    await client.send(new PutItemCommand({ TableName: dynamo.table, Item: marshall(item) }));
  }
  client.destroy();
});
afterAll(() => dynamo.stop());

const runIds = items.filter(({ sk }) => sk === 'run').map(({ pk }) => pk.slice('run#'.length));
const held = [...faults, ...hostFaults].map((fault, index) => ({ fault, runId: `held${index}` }));

describe('a journal that the former version wrote', () => {
  test('holds a run of every fault that there is', () => {
    expect(runIds).toEqual([...held.map(({ runId }) => runId), 'over1']);
  });

  test.each(runIds)('is read whole: run %s', async (runId) => {
    const stored = items.filter(({ pk }) => pk === `run#${runId}`);
    const run = await journal.read(runId);
    const record = await journal.plan(runId);

    expect(run).toMatchObject({ runId });
    expect(run?.pending).toEqual(runId === 'held1' ? ['attempt-8', 'attempt-9'] : []);
    expect(await journal.request(runId)).toBeDefined();
    expect(record?.plan.steps.length).toBeGreaterThan(0);
    for (const document of Object.values(record?.documents ?? {}))
      expect(document).toEqual({ version: '1' });
    expect(await journal.notes(runId)).toHaveLength(
      stored.filter(({ sk }) => sk.startsWith('note#')).length,
    );
    expect((await journal.report(runId)) === undefined).toBe(runId !== 'over1');
  });

  test.each(runIds)('can be reported on: run %s', async (runId) => {
    const reported = await writeReport(runId, undefined, { ...new World({}).gateways(), journal });
    expect(reported.says).not.toBe('');
    expect(await journal.report(runId)).toBeDefined();
  });

  test.each(held.map(({ fault, runId }) => [fault.name, { fault, runId }] as const))(
    'is enough to restore what it left in force: %s',
    async (_, { fault, runId }) => {
      const world = fault.world();
      await injected(runId, fault.input, world.gateways());
      expect(world.inForce()).not.toEqual([]);
      await restoreMachine({ ...world.gateways(), journal }, { runId, by: 'person' });

      expect(await leftIn(world)).toEqual([]);
      expect((await journal.read(runId))?.life).toBe('final');
    },
  );
});
