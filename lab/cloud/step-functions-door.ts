/**
 * The API of the lab's Step Functions: StartExecution, DescribeExecution and StopExecution.
 *
 * {@link startStepFunctionsDoor} starts it; `close()` ends it, and no execution.
 */
import * as z from 'zod';
import { AwsError } from './aws-error.ts';
import { startEndpoint, targetOf } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import type { Execution } from './execution.ts';
import type { ListenOptions } from './listener.ts';
import type { StepFunctions } from './step-functions.ts';

const Start = z.object({
  stateMachineArn: z.string(),
  name: z.string().optional(),
  input: z.string().default('{}'),
});
const Named = z.object({ executionArn: z.string() });
const Stop = Named.extend({ error: z.string().optional(), cause: z.string().optional() });

type Machines = Pick<StepFunctions, 'startExecution' | 'executions'>;

/** Starts it; rejects when it cannot listen. */
export function startStepFunctionsDoor(
  machines: Machines,
  listen: ListenOptions,
): Promise<Endpoint> {
  const actions: Readonly<Record<string, (body: unknown) => unknown>> = {
    StartExecution: (body) => start(body, machines),
    DescribeExecution: (body) => describe(body, machines),
    StopExecution: (body) => stop(body, machines),
  };
  return startEndpoint(listen, (request) => {
    const action = targetOf(request);
    const perform = actions[action];
    if (perform === undefined) {
      throw new AwsError('UnknownOperationException', `The lab does not know ${action}`);
    }
    return { action, params: request.body, perform: () => perform(request.body) };
  });
}

function start(body: unknown, machines: Machines): object {
  const { stateMachineArn, name, input } = Start.parse(body);
  const named = name === undefined ? {} : { name };
  const execution = machines.startExecution(stateMachineArn, { ...named, input: inputIn(input) });
  return { executionArn: execution.arn, startDate: execution.startedAt / 1000 };
}

function inputIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError('InvalidExecutionInput', 'Invalid State Machine Execution Input');
  }
}

async function describe(body: unknown, machines: Machines): Promise<object> {
  const execution = executionIn(Named.parse(body).executionArn, machines);
  const { arn, name, machineArn, startedAt, input } = execution;
  const about = {
    executionArn: arn,
    name,
    stateMachineArn: machineArn,
    startDate: startedAt / 1000,
    input: JSON.stringify(input),
  };
  if (execution.running) return { ...about, status: 'RUNNING' };
  const { status, ...ending } = await execution.result;
  const output = 'output' in ending ? { output: JSON.stringify(ending.output) } : ending;
  return { ...about, ...output, status: status === 'LOST' ? 'ABORTED' : status };
}

function stop(body: unknown, machines: Machines): object {
  const { executionArn, error, cause } = Stop.parse(body);
  executionIn(executionArn, machines).stop(error, cause);
  return { stopDate: Date.now() / 1000 };
}

function executionIn(arn: string, { executions }: Machines): Execution {
  const execution = executions.find((one) => one.arn === arn);
  if (execution !== undefined) return execution;
  throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}
