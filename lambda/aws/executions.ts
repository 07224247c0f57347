import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { once, patient } from './connection.ts';
import type { Connection } from './connection.ts';

/** Starts an execution of a state machine, once; the answer is its ARN. For the command line. */
export async function startExecution(
  connection: Connection,
  { stateMachineArn, input }: { readonly stateMachineArn: string; readonly input: object },
): Promise<string> {
  const client = new SFNClient(once(connection));
  try {
    const command = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
    const { executionArn = '' } = await client.send(command);
    return executionArn;
  } finally {
    client.destroy();
  }
}

/** How an execution stands, in Step Functions' own word: RUNNING, SUCCEEDED, FAILED, … */
export async function executionStatus(
  connection: Connection,
  executionArn: string,
): Promise<string> {
  const client = new SFNClient(patient(connection));
  try {
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
    return status ?? 'unknown';
  } finally {
    client.destroy();
  }
}
