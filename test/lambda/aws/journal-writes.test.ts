import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { transition } from '../../../core/journal.ts';
import type { JournalWrite, RunItem, WriteAnswer } from '../../../core/journal.ts';
import { dynamoJournal } from '../../../lambda/aws/journal.ts';
import type { Journal } from '../../../lambda/gateways.ts';
import { dynamoFake } from './dynamo-fake.ts';
import type { DynamoFake } from './dynamo-fake.ts';
import { anItem, newRun } from './journal-samples.ts';

let dynamo: DynamoFake;
let journal: Journal;
let other: Journal;

beforeAll(async () => {
  dynamo = await dynamoFake();
  other = dynamoJournal(dynamo.direct, { table: dynamo.table });
});
beforeEach(() => {
  dynamo.fate = () => 'ok';
  journal = dynamoJournal(dynamo.connection, { table: dynamo.table });
});
afterAll(() => dynamo.stop());

/** DynamoDB's sets have no order, so neither has `pending`. */
const comparable = ({ written, item }: WriteAnswer) => ({
  written,
  item: item && { ...item, pending: item.pending.toSorted() },
});

describe('write() answers exactly as transition() does', () => {
  const At = fc.integer({ min: 0, max: 25 });
  const Attempt = fc.constantFrom('a1', 'a2', 'a3');
  type Draft = JournalWrite | { kind: 'finish-now'; off: number; at: number };
  const Write: fc.Arbitrary<Draft> = fc.oneof(
    fc.record({ kind: fc.constant('create' as const), item: fc.constant(anItem('set below')) }),
    fc.record({ kind: fc.constant('begin' as const), at: At }),
    fc.record({ kind: fc.constant('arm' as const), injectAt: At, restoreAt: At, deadlineAt: At }),
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('intend' as const),
        stepId: fc.constantFrom('cut/i-1', 'sever.i-2', 'a step #1'),
        attempt: Attempt,
        at: At,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('intend-undo' as const), attempt: Attempt, at: At }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('settle' as const), attempt: Attempt, at: At }),
    },
    fc.record({
      kind: fc.constant('close' as const),
      by: fc.constantFrom('workflow' as const, 'sweeper' as const),
      at: At,
    }),
    fc.record({
      kind: fc.constant('stick' as const),
      steps: fc.array(fc.record({ stepId: Attempt, reason: fc.constantFrom('silent', 'denied') })),
      at: At,
    }),
    fc.record({
      kind: fc.constant('finish-now' as const),
      off: fc.constantFrom(0, 0, 0, -1, 1),
      at: At,
    }),
    fc.record({ kind: fc.constant('reopen-restore' as const), at: At }),
  );

  const settled = (draft: Draft, runId: string, item: RunItem | undefined): JournalWrite => {
    if (draft.kind === 'create') return { kind: 'create', item: anItem(runId) };
    if (draft.kind !== 'finish-now') return draft;
    return { kind: 'finish', version: (item?.version ?? 0) + draft.off, at: draft.at };
  };

  /** Most runs begin at the start of their life, so that the later lives are reached often. */
  const Story = fc
    .tuple(
      fc.constantFrom(0, 1, 1, 2, 2, 2, 3, 4),
      fc.array(fc.tuple(Write, fc.boolean()), { minLength: 1, maxLength: 14 }),
    )
    .map(([start, rest]): [Draft, boolean][] => {
      const beginning: Draft[] = [
        { kind: 'create', item: anItem('set below') },
        { kind: 'begin', at: 2 },
        { kind: 'close', by: 'workflow', at: 9 },
        { kind: 'finish-now', off: 0, at: 12 },
      ];
      return [
        ...beginning.slice(0, start).map((draft): [Draft, boolean] => [draft, false]),
        ...rest,
      ];
    });

  async function holds(story: readonly [Draft, boolean][], lossy: boolean): Promise<Set<string>> {
    const runId = newRun();
    // A client of its own: the SDK ends its retries when one client has lost too many answers.
    const writer = dynamoJournal(dynamo.connection, { table: dynamo.table });
    const won = new Set<string>();
    let item: RunItem | undefined;
    for (const [draft, isLost] of story) {
      const write = settled(draft, runId, item);
      const expected = transition(item, write);
      if (lossy && isLost)
        dynamo.loseAnswers(write.kind === 'create' ? 'PutItem' : 'UpdateItem', 1);
      expect(comparable(await writer.write(runId, write))).toEqual(comparable(expected));
      dynamo.fate = () => 'ok';
      item = expected.item;
      if (expected.written) won.add(write.kind);
    }
    expect(comparable({ written: false, item: await journal.read(runId) })).toEqual(
      comparable({ written: false, item }),
    );
    return won;
  }

  test('for any sequence of writes', async () => {
    const won = new Set<string>();
    await fc.assert(
      fc.asyncProperty(Story, async (story) => {
        for (const kind of await holds(story, false)) won.add(kind);
      }),
      { numRuns: 120, seed: 7 },
    );
    // Every kind of write was seen to win, or the property proves little.
    expect([...won].toSorted()).toEqual([
      'arm',
      'begin',
      'close',
      'create',
      'finish',
      'intend',
      'intend-undo',
      'reopen-restore',
      'settle',
      'stick',
    ]);
  });

  test('and when answers are lost on the way, each write is won once and applied once', async () => {
    await fc.assert(
      fc.asyncProperty(Story, async (story) => void (await holds(story, true))),
      { numRuns: 20, seed: 11 },
    );
  });
});

