import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { ask, execution, startExecution, statesOf } from './ask.ts';
import type { AwsPlace } from './ask.ts';

/** How an execution ended, and which states it entered. */
export interface Ended {
  readonly status: string;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly output: string | undefined;
  readonly states: readonly string[];
}

const Created = z.object({ stateMachineArn: z.string() });
const Described = z.object({ definition: z.string() });
const Output = z.object({ output: z.string().optional() });

let machines = 0;

/** Creates a state machine of its own from a definition, and runs it once to its end. */
export async function runDefinition(
  place: AwsPlace,
  definition: unknown,
  { input = {}, milliseconds = 60_000 }: { input?: unknown; milliseconds?: number } = {},
): Promise<Ended> {
  machines += 1;
  const created = await ask(place, ['states', 'CreateStateMachine'], {
    name: `row-${machines}`,
    definition: JSON.stringify(definition),
    roleArn: 'arn:aws:iam::000000000000:role/row',
  });
  const { stateMachineArn } = Created.parse(created);
  const executionArn = await startExecution(place, stateMachineArn, input);
  const end = Date.now() + milliseconds;
  for (;;) {
    const { status, error, cause } = await execution(place, executionArn);
    if (status !== 'RUNNING' || Date.now() > end) {
      const body = await ask(place, ['states', 'DescribeExecution'], { executionArn });
      const { output } = Output.parse(body);
      return { status, error, cause, output, states: await statesOf(place, executionArn) };
    }
    await sleep(100);
  }
}

/** The definition of a machine as it was deployed, everything in it resolved. */
export async function definitionOf(place: AwsPlace, stateMachineArn: string): Promise<string> {
  const found = await ask(place, ['states', 'DescribeStateMachine'], { stateMachineArn });
  return Described.parse(found).definition;
}
