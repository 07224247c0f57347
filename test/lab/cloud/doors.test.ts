import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, onTestFinished, test } from 'vitest';
import { startCloudFormation } from '../../../lab/cloud/cloud-formation.ts';
import { AwsError } from '../../../lab/cloud/aws-error.ts';
import { executionOf, ExecutionRecord } from '../../../lab/cloud/execution.ts';
import type { Execution } from '../../../lab/cloud/execution.ts';
import { startStepFunctionsDoor } from '../../../lab/cloud/step-functions-door.ts';

/** The lab's doors for people, as the SDK finds them. */

const listen = { host: '127.0.0.1', port: 0 };
const sdk = (endpoint: string) => ({
  endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
  maxAttempts: 1,
});
const machineArn = 'arn:aws:states:eu-west-1:000000000000:stateMachine:m';

async function stepFunctions() {
  const executions: Execution[] = [];
  const startExecution = (
    arn: string,
    { name = 'x', input }: { name?: string; input: unknown },
  ) => {
    if (arn !== machineArn) throw new AwsError('StateMachineDoesNotExist', arn);
    const record = new ExecutionRecord();
    const execution = executionOf(record, {
      arn: `${arn.replace('stateMachine', 'execution')}:${name}`,
      name,
      machineArn: arn,
      input,
      startedAt: 1_000,
      pid: undefined,
      stop: (error = '', cause = '') => record.end({ status: 'ABORTED', error, cause }),
      kill: () => record.end({ status: 'LOST' }),
    });
    executions.push(execution);
    return execution;
  };
  const door = await startStepFunctionsDoor({ startExecution, executions }, listen);
  onTestFinished(() => door.close());
  return { client: new SFNClient(sdk(door.url)), executions };
}

test('an execution is started, described and stopped', async () => {
  const { client, executions } = await stepFunctions();
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn: machineArn, name: 'one', input: '{"a":1}' }),
  );
  expect(executions[0]?.input).toEqual({ a: 1 });
  const running = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect(running).toMatchObject({ status: 'RUNNING', name: 'one', startDate: new Date(1_000) });

  await client.send(new StopExecutionCommand({ executionArn, error: 'E', cause: 'because' }));
  const stopped = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect(stopped).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'because' });
});

test('an execution whose process died is told as aborted', async () => {
  const { client, executions } = await stepFunctions();
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn: machineArn }),
  );
  executions[0]?.kill();
  const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect(status).toBe('ABORTED');
});

test('what is not there is refused by name', async () => {
  const { client } = await stepFunctions();
  await expect(
    client.send(new StartExecutionCommand({ stateMachineArn: 'other' })),
  ).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  await expect(
    client.send(new DescribeExecutionCommand({ executionArn: `${machineArn}:none` })),
  ).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
  await expect(
    client.send(new StartExecutionCommand({ stateMachineArn: machineArn, input: '{' })),
  ).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
});

test('CloudFormation tells the outputs of a stack, and of no other', async () => {
  const stacks = new Map([['Aerofault', { TableName: 'a<b>&"c"' }]]);
  const cloudFormation = await startCloudFormation(stacks, listen);
  onTestFinished(() => cloudFormation.close());
  const client = new CloudFormationClient(sdk(cloudFormation.url));
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'Aerofault' }));
  expect(Stacks?.[0]?.Outputs).toEqual([{ OutputKey: 'TableName', OutputValue: 'a<b>&"c"' }]);
  await expect(
    client.send(new DescribeStacksCommand({ StackName: 'Other' })),
  ).rejects.toMatchObject({ name: 'ValidationError' });
});
