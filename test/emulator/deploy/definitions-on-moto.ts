import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { startMoto } from '../moto.ts';
import type { RunningPython } from '../python.ts';
import { asSynthesised } from './emulated-template.ts';
import { answersOfAGoodDay, stateOf } from './good-day.ts';
import type { Answers } from './good-day.ts';
import type { Deployed } from './deployed.ts';
import { startLambdaDoor } from './lambda-door.ts';
import type { LambdaDoor } from './lambda-door.ts';
import { definitionOf, runDefinition } from './state-engine.ts';
import type { Ended } from './state-engine.ts';

const State = z.looseObject({ Type: z.string() });
const Definition = z.looseObject({ States: z.record(z.string(), State) });
type Definition = z.infer<typeof Definition>;

/** Something thrown by a Lambda, by its own name. */
const thrown = (errorType: string) => ({ errorType, errorMessage: `as ${errorType}` });
const service = { status: 500, code: 'ServiceException' };

/**
 * The definitions that ministack holds after the deployment, run by the interpreter of moto, which was
 * LocalStack's: it knows time limits of tasks and machines, names of errors, and the limit of a payload.
 */
export function definitionsOnMoto(there: () => Deployed, python: string): void {
  let door: LambdaDoor;
  let moto: RunningPython;
  let workflow: Definition;
  let restoreMachine: Definition;
  beforeAll(async () => {
    const { place, workflowArn, restoreMachineArn } = there();
    door = await startLambdaDoor(place.url);
    moto = await startMoto(python, { MOTO_PORT: String(door.port) });
    await reallyExecute(moto.url);
    workflow = Definition.parse(JSON.parse(asSynthesised(await definitionOf(place, workflowArn))));
    restoreMachine = Definition.parse(JSON.parse(await definitionOf(place, restoreMachineArn)));
  });
  afterAll(async () => {
    await moto?.stop();
    await door?.close();
  });

  /** Runs a definition on a day on which all goes well, but for `answers`; the last one is repeated. */
  const run = async (
    definition: Definition,
    answers: Answers,
    input: object = { runId: 'r1', by: 'person' },
  ): Promise<Ended & { readonly calls: readonly string[] }> => {
    const calls: string[] = [];
    const day = { ...answersOfAGoodDay, ...answers };
    door.doorman = (name) => {
      const state = stateOf(name);
      const given = day[state] ?? [];
      const answer = given[calls.filter((one) => one === state).length] ?? given.at(-1);
      calls.push(state);
      return answer ?? thrown('NotForeseen');
    };
    const place = { url: moto.url, region: there().place.region };
    return { ...(await runDefinition(place, quick(definition), { input })), calls };
  };

  test('a whole run, with the Lambdas that were deployed, ends confirmed', async () => {
    door.doorman = () => undefined;
    const experiment = {
      name: 'on-moto',
      cluster: 'on-moto',
      fault: { kind: 'client-cut', ports: ['service'] },
      mechanism: 'security-group',
      established: 'leave',
      holdSeconds: 30,
    };
    const before = (await there().fleet.traces('on-moto')).network;
    const place = { url: moto.url, region: there().place.region };
    const options = { input: experiment, milliseconds: 160_000 };
    const { status, states, cause } = await runDefinition(place, workflow, options);
    expect({ status, cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
    expect(states).toContain('Hold');
    expect((await there().fleet.traces('on-moto')).network).toEqual(before);
  }, 180_000);

  test('every state that a Lambda serves, failing, leaves by Restore and ends in Report', async () => {
    const tasks = Object.entries(workflow.States).filter(([, { Type }]) => Type === 'Task');
    expect(tasks.length).toBeGreaterThan(10);
    for (const [name] of tasks) {
      const { states, status } = await run(workflow, { [name]: [thrown('Boom')] });
      if (name === 'Open') expect(states).toEqual(['Open', 'OpenFailed']);
      else if (name === 'Report') expect(states.slice(-2)).toEqual(['Report', 'ReportFailed']);
      else expect({ name, states }).toSatisfy(leavesByRestore);
      expect({ name, status }).toEqual({
        name,
        status: ['Open', 'Report'].includes(name) ? 'FAILED' : 'SUCCEEDED',
      });
    }
  }, 180_000);

  test('Restore is tried again for any error, but not when a person is needed', async () => {
    const boom = await run(restoreMachine, { Restore: [thrown('Boom')] });
    expect(boom.calls.filter((state) => state === 'Restore')).toHaveLength(6);
    expect(boom.states.at(-1)).toBe('Done');

    const stuck = await run(restoreMachine, { Restore: [thrown('Stuck')] });
    expect(stuck.calls).toEqual(['Restore', 'Report']);
  });

  test('Inject is tried again when Lambda itself failed, and never for an error of its own', async () => {
    const passing = await run(workflow, {
      Inject: [service, ...(answersOfAGoodDay['Inject'] ?? [])],
    });
    expect(passing.calls.filter((state) => state === 'Inject')).toHaveLength(2);
    expect(passing.states).toContain('Hold');

    const own = await run(workflow, { Inject: [thrown('Refusal')] });
    expect(own.calls.filter((state) => state === 'Inject')).toHaveLength(1);
    expect(own.states).not.toContain('Hold');
  });

  test('an Inject that takes too long is left by Restore', async () => {
    const limited = withState(workflow, 'Inject', { TimeoutSeconds: 1 });
    const { states, calls } = await run(limited, { Inject: [{ lateMs: 5_000 }] });
    expect(states).toSatisfy((all: string[]) => all.includes('Restore') && !all.includes('Hold'));
    expect(calls).toContain('Report');
  });

  test('an answer of Prove that is too long for Step Functions is left by Restore', async () => {
    const says = 'x'.repeat(300_000);
    const { states } = await run(workflow, { Prove: [{ payload: { until: soon, says } }] });
    expect(states).toSatisfy((all: string[]) => all.includes('Restore') && !all.includes('Hold'));
  });

  test('a machine that outlives its limit is timed out and runs nothing more: others restore', async () => {
    const limited = { ...workflow, TimeoutSeconds: 2 };
    const { status, states, calls } = await run(limited, { Prove: [{ lateMs: 8_000 }] });
    expect(status).toBe('TIMED_OUT');
    expect(states).not.toContain('Restore');
    expect(calls).not.toContain('Restore');
  });

  test('the tail of a run that touched nothing ends at once', async () => {
    const untouched = { final: true, touched: false, lookAt: soon, says: 'nothing was touched' };
    const { states } = await run(restoreMachine, { Restore: [{ payload: untouched }] });
    expect(states.slice(-5)).toEqual(['Restore', 'IsFinal', 'Report', 'Outcome', 'Done']);
  });

  test('a redriven tail, whose run is final already, asks each state once, which leaves it as it was told', async () => {
    const already = { final: true, touched: true, lookAt: soon, says: 'final already' };
    const answers = { Restore: [{ payload: already }], ProveClean: [{ payload: already }] };
    const { calls, states } = await run(restoreMachine, answers);
    expect(calls).toEqual(['Restore', 'ProveClean', 'AwaitRecovery', 'Report']);
    expect(states.at(-1)).toBe('Done');
  });
}

const soon = '2026-11-21T10:00:00Z';

function leavesByRestore({ name, states }: { name: string; states: readonly string[] }): boolean {
  const failed = states.indexOf(name);
  const restored = states.indexOf('Restore');
  const reported = states.lastIndexOf('Report');
  return failed >= 0 && restored >= 0 && reported > restored && reported > failed;
}

/** The same definition, whose retries do not wait. */
function quick({ States, ...rest }: Definition): unknown {
  const Retry = z.array(z.looseObject({ IntervalSeconds: z.number().optional() }));
  const quickly = Object.entries(States).map(([name, state]) => {
    const retry = Retry.safeParse(state['Retry']);
    if (!retry.success) return [name, state];
    return [name, { ...state, Retry: retry.data.map(withoutWait) }];
  });
  return { ...rest, States: Object.fromEntries(quickly) };
}

function withoutWait(retrier: Record<string, unknown>): Record<string, unknown> {
  const { MaxDelaySeconds: _, BackoffRate: __, ...rest } = retrier;
  return { ...rest, IntervalSeconds: 1, BackoffRate: 1 };
}

function withState(definition: Definition, name: string, change: object): Definition {
  const state = State.parse({ ...definition.States[name], ...change });
  return { ...definition, States: { ...definition.States, [name]: state } };
}

/** moto stores machines unless it is told to run them. */
async function reallyExecute(url: string): Promise<void> {
  const body = JSON.stringify({ stepfunctions: { execute_state_machine: true } });
  const answer = await fetch(`${url}/moto-api/config`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`Cannot let moto run state machines: found ${answer.status}`);
}
