import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Note } from '../../../core/note.ts';
import { dynamoJournal } from '../../../lambda/aws/journal.ts';
import type { Journal } from '../../../lambda/gateways.ts';
import { dynamoFake } from './dynamo-fake.ts';
import type { DynamoFake } from './dynamo-fake.ts';
import { aRecord, anItem, newRun } from './journal-samples.ts';

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

describe('the lock', () => {
  test('is the first one’s until it frees it, and only it can', async () => {
    expect(await journal.takeLock('c1', 'r1', 0)).toBe('r1');
    expect(await other.takeLock('c1', 'r2', 0)).toBe('r1');
    expect(await journal.takeLock('c1', 'r1', 0)).toBe('r1');

    await other.releaseLock('c1', 'r2', 0);
    expect(await other.takeLock('c1', 'r2', 0)).toBe('r1');

    await journal.releaseLock('c1', 'r1', 0);
    await journal.releaseLock('c1', 'r1', 0);
    expect(await other.takeLock('c1', 'r2', 0)).toBe('r2');
  });

  test('taken again at a later version, it is not freed by who knows the earlier one', async () => {
    await journal.takeLock('c5', 'r1', 3);
    await journal.takeLock('c5', 'r1', 5);
    await journal.takeLock('c5', 'r1', 4);

    await other.releaseLock('c5', 'r1', 4);
    expect(await other.takeLock('c5', 'r2', 9)).toBe('r1');

    await other.releaseLock('c5', 'r1', 5);
    expect(await other.takeLock('c5', 'r2', 9)).toBe('r2');
  });

  test('taken with a lost answer is taken', async () => {
    dynamo.loseAnswers('UpdateItem', 1);
    expect(await journal.takeLock('c2', 'r1', 0)).toBe('r1');
    expect(await journal.takeLock('c2', 'r2', 0)).toBe('r1');
  });

  test('freed with a lost answer does not free the next one’s', async () => {
    await journal.takeLock('c3', 'r1', 0);
    dynamo.loseAnswers('DeleteItem', 1, () => other.takeLock('c3', 'r2', 0));
    await journal.releaseLock('c3', 'r1', 0);
    expect(await journal.takeLock('c3', 'r1', 0)).toBe('r2');
  });

  test('is listed with its run for the sweeper', async () => {
    await journal.takeLock('c4', 'r4', 0);
    expect(await journal.locks()).toContainEqual({ cluster: 'c4', runId: 'r4' });
    await journal.releaseLock('c4', 'r4', 0);
    expect((await journal.locks()).map(({ cluster }) => cluster)).not.toContain('c4');
  });
});

test('the journal is shut to new runs until an instant, and opened again', async () => {
  expect(await journal.shutUntil()).toBe(0);
  await journal.shut(1_800_000_000_000);
  expect(await other.shutUntil()).toBe(1_800_000_000_000);
  await other.shut(0);
  expect(await journal.shutUntil()).toBe(0);
});

describe('the sweeper’s list', () => {
  test('holds a run from its creation until it is struck off, which only a final one can be', async () => {
    const runId = newRun();
    await journal.write(runId, { kind: 'create', item: anItem(runId, { life: 'closed' }) });
    await journal.unwatch(runId);
    expect(await journal.watchedRuns()).toContain(runId);

    await journal.write(runId, { kind: 'finish', version: 1, at: 30 });
    await journal.unwatch(runId);
    await journal.unwatch(runId);
    expect(await journal.watchedRuns()).not.toContain(runId);
  });

  test('has a run again that is reopened (protocol rule 15)', async () => {
    const runId = newRun();
    await journal.write(runId, { kind: 'create', item: anItem(runId, { life: 'final' }) });
    await journal.unwatch(runId);
    await journal.write(runId, { kind: 'reopen-restore', at: 40 });
    expect(await journal.watchedRuns()).toContain(runId);
  });
});

describe('what is written beside the run item', () => {
  test('notes come in the order of their times, from as many pages as it takes', async () => {
    const runId = newRun();
    const says = 'x'.repeat(40_000); // Forty of them are more than a page, which ends at 1 MB.
    const notes = Array.from({ length: 40 }, (_, at): Note => ({
      kind: 'state',
      at,
      state: 'Hold',
      startedAt: at,
      calls: {},
      says,
    }));
    for (const note of notes.toReversed()) await journal.note(runId, note);

    expect((await journal.notes(runId)).map(({ at }) => at)).toEqual(notes.map(({ at }) => at));
    expect((await journal.notes(runId, 3)).map(({ at }) => at)).toEqual([0, 1, 2]);
  });

  test('two notes of the same millisecond are both kept, and a note comes back as it was', async () => {
    const runId = newRun();
    const views: Note = {
      kind: 'views',
      at: 1_700_000_000_000,
      moment: 'hold',
      views: [{ from: 'i-1', at: 5, view: null }],
    };
    await journal.note(runId, views);
    await journal.note(runId, views);
    expect(await journal.notes(runId)).toEqual([views, views]);
  });

  test('of requests the first one stays', async () => {
    const runId = newRun();
    const experiment = {
      name: 'isolate-one',
      cluster: 'orders',
      fault: {
        kind: 'partition' as const,
        topology: { kind: 'isolate' as const, count: 1 },
        ports: ['fabric' as const],
      },
      mechanism: 'iptables' as const,
      direction: 'both' as const,
      packets: 'drop' as const,
      severBy: 'ss' as const,
      detach: 'park' as const,
      holdSeconds: 60,
    };
    expect(await journal.request(runId)).toBeUndefined();
    await journal.putRequest(runId, { experiment, startedBy: 'first' });
    await journal.putRequest(runId, { experiment, startedBy: 'second' });
    expect(await journal.request(runId)).toEqual({ experiment, startedBy: 'first' });
  });

  test('a plan is stored while the run is opening, and the first one stays', async () => {
    const runId = newRun();
    await journal.putPlan(runId, aRecord(runId, 1));
    expect(await journal.plan(runId)).toBeUndefined();

    await journal.write(runId, { kind: 'create', item: anItem(runId) });
    const first = aRecord(runId, 1);
    await journal.putPlan(runId, first);
    await journal.putPlan(runId, { ...first, digest: 'another' });
    expect(await journal.plan(runId)).toEqual(first);
  });

  test('no plan is stored once the run is closed', async () => {
    const runId = newRun();
    await journal.write(runId, { kind: 'create', item: anItem(runId, { life: 'closed' }) });
    await journal.putPlan(runId, aRecord(runId, 1));
    expect(await journal.plan(runId)).toBeUndefined();
  });

  test('the plan of 1,000 instances fits the 400 KB of an item', async () => {
    const runId = newRun();
    await journal.write(runId, { kind: 'create', item: anItem(runId) });
    const record = aRecord(runId, 1_000);
    expect(JSON.stringify(record).length).toBeGreaterThan(400_000);
    await journal.putPlan(runId, record);
    expect(await journal.plan(runId)).toEqual(record);
  });
});
