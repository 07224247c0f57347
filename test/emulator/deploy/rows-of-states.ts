import { afterAll, beforeAll, expect, test } from 'vitest';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { startMoto } from '../moto.ts';
import type { RunningPython } from '../python.ts';
import type { Plain } from '../row.ts';
import { ask, askCloudFormation, until } from './ask.ts';
import type { AwsPlace } from './ask.ts';
import type { Deployed } from './deployed.ts';
import { STATES_DIFFER } from './differences-of-states.ts';
import type { Engine } from './differences-of-states.ts';
import { LEFT_OUT } from './left-out.ts';
import { startLambdaDoor } from './lambda-door.ts';
import type { LambdaDoor } from './lambda-door.ts';
import { definitionOf, runDefinition } from './state-engine.ts';
import type { Ended } from './state-engine.ts';

/** What a row asks with. */
interface Asking {
  readonly place: AwsPlace;
  /** A Lambda that throws a TypeError when it is given no run. */
  readonly failingFunction: string;
}

/** One behaviour of Step Functions that the app stands on. */
interface StateRow {
  readonly name: string;
  /** Where AWS says so. */
  readonly source: string;
  readonly expected: Plain;
  readonly observe: (asking: Asking) => Promise<Plain>;
}

const branch = (state: object) => ({ StartAt: 'One', States: { One: state } });
const pass = { Type: 'Pass', End: true };
const last = ({ states }: Ended): string => states.at(-1) ?? '';

const rows: readonly StateRow[] = [
  {
    name: 'a ResultSelector reads the context object',
    source: 'Step Functions guide, "Input and output processing", ResultSelector',
    expected: 'string',
    async observe({ place }) {
      const { output } = await runDefinition(place, {
        StartAt: 'All',
        States: {
          All: {
            Type: 'Parallel',
            Branches: [branch(pass)],
            ResultSelector: { 'id.$': '$$.Execution.Id' },
            End: true,
          },
        },
      });
      const { id } = z.object({ id: z.unknown() }).parse(JSON.parse(output ?? '{}'));
      return id === null ? 'null' : typeof id;
    },
  },
  {
    name: 'a Catch finds the name of what a Lambda threw',
    source: 'Step Functions guide, "Error names"; Lambda guide, errorType',
    expected: 'Caught',
    async observe({ place, failingFunction }) {
      const ended = await runDefinition(place, {
        StartAt: 'Throw',
        States: {
          Throw: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke',
            Parameters: { FunctionName: failingFunction, Payload: {} },
            Catch: [
              { ErrorEquals: ['TypeError'], Next: 'Caught' },
              { ErrorEquals: ['States.ALL'], Next: 'Otherwise' },
            ],
            Next: 'NotThrown',
          },
          Caught: pass,
          Otherwise: pass,
          NotThrown: pass,
        },
      });
      return last(ended);
    },
  },
  {
    name: 'a machine that outlives its limit is timed out',
    source: 'Amazon States Language, TimeoutSeconds of a state machine',
    expected: 'TIMED_OUT',
    async observe({ place }) {
      const wait = { Type: 'Wait', Seconds: 4, End: true };
      return (await runDefinition(place, { ...branch(wait), TimeoutSeconds: 1 })).status;
    },
  },
  {
    name: 'a payload above 256 KiB ends in States.DataLimitExceeded',
    source: 'Step Functions quotas, "Maximum input or output size for a task, state, or execution"',
    expected: 'States.DataLimitExceeded',
    async observe({ place }) {
      const big = { ...pass, Result: 'x'.repeat(300_000) };
      const { status, error = '' } = await runDefinition(place, branch(big));
      return status === 'FAILED' ? error : status;
    },
  },
  {
    name: 'a Catch on Parallel catches what a branch ended in',
    source: 'Amazon States Language, Parallel: "Catch"',
    expected: 'Caught',
    async observe({ place }) {
      const fail = { Type: 'Fail', Error: 'Boom', Cause: 'as written' };
      const ended = await runDefinition(place, {
        StartAt: 'All',
        States: {
          All: {
            Type: 'Parallel',
            Branches: [branch(fail)],
            Catch: [{ ErrorEquals: ['Boom'], Next: 'Caught' }],
            Next: 'NotCaught',
          },
          Caught: pass,
          NotCaught: pass,
        },
      });
      return ended.status === 'SUCCEEDED' ? last(ended) : ended.status;
    },
  },
  {
    name: 'a name of an execution that was used is refused for another input',
    source: 'StartExecution: "ExecutionAlreadyExists"',
    expected: 'ExecutionAlreadyExists',
    async observe({ place }) {
      const stateMachineArn = await machineOf(place, branch(pass));
      const start = (input: string) => {
        return ask(place, ['states', 'StartExecution'], { stateMachineArn, name: 'twice', input });
      };
      await start('{"a":1}');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return start('{"a":2}').then(
        () => 'started',
        (error: unknown) => /ExecutionAlreadyExists/.exec(String(error))?.[0] ?? String(error),
      );
    },
  },
];

