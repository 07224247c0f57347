import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { once } from 'node:events';
import type { Server } from 'node:http';
import * as z from 'zod';
import type { AssemblyTable, TableDefinition } from '../assembly/assembly.ts';
import { labRegion } from '../assembly/physical-names.ts';
import type { ListenOptions } from './listener.ts';

/**
 * The lab's DynamoDB: dynalite in memory, with the tables of an assembly.
 *
 * {@link startDynamoDb} starts it; `close()` ends it and its data. It knows no transactions, streams or
 * expiry, and a failed condition never brings the item back.
 */
export interface DynamoDb {
  readonly url: string;
  close(): Promise<void>;
}

/** What the database starts with. */
export interface DynamoDbOptions extends ListenOptions {
  readonly tables: readonly AssemblyTable[];
}

/** Start the database and wait until every table can be used. */
export async function startDynamoDb({ tables, host, port }: DynamoDbOptions): Promise<DynamoDb> {
  const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  server.listen(port, host);
  await once(server, 'listening');
  const { port: bound } = z.object({ port: z.int() }).parse(server.address());
  const url = `http://${host}:${bound}`;
  await createTables(url, tables);
  return { url, close: () => close(server) };
}

async function createTables(url: string, tables: readonly AssemblyTable[]): Promise<void> {
  const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };
  const client = new DynamoDBClient({ endpoint: url, region: labRegion, credentials });
  for (const { name, definition } of tables) {
    await client.send(new CreateTableCommand(mutable(definition)));
    const wait = { client, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.2 };
    await waitUntilTableExists(wait, { TableName: name });
  }
  client.destroy();
}

/** The SDK's types want arrays that may be changed. */
function mutable(definition: TableDefinition): CreateTableCommandInput {
  return structuredClone<CreateTableCommandInput>({
    ...definition,
    AttributeDefinitions: [...definition.AttributeDefinitions],
    KeySchema: [...definition.KeySchema],
    GlobalSecondaryIndexes: definition.GlobalSecondaryIndexes?.map((index) => ({
      ...index,
      KeySchema: [...index.KeySchema],
      Projection: {
        ProjectionType: index.Projection.ProjectionType,
        NonKeyAttributes: index.Projection.NonKeyAttributes?.slice(),
      },
    })),
  });
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
