import { marshall } from '@aws-sdk/util-dynamodb';
import type { JournalWrite, RunItem, WriteAnswer } from '../../core/journal.ts';
import type { ItemTable } from './item-table.ts';
import { keys, readRunItem, runItemOf } from './journal-items.ts';
import { runUpdateOf } from './run-update.ts';
import type { Signature } from './run-update.ts';

/** A write with the run it is for. */
export interface RunWrite {
  readonly runId: string;
  readonly write: JournalWrite;
}

/**
 * Makes one journal write, and answers whether it won.
 *
 * The SDK repeats a request whose answer was lost; where the first one won, the repeat is refused. The
 * signature left on the item tells that from a loss (restore protocol, "Late or lost DynamoDB answers").
 *
 * @throws the SDK's error when all attempts were lost: the write may have won, or may yet.
 */
export async function writeRun(
  table: ItemTable,
  runWrite: RunWrite,
  signature: Signature,
): Promise<WriteAnswer> {
  const item = await sent(table, runWrite, signature);
  if (item !== undefined) return { written: true, item };
  const stored = await table.read(keys.run(runWrite.runId), readRunItem);
  if (stored?.writers[signature.slot] === signature.id) return { written: true, item: stored.item };
  return { written: false, item: stored?.item };
}

async function sent(
  table: ItemTable,
  { runId, write }: RunWrite,
  signature: Signature,
): Promise<RunItem | undefined> {
  if (write.kind === 'create') {
    const isNew = await table.putIfAbsent(runItemOf(write.item, signature));
    return isNew ? write.item : undefined;
  }
  const { condition, update, names, values } = runUpdateOf(write, signature);
  const stored = await table.update(keys.run(runId), {
    ConditionExpression: condition,
    UpdateExpression: update,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: marshall(values),
  });
  return stored === undefined ? undefined : readRunItem(stored).item;
}
