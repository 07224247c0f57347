import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { ItemTable } from './item-table.ts';
import { keys } from './journal-items.ts';
import type { Item } from './journal-items.ts';

/** A lock that is gone again when its holder is asked for is tried for again, this often. */
const attemptsMax = 5;

/** Takes a cluster's lock; the answer is whoever holds it. Taking one's own again changes nothing. */
export async function takeLock(table: ItemTable, cluster: string, runId: string): Promise<string> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const holder = (await seized(table, cluster, runId)) ? runId : await holderOf(table, cluster);
    if (holder !== undefined) return holder;
  }
  throw new Error(
    `Cannot take the lock of cluster "${cluster}" as it must be free or held: found it changing hands ${attemptsMax} times`,
  );
}

async function seized(table: ItemTable, cluster: string, runId: string): Promise<boolean> {
  const item = await table.update(keys.lock(cluster), {
    ConditionExpression: 'attribute_not_exists(runId)',
    UpdateExpression: 'SET runId = :runId, watch = :lock',
    ExpressionAttributeValues: marshall({ ':runId': runId, ':lock': 'lock' }),
  });
  return item !== undefined;
}

/** Frees a lock that is the run's, and no other's. */
export function releaseLock(table: ItemTable, cluster: string, runId: string): Promise<void> {
  return table.delete(keys.lock(cluster), {
    ConditionExpression: 'runId = :runId',
    ExpressionAttributeValues: marshall({ ':runId': runId }),
  });
}

/** Which run holds a cluster's lock. */
export function holderOf(table: ItemTable, cluster: string): Promise<string | undefined> {
  return table.read(keys.lock(cluster), readHolder);
}

const readHolder = (item: Item): string =>
  z.object({ runId: z.string() }).parse(unmarshall(item)).runId;
