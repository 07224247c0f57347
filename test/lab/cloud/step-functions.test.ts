import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { readAssembly } from '../../../lab/assembly/assembly.ts';
import type { Assembly } from '../../../lab/assembly/assembly.ts';
import { startEventBus } from '../../../lab/cloud/event-bus.ts';
import type { EventBus } from '../../../lab/cloud/event-bus.ts';
import { startLambdas } from '../../../lab/cloud/lambda-runtime.ts';
import type { LambdaRuntime } from '../../../lab/cloud/lambda-runtime.ts';
import { startScheduler } from '../../../lab/cloud/scheduler.ts';
import { startStepFunctions } from '../../../lab/cloud/step-functions.ts';
import type { StepFunctions } from '../../../lab/cloud/step-functions.ts';
import { startTargets } from '../../../lab/cloud/targets.ts';
import { synthTinyApp } from '../assembly/tiny-app.ts';
import { labClient, until } from './until.ts';

let assembly: Assembly;
let lambdas: LambdaRuntime;
let bus: EventBus;
let states: StepFunctions;
let machineArn: string;

beforeAll(async () => {
  assembly = readAssembly(synthTinyApp());
  machineArn = assembly.stateMachines[0]!.arn;
  lambdas = await startLambdas(assembly.functions, { environment: { GIVEN: 'yes' } });
  const start = startTargets(lambdas, () => states);
  bus = startEventBus(assembly.rules, { start });
  states = startStepFunctions(assembly.stateMachines, {
    lambdaUrl: lambdas.url,
    onStatusChange: (event) => bus.put(event),
  });
});

afterAll(async () => {
  bus.close();
  await states.close();
  await lambdas.close();
});

const aTime: unknown = expect.stringMatching(/^\d{4}-/);
const now = (): string => new Date().toISOString();
const input = (does: string, holdUntil = now()) => ({ does, afterwards: 'work', until: holdUntil });
const start = (name: string, given: unknown) =>
  states.startExecution(machineArn, { name, input: given });
const invokedFor = (arn: string) =>
  lambdas.invocations.filter(({ payload }) => JSON.stringify(payload).includes(arn));

describe('an execution', () => {
  test('runs the synthesised machine to its end, with the context object of Step Functions', async () => {
    const given = input('work', new Date(Date.now() + 1_000).toISOString());
    const execution = start('succeeds', given);
    const result = await execution.result;

    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { does: 'work' } });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(given.until) - 1);
    expect(execution.arn).toBe(`${machineArn.replace('stateMachine', 'execution')}:succeeds`);
    expect(
      execution.events.filter(({ kind }) => kind === 'entered').map(({ state }) => state),
    ).toEqual(['Work', 'Hold', 'Done']);
    expect(lambdas.invocations.at(-1)!.payload).toMatchObject({
      execution: execution.arn,
      name: 'succeeds',
      machine: machineArn,
      input: given,
      startedAt: aTime,
    });
  });

  test('catches an error by the name of what the handler threw, and fails with its cause', async () => {
    const execution = start('refused', input('refuse'));
    const result = await execution.result;

    expect(result).toMatchObject({ status: 'FAILED', error: 'Refused' });
    expect(JSON.parse('cause' in result ? result.cause! : '')).toMatchObject({
      errorType: 'Refused',
      errorMessage: 'too few nodes',
    });
    expect(execution.events.some(({ state }) => state === 'Restore')).toBe(false);
  });

  test.each([
    ['breaks', 'break', 'TypeError'],
    ['dies', 'die', 'Runtime.ExitError'],
    ['takes too long', 'sleep', 'Sandbox.Timedout'],
  ])('goes through Restore when its Lambda %s', async (title, does, error) => {
    const execution = start(title.replaceAll(' ', '-'), input(does));

    expect(await execution.result).toMatchObject({ status: 'FAILED', error });
    expect(execution.events).toContainEqual(
      expect.objectContaining({ kind: 'exited', state: 'Restore' }),
    );
    expect(execution.events).toContainEqual(
      expect.objectContaining({ kind: 'failed', state: 'Work', error }),
    );
  });

  test('is the same one for the same name and input, and a conflict otherwise', async () => {
    const given = input('work', new Date(Date.now() + 60_000).toISOString());
    const execution = start('twice', given);

    expect(start('twice', { ...given })).toBe(execution);
    expect(() => start('twice', { ...given, does: 'other' })).toThrow(
      expect.objectContaining({ name: 'ExecutionAlreadyExists' }),
    );
    execution.stop();
    expect(() => start('twice', given)).toThrow('Execution Already Exists');
  });

  test('refuses a machine that does not exist and a name that is none', () => {
    expect(() => states.startExecution(`${machineArn}x`, { input: {} })).toThrow('Does Not Exist');
    expect(() => start('a b', {})).toThrow('Invalid Name');
  });
});

