import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Cloud } from '../cloud.ts';

/** How many items the journal's table holds: runs, their papers and notes, and locks. */
export async function countItems({ connection, table }: Cloud): Promise<number> {
  const client = new DynamoDBClient({ ...connection });
  let count = 0;
  let from: Awaited<ReturnType<typeof page>>['LastEvaluatedKey'];
  do {
    const { Count = 0, LastEvaluatedKey } = await page(client, table, from);
    count += Count;
    from = LastEvaluatedKey;
  } while (from !== undefined);
  client.destroy();
  return count;
}

function page(
  client: DynamoDBClient,
  table: string,
  from: ScanCommand['input']['ExclusiveStartKey'],
) {
  return client.send(
    new ScanCommand({ TableName: table, Select: 'COUNT', ExclusiveStartKey: from }),
  );
}
