import { createServer, request as requestTo } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Connection } from '../../../lambda/aws/connection.ts';
import { bodyOf, connectionTo, portOf } from './http-fake.ts';

type Dynalite = (options: { createTableMs: number }) => Server;
/** dynalite is CommonJS and brings no types. */
const dynalite = z
  .custom<Dynalite>((value) => typeof value === 'function')
  .parse(createRequire(import.meta.url)('dynalite'));

/** What the wire does to a request for DynamoDB: `answer-lost` lets the server act and tells nobody. */
export type Fate = 'ok' | 'answer-lost';

/** A journal table in memory, behind a wire that can lose answers. */
export interface DynamoFake {
  readonly table: string;
  readonly connection: Connection;
  /** Past the wire: nothing is ever lost. */
  readonly direct: Connection;
  /** Decides over each request, after the server has acted; the wire waits for it. */
  fate: (action: string) => Fate | Promise<Fate>;
  /** Loses the next `count` answers of `action`; `meanwhile` comes between the act and the loss. */
  loseAnswers(action: string, count: number, meanwhile?: () => Promise<unknown>): void;
  stop(): Promise<void>;
}

export async function dynamoFake(): Promise<DynamoFake> {
  const server = await listening(dynalite({ createTableMs: 0 }));
  const direct = connectionTo(portOf(server.address()));
  const wire = await listening(createServer((request, response) => void carry(request, response)));

  async function carry(request: IncomingMessage, response: ServerResponse) {
    const answer = await forward(portOf(server.address()), request);
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    if ((await fake.fate(action)) === 'answer-lost') return void response.socket?.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(answer.body);
  }

  const fake: DynamoFake = {
    table: 'Journal',
    connection: connectionTo(portOf(wire.address())),
    direct,
    fate: () => 'ok',
    loseAnswers(action, count, meanwhile = async () => {}) {
      let left = count;
      fake.fate = async (asked) => {
        if (asked !== action || left === 0) return 'ok';
        left -= 1;
        await meanwhile();
        return 'answer-lost';
      };
    },
    async stop() {
      for (const one of [wire, server]) {
        one.closeAllConnections();
        await new Promise((resolve) => one.close(resolve));
      }
    },
  };
  await createTable(direct, fake.table);
  return fake;
}

async function listening(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function forward(port: number, incoming: IncomingMessage) {
  const body = await bodyOf(incoming);
  return new Promise<{ status: number; body: Buffer }>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method: incoming.method, headers: incoming.headers };
    const outgoing = requestTo({ ...options, agent: false }, (answer) => {
      void bodyOf(answer).then((said) => resolve({ status: answer.statusCode ?? 0, body: said }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Keys and index as the stack declares them. */
async function createTable(connection: Connection, table: string): Promise<void> {
  const client = new DynamoDBClient(connection);
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'watch', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'watched',
          KeySchema: [
            { AttributeName: 'watch', KeyType: 'HASH' },
            { AttributeName: 'pk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  client.destroy();
}
