import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { patient } from './connection.ts';
import type { Connection } from './connection.ts';
import { isCode } from './failure.ts';

/** What to start, with which input, and under which name; without one it gets one. */
export interface ExecutionStart {
  readonly stateMachineArn: string;
  readonly name?: string;
  readonly input: object;
}

/**
 * Starts an execution of a state machine; the answer is its ARN. For the command line. One that is named is
 * started once, however often it is asked for: the same name and input are the same execution. One without
 * a name may be started twice, where an answer was lost.
 */
export async function startExecution(
  connection: Connection,
  { stateMachineArn, name, input }: ExecutionStart,
): Promise<string> {
  const client = new SFNClient(patient(connection));
  const asked = { stateMachineArn, input: JSON.stringify(input) };
  const named = name === undefined ? {} : { name };
  try {
    const { executionArn = '' } = await client.send(
      new StartExecutionCommand({ ...asked, ...named }),
    );
    return executionArn;
  } catch (error) {
    if (name === undefined || !isCode(error, 'ExecutionAlreadyExists')) throw error;
    // It may be our own, whose answer was lost: once it has ended, Step Functions calls a repeat another one.
    const executionArn = executionArnOf(stateMachineArn, name);
    const found = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (found.input !== asked.input) throw error;
    return executionArn;
  } finally {
    client.destroy();
  }
}

/** The ARN that an execution has by its name. */
export const executionArnOf = (stateMachineArn: string, name: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;

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
