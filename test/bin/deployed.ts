import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { startDynamoDb } from '../../lab/cloud/dynamodb.ts';
import { dynamoJournal } from '../../lambda/aws/journal.ts';
import type { Journal } from '../../lambda/gateways.ts';
import { runAerofault } from './run-aerofault.ts';
import type { Shown } from './run-aerofault.ts';

/** What the restore machine does once it is started; how its execution then ended. */
export type Machine = (runId: string, journal: Journal) => Promise<'SUCCEEDED' | 'FAILED'>;

/** A deployment as the command line finds it: a stack with outputs, a journal, a restore machine. */
export interface Deployed {
  readonly journal: Journal;
  /** The inputs of every execution that was started. */
  readonly started: unknown[];
  readonly aerofault: (...words: readonly string[]) => Promise<Shown>;
}

const table = 'journal';
const machineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:restore';
const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };

const definition = {
  TableName: table,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['pk', 'sk', 'watch'].map((AttributeName) => {
    return { AttributeName, AttributeType: 'S' } as const;
  }),
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
} as const;

/** Starts one, for a test's time. */
export async function deployed(machine: Machine = async () => 'SUCCEEDED'): Promise<Deployed> {
  const place = { host: '127.0.0.1', port: 0 };
  const tables = [{ logicalId: 'Journal', name: table, definition }];
  const database = await startDynamoDb({ ...place, tables });
  const connection = { region: 'eu-west-1', endpoint: database.url, credentials };
  const journal = dynamoJournal(connection, { table });
  const started: unknown[] = [];
  const cloudFormation = await listening(describeStacks);
  const stepFunctions = await listening(machines({ machine, journal, started }));
  onTestFinished(async () => {
    cloudFormation.server.close();
    stepFunctions.server.close();
    await database.close();
  });
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: database.url,
    AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
    AWS_ENDPOINT_URL_SFN: stepFunctions.url,
  };
  return { journal, started, aerofault: (...words) => runAerofault(words, environment) };
}

interface Reply {
  readonly status?: number;
  readonly type: string;
  readonly body: string;
}

async function listening(
  reply: (body: string, target: string) => Promise<Reply>,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    void text(request)
      .then((body) => reply(body, String(request.headers['x-amz-target'] ?? '')))
      .then(({ status = 200, type, body }) =>
        response.writeHead(status, { 'content-type': type, connection: 'close' }).end(body),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return { server, url: `http://127.0.0.1:${port}` };
}

/** As CloudFormation answers for a stack Aerofault, and for one that is not there. */
async function describeStacks(body: string): Promise<Reply> {
  const name = new URLSearchParams(body).get('StackName');
  const type = 'text/xml';
  if (name !== 'Aerofault') {
    const error = `<Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error>`;
    const missing = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">${error}<RequestId>1</RequestId></ErrorResponse>`;
    return { status: 400, type, body: missing };
  }
  const outputs = Object.entries({ JournalTableName: table, RestoreMachineArn: machineArn })
    .map(
      ([key, value]) =>
        `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    )
    .join('');
  const stack = `<StackName>${name}</StackName><CreationTime>2026-11-21T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${outputs}</Outputs>`;
  const result = `<DescribeStacksResult><Stacks><member>${stack}</member></Stacks></DescribeStacksResult>`;
  return {
    type,
    body: `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">${result}</DescribeStacksResponse>`,
  };
}

const Started = z.object({ stateMachineArn: z.literal(machineArn), input: z.string() });
const Input = z.strictObject({ runId: z.string(), by: z.literal('person') });

const json = (answer: object): Reply => ({
  type: 'application/x-amz-json-1.0',
  body: JSON.stringify(answer),
});

function machines(parts: { machine: Machine; journal: Journal; started: unknown[] }) {
  const { machine, journal, started } = parts;
  let status: string = 'RUNNING';
  return async (body: string, target: string): Promise<Reply> => {
    const asked: unknown = JSON.parse(body);
    const executionArn = `${machineArn.replace('stateMachine', 'execution')}:1`;
    if (target.endsWith('.DescribeExecution')) return json({ executionArn, status });
    const input = Input.parse(JSON.parse(Started.parse(asked).input));
    started.push(input);
    // As quick as a restore can be: it is over before whoever started it hears of its start.
    status = await machine(input.runId, journal);
    return json({ executionArn, startDate: 1 });
  };
}
