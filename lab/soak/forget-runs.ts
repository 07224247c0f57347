import { DeleteItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { keys } from '../../lambda/aws/journal-items.ts';
import type { Cloud } from '../cloud.ts';

/**
 * Takes runs out of the lab's journal, as nothing does on AWS, where a table has room for ever and the
 * lab's lies in memory. For runs the sweeper has struck off.
 */
export async function forgetRuns(
  { connection, table: TableName }: Cloud,
  runIds: readonly string[],
): Promise<void> {
  const client = new DynamoDBClient({ ...connection });
  for (const runId of runIds) {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: keys.run(runId).pk } },
        ProjectionExpression: 'pk, sk',
      }),
    );
    for (const Key of Items) await client.send(new DeleteItemCommand({ TableName, Key }));
  }
  client.destroy();
}
