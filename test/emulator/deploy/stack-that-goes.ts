import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { ask, askCloudFormation, until } from './ask.ts';
import type { AwsPlace } from './ask.ts';
import { STACK } from './deployed.ts';
import type { Deployed } from './deployed.ts';
import { isFinal } from './run-on.ts';
import type { Run } from './run-on.ts';

/** Deletes the stack, so it comes last. */
export function stackThatGoes(there: () => Deployed, held: () => Promise<Run>): void {
  test('deleted while a run is held, restores it before it goes, and leaves the journal', async () => {
    const { place, workflowArn, table } = there();
    const run = await held();
    await askCloudFormation(place, 'DeleteStack', { StackName: STACK });
    const status = await until(async () => ended(await statusOf(place)), {
      milliseconds: 240_000,
      otherwise: () => 'the stack does not go',
    });
    expect(status, await reasonsOf(place)).toBe('DELETE_COMPLETE');
    await isFinal(there(), run, ['person']);
    const described = ask(place, ['states', 'DescribeStateMachine'], {
      stateMachineArn: workflowArn,
    });
    await expect(described).rejects.toThrow(/StateMachineDoesNotExist/);
    expect(await tableStatus(place, table)).toBe('ACTIVE');
  }, 300_000);
}

/** The stack's status; one that nobody knows any more is gone. */
async function statusOf(place: AwsPlace): Promise<string> {
  try {
    const said = await askCloudFormation(place, 'DescribeStacks', { StackName: STACK });
    return /<StackStatus>([^<]+)</.exec(said)?.[1] ?? said;
  } catch (error) {
    if (String(error).includes('does not exist')) return 'DELETE_COMPLETE';
    throw error;
  }
}

/** Why parts of the stack could not be deleted. */
async function reasonsOf(place: AwsPlace): Promise<string> {
  const said = await askCloudFormation(place, 'DescribeStackEvents', { StackName: STACK }).catch(
    String,
  );
  const reasons = said.matchAll(/<ResourceStatusReason>([^<]+)</g);
  return [...reasons].map(([, reason]) => reason).join('; ');
}

const ended = (status: string): string | undefined =>
  status.endsWith('IN_PROGRESS') ? undefined : status;

async function tableStatus(
  { url, region }: AwsPlace,
  TableName: string,
): Promise<string | undefined> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: url, region, credentials });
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  client.destroy();
  return Table?.TableStatus;
}