describe('a write whose answer was lost (restore protocol, "Late or lost DynamoDB answers")', () => {
  test('is not applied again after somebody else wrote', async () => {
    const runId = newRun();
    await journal.write(runId, { kind: 'create', item: anItem(runId, { life: 'open' }) });
    dynamo.loseAnswers('UpdateItem', 1, () =>
      other.write(runId, { kind: 'intend', stepId: 's2', attempt: 'a2', at: 9 }),
    );

    const answer = await journal.write(runId, {
      kind: 'intend',
      stepId: 's1',
      attempt: 'a1',
      at: 5,
    });

    expect(answer).toEqual({
      written: true,
      item: anItem(runId, {
        life: 'open',
        version: 3,
        lastMutationAt: 9,
        intents: { s1: 5, s2: 9 },
        pending: ['a1', 'a2'],
      }),
    });
  });

  test('is won even when its condition does not hold any more at the repeat', async () => {
    const runId = newRun();
    await journal.write(runId, { kind: 'create', item: anItem(runId, { life: 'open' }) });
    dynamo.loseAnswers('UpdateItem', 1, () =>
      other.write(runId, { kind: 'close', by: 'sweeper', at: 9 }),
    );

    const answer = await journal.write(runId, {
      kind: 'intend',
      stepId: 's1',
      attempt: 'a1',
      at: 5,
    });

    expect(answer.written).toBe(true);
    expect(answer.item?.life).toBe('closed');
    expect(answer.item?.version).toBe(3);
  });

  test('is an error when every attempt is lost, for nobody knows', async () => {
    const runId = newRun();
    dynamo.loseAnswers('PutItem', 99);

    await expect(journal.write(runId, { kind: 'create', item: anItem(runId) })).rejects.toThrow();
  });

  test('side by side, each is told from the others', async () => {
    const runId = newRun();
    await journal.write(runId, { kind: 'create', item: anItem(runId, { life: 'open' }) });
    dynamo.loseAnswers('UpdateItem', 6);
    const attempts = Array.from({ length: 12 }, (_, index) => `a${index}`);

    const answers = await Promise.all(
      attempts.map((attempt) =>
        journal.write(runId, { kind: 'intend', stepId: attempt, attempt, at: 5 }),
      ),
    );

    expect(answers.map(({ written }) => written)).toEqual(attempts.map(() => true));
    const item = await journal.read(runId);
    expect(item?.version).toBe(1 + attempts.length);
    expect(item?.pending).toEqual(attempts.toSorted());
  });
});

test('close() is won by exactly one of many side by side (protocol rule 7)', async () => {
  const runId = newRun();
  await journal.write(runId, { kind: 'create', item: anItem(runId, { life: 'open' }) });

  const answers = await Promise.all(
    [journal, other, journal, other].map((one) =>
      one.write(runId, { kind: 'close', by: 'person', at: 3 }),
    ),
  );

  expect(answers.filter(({ written }) => written)).toHaveLength(1);
  expect((await journal.read(runId))?.version).toBe(2);
});

test('an item grows by one slot for all writes of a process, however many', async () => {
  const runId = newRun();
  await journal.write(runId, { kind: 'create', item: anItem(runId, { life: 'closed' }) });
  for (let at = 0; at < 30; at += 1) {
    await journal.write(runId, { kind: 'intend-undo', attempt: 'a', at });
    await journal.write(runId, { kind: 'settle', attempt: 'a', at });
  }

  const client = new DynamoDBClient(dynamo.direct);
  const Key = marshall({ pk: `run#${runId}`, sk: 'run' });
  const { Item } = await client.send(new GetItemCommand({ TableName: dynamo.table, Key }));

  expect(Object.keys(unmarshall(Item!)['writers'])).toHaveLength(1);
});
