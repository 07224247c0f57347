import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { once, patient } from './connection.ts';
import type { Connection } from './connection.ts';

/** What to start, with which input, and under which name; without one it gets one. */
export interface ExecutionStart {
  readonly stateMachineArn: string;
  readonly name?: string;
  readonly input: object;
}

/** Starts an execution of a state machine, once; the answer is its ARN. For the command line. */
export async function startExecution(
  connection: Connection,
  { stateMachineArn, name, input }: ExecutionStart,
): Promise<string> {
  const client = new SFNClient(once(connection));
  try {
    const named = name === undefined ? {} : { name };
    const command = new StartExecutionCommand({
      stateMachineArn,
      ...named,
      input: JSON.stringify(input),
    });
    const { executionArn = '' } = await client.send(command);
    return executionArn;
  } finally {
    client.destroy();
  }
}

/** How an execution stands, in Step Functions' own word: RUNNING, SUCCEEDED, FAILED, …; unknown: it has forgotten it. */
export async function executionStatus(
  connection: Connection,
  executionArn: string,
): Promise<string> {
  const client = new SFNClient(patient(connection));
  try {
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
    return status ?? 'unknown';
  } catch (error) {
    // Step Functions keeps what has ended for 90 days.
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return 'unknown';
    throw error;
  } finally {
    client.destroy();
  }
}

/** Why an execution that is over failed, in its own words; undefined where it did not, or said nothing. */
export async function executionFailure(
  connection: Connection,
  executionArn: string,
): Promise<{ readonly error: string; readonly cause: string } | undefined> {
  const client = new SFNClient(patient(connection));
  try {
    const { error, cause = '' } = await client.send(new DescribeExecutionCommand({ executionArn }));
    return error === undefined ? undefined : { error, cause };
  } finally {
    client.destroy();
  }
}
