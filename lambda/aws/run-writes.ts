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
  const { runId, write } = runWrite;
  let mutatedAt = isMutation(write) ? write.at : 0;
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const item = await sent(table, runWrite, { signature, mutatedAt });
    if (item !== undefined) return { written: true, item };
    const stored = await table.read(keys.run(runId), readRunItem);
    const isOurs = stored?.writers[signature.slot] === signature.id;
    if (stored !== undefined && isOurs) return { written: true, item: stored.item };
    const { lastMutationAt = 0 } = stored?.item ?? {};
    if (!isMutation(write) || lastMutationAt <= mutatedAt) {
      return { written: false, item: stored?.item };
    }
    mutatedAt = lastMutationAt;
  }
  throw new Error(
    `Cannot write ${write.kind} to run ${runId} as its last mutation must stand still for one write: found it overtaken ${attemptsMax} times`,
  );
}

/** A mutation that others overtook is made again with their later time, so often. */
const attemptsMax = 5;

/** Writes that move `lastMutationAt` on, and never back. */
function isMutation(
  write: JournalWrite,
): write is JournalWrite & { kind: 'intend' | 'intend-undo' | 'settle' } {
  return write.kind === 'intend' || write.kind === 'intend-undo' || write.kind === 'settle';
}

async function sent(
  table: ItemTable,
  { runId, write }: RunWrite,
  { signature, mutatedAt }: { signature: Signature; mutatedAt: number },
): Promise<RunItem | undefined> {
  if (write.kind === 'create') {
    const isNew = await table.putIfAbsent(runItemOf(write.item, signature));
    return isNew ? write.item : undefined;
  }
  const { condition, update, names, values } = runUpdateOf(write, signature, mutatedAt);
  const stored = await table.update(keys.run(runId), {
    ConditionExpression: condition,
    UpdateExpression: update,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: marshall(values),
  });
  return stored === undefined ? undefined : readRunItem(stored).item;
}
