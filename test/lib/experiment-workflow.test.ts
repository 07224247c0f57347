import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { answerKeys } from '../../lib/lambda-task.ts';
import { endsAmong, Definition, reachable, uncaught } from './state-graph.ts';
import type { State } from './state-graph.ts';
import { aStack, definitionOf, ofType, resourcesOf } from './synthesised.ts';

/** The validator brings no types. */
type Validate = (
  definition: unknown,
  options: { checkPaths: boolean; checkArn: boolean },
) => { isValid: boolean; errorsText: (separator: string) => string };
const validate = z
  .custom<Validate>((found) => typeof found === 'function')
  .parse(createRequire(import.meta.url)('asl-validator'));

const resources = resourcesOf(aStack());
const workflow = Definition.parse(definitionOf(resources, 'ExperimentWorkflow'));
const restoreMachine = Definition.parse(definitionOf(resources, 'RestoreMachine'));

const machines = [
  { name: 'the workflow', machine: workflow, raw: 'ExperimentWorkflow' },
  { name: 'the restore machine', machine: restoreMachine, raw: 'RestoreMachine' },
];

const tasksOf = ({ States }: Definition): [string, State][] =>
  Object.entries(States).filter(([, { Type }]) => Type === 'Task');

describe('once a run is open, the workflow leaves only through Restore', () => {
  const mayTouch = [
    'Plan',
    'Baseline',
    'Steady',
    'TryRestore',
    'Arm',
    'Inject',
    'Prove',
    'Hold',
    'Watch',
    'HoldOn',
  ];

  test.each(mayTouch)('no path from %s ends without Restore', (from) => {
    expect(endsAmong(reachable(workflow, from, ['Restore']), workflow)).toEqual([]);
  });

  test.each(mayTouch)('no path from %s ends without Report', (from) => {
    expect(endsAmong(reachable(workflow, from, ['Report']), workflow)).toEqual([]);
  });

  test('every task before Restore hands any error to Restore, and keeps what it knows of the run', () => {
    const before = [...reachable(workflow, 'Plan', ['Restore'])];
    const tasks = before.filter((name) => workflow.States[name]?.Type === 'Task');

    expect(tasks.toSorted()).toEqual([
      'Arm',
      'Baseline',
      'Inject',
      'Plan',
      'Prove',
      'TryRestore',
      'Watch',
    ]);
    for (const name of tasks) {
      expect(workflow.States[name]?.Catch).toEqual([
        { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Restore' },
      ]);
    }
  });

  test('Inject is only reached when the cluster is steady, restore is tried and the schedule is armed', () => {
    expect([...reachable(workflow, 'Open', ['Arm'])]).not.toContain('Inject');
    expect([...reachable(workflow, 'Open', ['TryRestore'])]).not.toContain('Arm');
    expect([...reachable(workflow, 'Open', ['Steady'])]).not.toContain('TryRestore');
    expect(workflow.States['Steady']).toMatchObject({
      Choices: [{ Variable: '$.baseline.steady', BooleanEquals: true, Next: 'TryRestore' }],
      Default: 'Restore',
    });
  });

  test('nothing that may inject is reachable from Restore on', () => {
    const after = [...reachable(workflow, 'Restore')];
    expect(after.filter((name) => mayTouch.includes(name))).toEqual([]);
  });

  test('the walk sees a task that catches nothing', () => {
    const { Catch: _, ...Prove } = workflow.States['Prove']!;
    const holed = { ...workflow, States: { ...workflow.States, Prove: { ...Prove, Catch: [] } } };
    expect(endsAmong(reachable(holed, 'Inject', ['Restore']), holed)).toEqual([uncaught]);
  });
});

describe('the restore machine', () => {
  test('starts with Restore once a run is named, and ends only after Report', () => {
    expect(restoreMachine.StartAt).toBe('IsNamed');
    const without = [...reachable(restoreMachine, 'IsNamed', ['Restore'])];
    expect(without.toSorted()).toEqual(['BadInput', 'ByPerson', 'IsNamed']);
    expect(endsAmong(reachable(restoreMachine, 'Restore', ['Report']), restoreMachine)).toEqual([]);
  });

  test('is the tail of the workflow, state for state, up to the outcome', () => {
    const tail = [...reachable(restoreMachine, 'Restore', ['Outcome'])];
    expect(tail).toHaveLength(11);
    for (const name of tail) expect(restoreMachine.States[name]).toEqual(workflow.States[name]);
  });

  test('fails only when something is left or nothing was named, whatever the verdict on the fault', () => {
    expect(restoreMachine.States['Outcome']).toMatchObject({
      Choices: [
        { Variable: '$.report.outcome', StringEquals: 'not-clean', Next: 'NotClean' },
        { Next: 'NoSuchRun' },
      ],
      Default: 'Done',
    });
  });
});

describe.each(machines)('$name', ({ machine, raw }) => {
  test('passes the validator of the Amazon States Language', () => {
    const { isValid, errorsText } = validate(definitionOf(resources, raw), {
      checkPaths: true,
      checkArn: true,
    });
    expect(errorsText('\n')).toBe('');
    expect(isValid).toBe(true);
  });

  test('has no state that cannot be reached', () => {
    const reached = reachable(machine, machine.StartAt);
    expect(Object.keys(machine.States).filter((name) => !reached.has(name))).toEqual([]);
  });

  test('says error and cause in every Fail, since a failed execution has no output', () => {
    const fails = Object.values(machine.States).filter(({ Type }) => Type === 'Fail');
    expect(fails.length).toBeGreaterThan(1);
    for (const { ErrorPath, CausePath, Error: error, Cause } of fails) {
      if (error === 'BadInput') {
        expect(Cause).toMatch(/^Cannot [^:]+:? .*: found another$/);
        continue;
      }
      expect(ErrorPath).toMatch(/^\$\.(failure\.Error|Error|report\.error)$/);
      expect(CausePath).toMatch(/^\$\.(failure\.Cause|Cause|report\.cause)$/);
    }
  });

  test('waits for a Lambda longer than the Lambda may take', () => {
    const functions = ofType(resources, 'AWS::Lambda::Function');
    for (const [, { TimeoutSeconds = 0, Parameters }] of tasksOf(machine)) {
      const id = String(Reflect.get(Object(Parameters), 'FunctionName'))
        .split(':')
        .at(-1)!;
      expect(TimeoutSeconds).toBeGreaterThan(Number(functions[id]!.Properties['Timeout']));
    }
  });

  test('tries again when Lambda could not be reached', () => {
    for (const [, { Retry }] of tasksOf(machine)) {
      expect(Retry[0]).toMatchObject({ IntervalSeconds: 1, MaxAttempts: 4, BackoffRate: 2 });
      expect(Retry[0]?.ErrorEquals).toEqual([
        'Lambda.ServiceException',
        'Lambda.AWSLambdaException',
        'Lambda.SdkClientException',
        'Lambda.ClientExecutionTimeoutException',
        'Lambda.TooManyRequestsException',
      ]);
    }
  });

  test('keeps every promised key of an answer and nothing else', () => {
    for (const [name, keys] of Object.entries(answerKeys)) {
      const state = machine.States[name];
      if (state === undefined) continue;
      expect(state['ResultSelector']).toEqual(
        Object.fromEntries(keys.map((key) => [`${key}.$`, `$.Payload.${key}`])),
      );
      expect(state['ResultPath']).toBe(`$.${name[0]!.toLowerCase()}${name.slice(1)}`);
    }
  });

  test('restores again and again whatever fails, unless a person is needed', () => {
    for (const name of ['Restore', 'ProveClean']) {
      expect(machine.States[name]?.Retry.slice(1)).toEqual([
        { ErrorEquals: ['Stuck', 'Refusal'], MaxAttempts: 0 },
        {
          ErrorEquals: ['States.ALL'],
          IntervalSeconds: 2,
          MaxAttempts: 5,
          BackoffRate: 2,
          MaxDelaySeconds: 30,
        },
      ]);
    }
  });

  test('outlives the longest run, since a timeout runs no Catch', () => {
    const longestHoldSeconds = 3600;
    expect(machine.TimeoutSeconds).toBeGreaterThan(2 * longestHoldSeconds);
  });
});

test('Inject is never repeated for an error of its own', () => {
  expect(workflow.States['Inject']?.Retry).toHaveLength(1);
});

test('the whole state after Open names the run and its execution, not what the operator wrote', () => {
  expect(workflow.States['Open']).toMatchObject({
    Parameters: {
      Payload: {
        'execution.$': '$$.Execution.Id',
        'startedAt.$': '$$.Execution.StartTime',
        'input.$': '$$.Execution.Input',
      },
    },
    ResultSelector: {
      'runId.$': '$.Payload.runId',
      'execution.$': '$$.Execution.Id',
      'says.$': '$.Payload.says',
    },
  });
  expect(workflow.States['Open']).not.toHaveProperty('ResultPath');
});