describe('the end of an execution that runs no Catch', () => {
  test('stop() ends it as ABORTED, leaves the Lambda in flight alone, and tells the rules', async () => {
    const execution = start('stopped', { ...input('sleep') });
    await execution.entered('Work');
    await until(() => invokedFor(execution.arn).length === 1);
    execution.stop('Operator', 'enough');

    expect(await execution.result).toEqual({
      status: 'ABORTED',
      error: 'Operator',
      cause: 'enough',
    });
    const [flying] = invokedFor(execution.arn);
    expect(flying!.result).toBeUndefined();
    await until(() => flying!.result !== undefined);
    expect(flying!.result).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(execution.events.map(({ state }) => state)).toEqual(['Work']);
    expect(invokedFor(execution.arn).at(-1)!.payload).toEqual({
      execution: execution.arn,
      why: 'status ABORTED',
    });
  });

  test('kill() loses it without a word, and Lambdas live on', async () => {
    const execution = start('killed', input('work', new Date(Date.now() + 60_000).toISOString()));
    await execution.entered('Hold');
    execution.kill();

    expect(await execution.result).toEqual({ status: 'LOST' });
    const told = bus.events.filter(({ detail }) => detail.executionArn === execution.arn);
    expect(told.map(({ detail }) => detail.status)).toEqual(['RUNNING']);
    expect(await lambdas.invoke(assembly.functions[0]!.name, { does: 'work' })).toHaveProperty(
      'payload',
    );
  });

  test('a rule starts its target with the failure of an execution', async () => {
    const execution = start('told', input('refuse'));
    await execution.result;
    await until(() => invokedFor(execution.arn).length === 2);

    expect(invokedFor(execution.arn).at(-1)!.payload).toEqual({
      execution: execution.arn,
      why: 'status FAILED',
    });
    expect(bus.failures).toEqual([]);
  });
});

describe('the Scheduler', () => {
  test('starts a machine at its time, and deletes the schedule afterwards', async () => {
    const target = startTargets(lambdas, () => states);
    const scheduler = await startScheduler({
      host: '127.0.0.1',
      port: 0,
      groups: [],
      start: target,
    });
    const client = new SchedulerClient({ ...labClient, endpoint: scheduler.url });
    const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1_000);
    await client.send(
      new CreateScheduleCommand({
        Name: 'deadline',
        ScheduleExpression: `at(${at.toISOString().slice(0, 19)})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: machineArn,
          RoleArn: 'arn:aws:iam::000000000000:role/r',
          Input: JSON.stringify(input('work')),
        },
      }),
    );
    const before = states.executions.length;
    await until(() => states.executions.length > before);
    const execution = states.executions.at(-1)!;

    expect(execution.startedAt - at.getTime()).toBeGreaterThanOrEqual(-5);
    expect(execution.startedAt - at.getTime()).toBeLessThan(1_000);
    expect(await execution.result).toMatchObject({ status: 'SUCCEEDED' });
    expect(scheduler.schedules()).toEqual([]);
    client.destroy();
    await scheduler.close();
  });
});
