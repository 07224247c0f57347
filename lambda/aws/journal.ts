import { randomBytes } from 'node:crypto';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { Journal } from '../gateways.ts';
import type { Connection } from './connection.ts';
import { ItemTable } from './item-table.ts';
import {
  contentItem,
  keys,
  noteRange,
  planItem,
  readGate,
  readNote,
  readPlan,
  readReport,
  readRequest,
  readRunItem,
  reportItem,
} from './journal-items.ts';
import { holderOf, releaseLock, takeLock } from './locks.ts';
import { writeRun } from './run-writes.ts';
import { writeSlots } from './write-slots.ts';

/**
 * The journal in one DynamoDB table: each write is one conditional request, no transaction, and no write
 * needs another to have gone before it. Reads are consistent, but for the sweeper's index.
 */
export function dynamoJournal(connection: Connection, options: { table: string }): Journal {
  const table = new ItemTable(connection, options.table);
  const slots = writeSlots();
  return {
    write: (runId, write) =>
      slots.sign((signature) => writeRun(table, { runId, write }, signature)),
    read: async (runId) => (await table.read(keys.run(runId), readRunItem))?.item,
    ...papers(table),
    takeLock: (cluster, runId, version) => takeLock(table, { cluster, runId, version }),
    releaseLock: (cluster, runId, version) => releaseLock(table, { cluster, runId, version }),
    async watchedRuns() {
      return (await watched(table, 'run')).map((pk) => pk.slice('run#'.length));
    },
    async locks() {
      const clusters = (await watched(table, 'lock')).map((pk) => pk.slice('lock#'.length));
      const held = clusters.map(async (cluster) => {
        const runId = await holderOf(table, cluster);
        return runId === undefined ? [] : [{ cluster, runId }];
      });
      return (await Promise.all(held)).flat();
    },
    unwatch: (runId) => unwatch(table, runId),
    shut: (until) => table.put(contentItem(keys.gate, { until })),
    shutUntil: async () => (await table.read(keys.gate, readGate)) ?? 0,
  };
}

type Papers =
  | 'putRequest'
  | 'request'
  | 'putPlan'
  | 'plan'
  | 'note'
  | 'notes'
  | 'putReport'
  | 'report';

/** What is written beside the run item. Only the newest report counts; of all else the first one stays. */
function papers(table: ItemTable): Pick<Journal, Papers> {
  return {
    async putRequest(runId, request) {
      await table.putIfAbsent(contentItem(keys.request(runId), request));
    },
    request: (runId) => table.read(keys.request(runId), readRequest),
    async putPlan(runId, record) {
      // Not atomic with the run item, and need not be: `begin` is refused once the run is closed.
      const run = await table.read(keys.run(runId), readRunItem);
      if (run?.item.life === 'opening') await table.putIfAbsent(planItem(runId, record));
    },
    plan: (runId) => table.read(keys.plan(runId), readPlan),
    note: (runId, note) =>
      table.put(contentItem(keys.note(runId, { at: note.at, chance: chance() }), note)),
    async notes(runId, before) {
      const range = { ':pk': keys.run(runId).pk, ...noteRange(before) };
      const items = await table.query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: marshall(range),
        ConsistentRead: true,
      });
      return items.map(readNote);
    },
    putReport: (runId, report) => table.put(reportItem(runId, report)),
    report: (runId) => table.read(keys.report(runId), readReport),
  };
}

const chance = (): string => randomBytes(6).toString('base64url');

/** Partition keys on the sweeper's index, which holds keys only and lags by seconds. */
async function watched(table: ItemTable, watch: 'run' | 'lock'): Promise<string[]> {
  const items = await table.query({
    IndexName: 'watched',
    KeyConditionExpression: 'watch = :watch',
    ExpressionAttributeValues: marshall({ ':watch': watch }),
  });
  return items.map((item) => z.object({ pk: z.string() }).parse(unmarshall(item)).pk);
}

/** Only from `final`: a run that was reopened meanwhile stays on the list. */
async function unwatch(table: ItemTable, runId: string): Promise<void> {
  await table.update(keys.run(runId), {
    ConditionExpression: 'life = :final',
    UpdateExpression: 'REMOVE watch',
    ExpressionAttributeValues: marshall({ ':final': 'final' }),
  });
}
