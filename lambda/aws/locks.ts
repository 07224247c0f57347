import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { ItemTable } from './item-table.ts';
import { keys } from './journal-items.ts';
import type { Item } from './journal-items.ts';

/** A lock that is gone again when its holder is asked for is tried for again, this often. */
const attemptsMax = 5;

/** Whose the lock of a cluster is to be, and the version of the run as it was read. */
export interface Holding {
  readonly cluster: string;
  readonly runId: string;
  readonly version: number;
}

/** Takes a cluster's lock; the answer is whoever holds it. Taking one's own again only raises its version. */
export async function takeLock(table: ItemTable, holding: Holding): Promise<string> {
  const { cluster, runId } = holding;
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const holder = (await seized(table, holding)) ? runId : await holderOf(table, cluster);
    if (holder !== undefined) return holder;
  }
  throw new Error(
    `Cannot take the lock of cluster "${cluster}" as it must be free or held: found it changing hands ${attemptsMax} times`,
  );
}

async function seized(table: ItemTable, { cluster, runId, version }: Holding): Promise<boolean> {
  const item = await table.update(keys.lock(cluster), {
    ConditionExpression:
      'attribute_not_exists(runId) OR (runId = :runId AND (attribute_not_exists(fence) OR fence < :fence))',
    UpdateExpression: 'SET runId = :runId, fence = :fence, watch = :lock',
    ExpressionAttributeValues: marshall({ ':runId': runId, ':fence': version, ':lock': 'lock' }),
  });
  return item !== undefined;
}

/** Frees a lock that is the run's, and no other's, unless it was taken again at a later version. */
export function releaseLock(table: ItemTable, { cluster, runId, version }: Holding): Promise<void> {
  return table.delete(keys.lock(cluster), {
    ConditionExpression: 'runId = :runId AND (attribute_not_exists(fence) OR fence <= :fence)',
    ExpressionAttributeValues: marshall({ ':runId': runId, ':fence': version }),
  });
}

/** Which run holds a cluster's lock. */
export function holderOf(table: ItemTable, cluster: string): Promise<string | undefined> {
  return table.read(keys.lock(cluster), readHolder);
}

const readHolder = (item: Item): string =>
  z.object({ runId: z.string() }).parse(unmarshall(item)).runId;