/** Asks both interpreters for every row; a difference must be on the list, and what is on it must still differ. */
export function rowsOfStates(there: () => Deployed, python: string): void {
  let door: LambdaDoor;
  let moto: RunningPython;
  let failingFunction: string;
  beforeAll(async () => {
    door = await startLambdaDoor(there().place.url);
    door.doorman = () => ({ errorType: 'TypeError', errorMessage: 'Cannot tell the run' });
    moto = await startMoto(python, { MOTO_PORT: String(door.port) });
    const body = JSON.stringify({ stepfunctions: { execute_state_machine: true } });
    await fetch(`${moto.url}/moto-api/config`, { method: 'POST', body });
    const text = await definitionOf(there().place, there().restoreMachineArn);
    failingFunction = z.string().parse(/arn:aws:lambda:[^"]*FunctionsRestore[^"]*/.exec(text)?.[0]);
  });
  afterAll(async () => {
    await moto?.stop();
    await door?.close();
  });

  const askingOf = (engine: Engine): Asking => {
    const { place } = there();
    const url = engine === 'moto' ? moto.url : place.url;
    return { place: { ...place, url }, failingFunction };
  };
  const each = (['ministack', 'moto'] as const).flatMap((engine) =>
    rows.map((row) => ({ engine, row, name: row.name })),
  );

  test.for(each)('$engine: $name', async ({ engine, row }) => {
    const found = await row.observe(askingOf(engine));
    const listed = STATES_DIFFER.find((one) => one.engine === engine && one.row === row.name);
    if (listed !== undefined && isDeepStrictEqual(found, row.expected)) {
      expect.fail(`${engine} does not differ any more: take the entry off the list`);
    }
    expect(found, `${engine}; ${row.source}`).toEqual(listed?.found ?? row.expected);
  });

  test('every difference on the list is of a row', () => {
    const names = rows.map(({ name }) => name);
    for (const { row } of STATES_DIFFER) expect(names).toContain(row);
  });

  test.for(LEFT_OUT)('ministack still cannot make $type', async ({ type, property, says }) => {
    const StackName = `row-${LEFT_OUT.findIndex((one) => one.type === type)}`;
    const metric = { Id: 'one', Expression: '1 + 1' };
    const Properties = {
      ...(property === undefined ? {} : { [property]: [metric] }),
      AlarmName: 'row',
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 1,
    };
    const TemplateBody = JSON.stringify({ Resources: { One: { Type: type, Properties } } });
    const said = await reasonOf(there().place, { StackName, TemplateBody });
    expect(said).toMatch(says);
  });
}

const Made = z.object({ stateMachineArn: z.string() });

async function machineOf(place: AwsPlace, definition: object): Promise<string> {
  const made = await ask(place, ['states', 'CreateStateMachine'], {
    name: 'row-twice',
    definition: JSON.stringify(definition),
    roleArn: 'arn:aws:iam::000000000000:role/row',
  });
  return Made.parse(made).stateMachineArn;
}

/** Why a stack could not be made: what the refusal says, or what its events say. */
async function reasonOf(
  place: AwsPlace,
  stack: { readonly StackName: string; readonly TemplateBody: string },
): Promise<string> {
  try {
    await askCloudFormation(place, 'CreateStack', stack);
  } catch (error) {
    return String(error);
  }
  const { StackName } = stack;
  return until(
    async () => {
      const events = await askCloudFormation(place, 'DescribeStackEvents', { StackName });
      return /CREATE_FAILED|ROLLBACK_COMPLETE|CREATE_COMPLETE/.test(events) ? events : undefined;
    },
    { milliseconds: 30_000, otherwise: () => `${StackName} neither fails nor comes to be` },
  );
}
