import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { startDynamoDb } from '../../lab/cloud/dynamodb.ts';
import { AuditRequest } from '../../core/audit/request.ts';
import { dynamoAudits } from '../../lambda/aws/audits.ts';
import { dynamoJournal } from '../../lambda/aws/journal.ts';
import type { Audits } from '../../lambda/gateways-of-audits.ts';
import type { Journal } from '../../lambda/gateways.ts';
import { runIdOf } from '../../lambda/run-id.ts';
import { runAerofault } from './run-aerofault.ts';
import type { Shown } from './run-aerofault.ts';

/** What the restore machine does once it is started; how its execution then ended. */
export type Machine = (runId: string, journal: Journal) => Promise<'SUCCEEDED' | 'FAILED'>;

/** What the audit machine does once it is started; how its execution then ended. */
export type AuditMachine = (
  request: AuditRequest,
  auditId: string,
  audits: Audits,
) => Promise<{ status: string; error?: string; cause?: string }>;

/** What the workflow does once it is started, while it runs; how its execution then ended. */
export type Workflow = (
  started: { readonly runId: string; readonly execution: string; readonly input: unknown },
  journal: Journal,
) => Promise<{ status: string; error?: string; cause?: string }>;

/** A deployment as the command line finds it: a stack with outputs, a journal, a restore machine. */
export interface Deployed {
  readonly journal: Journal;
  /** The inputs of every execution that was started. */
  readonly started: unknown[];
  readonly aerofault: (...words: readonly string[]) => Promise<Shown>;
  /** What a program needs in its environment to find it. */
  readonly environment: Readonly<Record<string, string>>;
}

const table = 'journal';
const machineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:restore';
const workflowArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:workflow';
const auditArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:audit';

/** What the stack tells of itself. */
export const deployedOutputs = {
  JournalTableName: table,
  RestoreMachineArn: machineArn,
  AuditMachineArn: auditArn,
  WorkflowArn: workflowArn,
  DocumentPrefix: 'Staging',
  FreezeParameterName: '/aerofault/freeze',
  ScheduleGroupName: 'aerofault-schedules',
};
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
export async function deployed(
  machine: Machine = async () => 'SUCCEEDED',
  auditMachine: AuditMachine = async () => ({ status: 'SUCCEEDED' }),
  workflow: Workflow = async () => ({ status: 'SUCCEEDED' }),
): Promise<Deployed> {
  const place = { host: '127.0.0.1', port: 0 };
  const tables = [{ logicalId: 'Journal', name: table, definition }];
  const database = await startDynamoDb({ ...place, tables });
  const connection = { region: 'eu-west-1', endpoint: database.url, credentials };
  const journal = dynamoJournal(connection, { table });
  const started: unknown[] = [];
  const cloudFormation = await listening(describeStacks);
  const audits = dynamoAudits(connection, { table });
  const restores = machines({ machine, journal, started });
  const auditing = auditMachines({ auditMachine, audits, started });
  const working = workflowMachines({ workflow, journal, started });
  const stepFunctions = await listening((body, target) => {
    if (body.includes(':audit')) return auditing(body, target);
    return (body.includes(':workflow') ? working : restores)(body, target);
  });
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
  const aerofault = (...words: readonly string[]) => runAerofault(words, environment);
  return { journal, started, aerofault, environment };
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

/** What a deployment tells, each name after a prefix. */
const outputsWith = (prefix: string, journalTable: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...deployedOutputs, JournalTableName: journalTable }).map(([name, value]) => [
      `${prefix}${name}`,
      value,
    ]),
  );

/** A stack of our own, and one of a shop that has things of its own beside two deployments. */
const stacks = new Map([
  ['Aerofault', outputsWith('', table)],
  [
    'Shop',
    {
      WorkflowArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:orders',
      ...outputsWith('Blue', table),
      ...outputsWith('Green', 'nosuchtable'),
    },
  ],
]);

/** As CloudFormation answers for these stacks, and for one that is not there. */
async function describeStacks(body: string): Promise<Reply> {
  const name = new URLSearchParams(body).get('StackName');
  const type = 'text/xml';
  const told = stacks.get(name ?? '');
  if (told === undefined) {
    const error = `<Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error>`;
    const missing = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">${error}<RequestId>1</RequestId></ErrorResponse>`;
    return { status: 400, type, body: missing };
  }
  const outputs = Object.entries(told)
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

function auditMachines(parts: { auditMachine: AuditMachine; audits: Audits; started: unknown[] }) {
  const { auditMachine, audits, started } = parts;
  let ended: Awaited<ReturnType<AuditMachine>> = { status: 'RUNNING' };
  return async (body: string, target: string): Promise<Reply> => {
    const asked: unknown = JSON.parse(body);
    if (target.endsWith('.DescribeExecution')) {
      return json({ ...z.object({ executionArn: z.string() }).parse(asked), ...ended });
    }
    const { input } = z.object({ input: z.string() }).parse(asked);
    const request = AuditRequest.parse(JSON.parse(input));
    started.push(request);
    const executionArn = `${auditArn.replace('stateMachine', 'execution')}:${started.length}`;
    ended = await auditMachine(request, runIdOf(executionArn), audits);
    return json({ executionArn, startDate: 1 });
  };
}

/**
 * Runs beside who asks for it: the execution is RUNNING until what it does has ended. The same name and
 * input meanwhile are the same execution, as Step Functions has it; once it has ended, nothing is.
 */
function workflowMachines(parts: { workflow: Workflow; journal: Journal; started: unknown[] }) {
  const { workflow, journal, started } = parts;
  const inputs = new Map<string, string>();
  const ended = new Map<string, Awaited<ReturnType<Workflow>>>();
  return async (body: string, target: string): Promise<Reply> => {
    const asked: unknown = JSON.parse(body);
    if (target.endsWith('.DescribeExecution')) {
      const { executionArn } = z.object({ executionArn: z.string() }).parse(asked);
      const stands = ended.get(executionArn) ?? { status: 'RUNNING' };
      return json({ executionArn, input: inputs.get(executionArn), ...stands });
    }
    const { name, input } = z.object({ name: z.string(), input: z.string() }).parse(asked);
    const execution = `${workflowArn.replace('stateMachine', 'execution')}:${name}`;
    const before = inputs.get(execution);
    if (before !== undefined && (before !== input || ended.has(execution))) {
      return { ...json({ __type: 'ExecutionAlreadyExists', message: execution }), status: 400 };
    }
    if (before === undefined) {
      inputs.set(execution, input);
      const run = { runId: runIdOf(execution), execution, input: JSON.parse(input) as unknown };
      started.push(run.input);
      void workflow(run, journal).then((ending) => ended.set(execution, ending));
    }
    return json({ executionArn: execution, startDate: 1 });
  };
}
