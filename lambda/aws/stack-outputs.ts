import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { patient } from './connection.ts';
import type { Connection } from './connection.ts';

/** The outputs of a stack by name; undefined where there is no such stack. For the command line. */
export async function stackOutputs(
  connection: Connection,
  stack: string,
): Promise<Map<string, string> | undefined> {
  const client = new CloudFormationClient(patient(connection));
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    const outputs = Stacks.flatMap(({ Outputs = [] }) => Outputs);
    return new Map(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  } catch (error) {
    // CloudFormation's only word for a stack that does not exist.
    if (error instanceof Error && error.name === 'ValidationError') return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}
