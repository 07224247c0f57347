import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

/** Where an emulator answers for AWS. */
export interface AwsPlace {
  readonly url: string;
  readonly region: string;
}

/** The services that are asked here and have no client among the dependencies. */
const services = {
  states: { prefix: 'AWSStepFunctions', type: 'application/x-amz-json-1.0' },
  events: { prefix: 'AWSEvents', type: 'application/x-amz-json-1.1' },
} as const;

/** Asks a service that speaks JSON. @throws with the error's type and message. */
export async function ask(
  place: AwsPlace,
  [service, action]: readonly [keyof typeof services, string],
  body: object,
): Promise<unknown> {
  const { prefix, type } = services[service];
  const headers = { 'content-type': type, 'x-amz-target': `${prefix}.${action}` };
  const answer = await send(place, service, { headers, body: JSON.stringify(body) });
  return JSON.parse(answer === '' ? '{}' : answer);
}

/** Asks CloudFormation, which speaks forms and XML. @throws with its words. */
export function askCloudFormation(
  place: AwsPlace,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const body = new URLSearchParams({ Action: action, Version: '2010-05-15', ...parameters });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return send(place, 'cloudformation', { headers, body: body.toString() });
}

async function send(
  { url, region }: AwsPlace,
  service: string,
  { headers, body }: { readonly headers: Record<string, string>; readonly body: string },
): Promise<string> {
  // Emulators tell services apart by the scope of the signature, which they do not check.
  const scope = `test/20260101/${region}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, authorization }, body });
  const said = await answer.text();
  if (answer.ok) return said;
  const words = headers['x-amz-target'] ?? body;
  throw new Error(`Cannot ask ${words} as ${service} must take it: found ${answer.status} ${said}`);
}

/** Asks until the answer is there. @throws what `otherwise` says after `milliseconds`. */
export async function until<Value>(
  question: () => Promise<Value | undefined>,
  { milliseconds, otherwise }: { readonly milliseconds: number; readonly otherwise: () => string },
): Promise<Value> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await question();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(otherwise());
    await sleep(500);
  }
}

const Started = z.object({ executionArn: z.string() });

/** Starts an execution and tells its ARN. */
export async function startExecution(
  place: AwsPlace,
  stateMachineArn: string,
  input: unknown,
): Promise<string> {
  const body = { stateMachineArn, input: JSON.stringify(input) };
  return Started.parse(await ask(place, ['states', 'StartExecution'], body)).executionArn;
}

const Execution = z.object({
  executionArn: z.string(),
  status: z.string(),
  input: z.string().optional(),
  error: z.string().optional(),
  cause: z.string().optional(),
});

/** How an execution stands. */
export type Execution = z.infer<typeof Execution>;

/** Asks how an execution stands. */
export async function execution(place: AwsPlace, executionArn: string): Promise<Execution> {
  return Execution.parse(await ask(place, ['states', 'DescribeExecution'], { executionArn }));
}

const Executions = z.object({ executions: z.array(z.object({ executionArn: z.string() })) });

/** Every execution of a machine. */
export async function executionsOf(place: AwsPlace, stateMachineArn: string): Promise<Execution[]> {
  const found = await ask(place, ['states', 'ListExecutions'], { stateMachineArn });
  const { executions } = Executions.parse(found);
  return Promise.all(executions.map(({ executionArn }) => execution(place, executionArn)));
}

const History = z.object({
  events: z.array(
    z.looseObject({
      type: z.string(),
      stateEnteredEventDetails: z.object({ name: z.string() }).optional(),
    }),
  ),
});

/** The states that an execution has entered, in order. */
export async function statesOf(place: AwsPlace, executionArn: string): Promise<string[]> {
  const body = { executionArn, maxResults: 1000 };
  const { events } = History.parse(await ask(place, ['states', 'GetExecutionHistory'], body));
  return events.flatMap(({ stateEnteredEventDetails: entered }) => entered?.name ?? []);
}
