import { StateMachine } from 'aws-local-stepfunctions';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Definition } from './state-graph.ts';
import { aStack, definitionOf, resourcesOf } from './synthesised.ts';

/**
 * Runs the synthesised definitions on an interpreter that nobody here wrote, with a fake in place of every
 * Lambda. What the fakes answer is all a test says; waits and retries take no time. Long, for both machines
 * are walked state by state with the same fakes.
 */

type Answer = Record<string, unknown> | Error;
type Script = Readonly<Record<string, readonly Answer[]>>;

const resources = resourcesOf(aStack());
const soon = '2026-11-21T10:00:00Z';
const execution = 'arn:aws:states:eu-west-1:123456789012:execution:ExperimentWorkflow:one';

const Input = z.custom<ConstructorParameters<typeof StateMachine>[0]>();

class Refusal extends Error {
  override readonly name = 'Refusal';
}
class Stuck extends Error {
  override readonly name = 'Stuck';
}

/** What every Lambda answers on a day when all goes well. */
/** What people read of a report; every answer of Report has it. */
const forPeople = {
  runId: 'r1',
  exitCode: 0,
  verdicts: { steady: 'confirmed' },
  link: 's3://reports/report.json',
  notDelivered: [],
};

const well: Script = {
  Open: [{ runId: 'r1', says: 'opened' }],
  Plan: [{ says: 'planned' }],
  Baseline: [{ steady: true, says: 'steady' }],
  TryRestore: [{ says: 'could be restored' }],
  Arm: [{ says: 'armed' }],
  Inject: [{ says: 'injected' }],
  Prove: [{ until: soon, says: 'in force' }],
  Watch: [
    { again: true, until: soon, says: 'held' },
    { again: false, until: soon, says: 'over' },
  ],
  Restore: [{ final: false, touched: true, lookAt: soon, says: 'undone' }],
  ProveClean: [{ final: true, touched: true, lookAt: soon, says: 'clean' }],
  AwaitRecovery: [{ again: false, lookAt: soon, says: 'recovered' }],
  Report: [{ ...forPeople, outcome: 'confirmed', error: '', cause: '', says: 'confirmed' }],
};

const untouched = { final: true, touched: false, lookAt: soon, says: 'nothing was touched' };
const notClean = {
  ...forPeople,
  outcome: 'not-clean',
  error: 'Aerofault.not-clean',
  cause: 'run r1',
  says: '',
};

interface Run {
  /** The states entered, in order, with blanks between. */
  readonly visited: string;
  readonly handed: Record<string, unknown[]>;
  readonly failure: string | undefined;
  /** What the execution ends with; undefined where it fails. */
  readonly output: unknown;
}

/** Runs a machine with the day's answers, changed by `script`; the last answer of a state is repeated. */
async function run(machine: string, script: Script, input: unknown = { name: 'x' }): Promise<Run> {
  const raw = definitionOf(resources, machine);
  const { States } = Definition.parse(raw);
  const answers = { ...well, ...script };
  const handed: Record<string, unknown[]> = {};
  const fake = (name: string) => (request: unknown) => {
    const { Payload } = z.object({ Payload: z.unknown() }).parse(request);
    const calls = (handed[name] ??= []);
    calls.push(Payload);
    const answer = answers[name]?.[calls.length - 1] ?? answers[name]?.at(-1);
    if (answer instanceof Error || answer === undefined) throw answer ?? new Error(name);
    return z.json().parse({ StatusCode: 200, Payload: answer });
  };
  const names = Object.keys(States);
  const each = <Value>(value: (name: string) => Value): Record<string, Value> =>
    Object.fromEntries(names.map((name) => [name, value(name)]));
  const json = z.json().parse(input);
  const { result, eventLogs } = new StateMachine(Input.parse(raw)).run(json, {
    context: { Execution: { Id: execution, StartTime: soon, Input: json } },
    overrides: {
      taskResourceLocalHandlers: each(fake),
      waitTimeOverrides: each(() => 0),
      retryIntervalOverrides: each(() => 0),
    },
  });
  const ended = result.then(
    () => undefined,
    (error: unknown) => String(error),
  );
  const visited: string[] = [];
  for await (const event of eventLogs) {
    if (event.type === 'StateEntered') visited.push(event.state.name);
  }
  const output: unknown = await result.catch(() => undefined);
  return { visited: visited.join(' '), handed, failure: await ended, output };
}

const prepared = 'Open Plan Baseline Steady TryRestore Arm Inject';
const tail = 'Settle ProveClean IsClean AwaitRecovery IsRecovered Report Outcome';

describe('the workflow, run on another interpreter', () => {
  test('goes through every state on a good day, holding as long as Watch says', async () => {
    const { visited, failure } = await run('ExperimentWorkflow', {});

    expect(visited).toBe(
      `${prepared} Prove Hold Watch HoldOn HoldAgain Watch HoldOn Restore IsFinal ${tail} Done`,
    );
    expect(failure).toBeUndefined();
  });

  test('ends with what people ask of a run: outcome, verdicts, run, exit code and report', async () => {
    const { output } = await run('ExperimentWorkflow', {});
    expect(output).toMatchObject({ report: { ...forPeople, outcome: 'confirmed' } });
  });

  test('hands each Lambda the run and what came before, and never the input', async () => {
    const { handed } = await run('ExperimentWorkflow', {});

    expect(handed['Open']).toMatchObject([{ execution, input: { name: 'x' } }]);
    expect(handed['Plan']).toEqual([{ runId: 'r1', execution, says: 'opened' }]);
    expect(handed['Report']?.[0]).toMatchObject({
      runId: 'r1',
      baseline: { steady: true },
      proveClean: { final: true, touched: true },
    });
  });

  test('restores when Inject fails, and says so to Report', async () => {
    const { visited, handed } = await run('ExperimentWorkflow', { Inject: [new Error('denied')] });

    expect(visited).toBe(`${prepared} Restore IsFinal ${tail} Done`);
    expect(handed['Report']?.[0]).toMatchObject({ runId: 'r1', failure: { Error: 'Error' } });
  });

  test('ends as Refused, with the reason, when Plan refuses', async () => {
    const { visited, failure, handed } = await run('ExperimentWorkflow', {
      Plan: [new Refusal('Cannot sever 3 of 3 nodes')],
      Restore: [untouched],
      Report: [
        {
          ...forPeople,
          outcome: 'refused',
          error: 'Refusal',
          cause: 'Cannot sever [run r1]',
          says: '',
        },
      ],
    });

    expect(visited).toBe('Open Plan Restore IsFinal Report Outcome Refused');
    expect(failure).toContain('Cannot sever [run r1]');
    expect(handed['Plan']).toHaveLength(1);
    expect(handed['Restore']?.[0]).toMatchObject({ failure: { Error: 'Refusal' } });
  });

  test('touches nothing when the cluster is not steady', async () => {
    const { visited } = await run('ExperimentWorkflow', {
      Baseline: [{ steady: false, says: 'two nodes of three' }],
      Restore: [untouched],
      Report: [
        { ...forPeople, outcome: 'not-confirmed', error: 'NotSteady', cause: 'run r1', says: '' },
      ],
    });

    expect(visited).toBe('Open Plan Baseline Steady Restore IsFinal Report Outcome NotConfirmed');
  });

  test('arms and touches nothing when restore would not be permitted', async () => {
    const { visited, failure } = await run('ExperimentWorkflow', {
      TryRestore: [new Refusal('Cannot begin as EC2 must permit putting back eni-1')],
      Restore: [untouched],
      Report: [
        {
          ...forPeople,
          outcome: 'refused',
          error: 'Refusal',
          cause: 'Cannot begin [run r1]',
          says: '',
        },
      ],
    });

    expect(visited).toBe(
      'Open Plan Baseline Steady TryRestore Restore IsFinal Report Outcome Refused',
    );
    expect(failure).toContain('Cannot begin [run r1]');
  });

  test('looks again until a look is the last', async () => {
    const undone = { final: false, touched: true, lookAt: soon, says: 'undone again' };
    const { visited } = await run('ExperimentWorkflow', {
      ProveClean: [undone, { ...undone, final: true }],
    });

    expect(visited).toContain(
      'Settle ProveClean IsClean SettleAgain ProveClean IsClean AwaitRecovery IsRecovered Report',
    );
  });

  test('waits while Aerospike recovers', async () => {
    const { visited } = await run('ExperimentWorkflow', {
      AwaitRecovery: [
        { again: true, lookAt: soon, says: 'migrating' },
        { again: false, lookAt: soon, says: 'recovered' },
      ],
    });

    expect(visited).toContain(
      'AwaitRecovery IsRecovered RecoverAgain AwaitRecovery IsRecovered Report',
    );
  });

  test('restores through passing errors', async () => {
    const { handed, failure } = await run('ExperimentWorkflow', {
      Restore: [new Error('throttled'), new Error('throttled'), ...well['Restore']!],
    });

    expect(handed['Restore']).toHaveLength(3);
    expect(failure).toBeUndefined();
  });

  test('ends as NotClean at once when Restore is stuck', async () => {
    const { visited, handed, failure } = await run('ExperimentWorkflow', {
      Restore: [new Stuck('host i-1 does not answer')],
      Report: [notClean],
    });

    expect(visited).toMatch(/ Restore Report Outcome NotClean$/);
    expect(handed['Restore']).toHaveLength(1);
    expect(failure).toContain('run r1');
  });

  test('ends as OpenFailed when the input is refused, even if it is no object', async () => {
    const refused = { Open: [new Refusal('Cannot read experiment')] };
    const { visited, failure } = await run('ExperimentWorkflow', refused, 'no object');

    expect(visited).toBe('Open OpenFailed');
    expect(failure).toContain('Cannot read experiment');
  });

  test('ends as Broken on an outcome nobody knows', async () => {
    const odd = { ...forPeople, outcome: 'odd', error: 'Odd', cause: 'run r1', says: '' };
    const { visited } = await run('ExperimentWorkflow', { Report: [odd] });
    expect(visited).toMatch(/ Outcome Broken$/);
  });

  test('ends as ReportFailed when Report itself fails', async () => {
    const { visited } = await run('ExperimentWorkflow', { Report: [new Error('no table')] });
    expect(visited).toMatch(/ Report ReportFailed$/);
  });
});

describe('the restore machine, run on another interpreter', () => {
  const bySchedule = { runId: 'r1', by: 'schedule' };

  test('restores, looks again, and ends as Done though the fault was not confirmed', async () => {
    const report = {
      ...forPeople,
      outcome: 'not-confirmed',
      error: 'NotConfirmed',
      cause: 'run r1',
      says: '',
    };
    const { visited, handed } = await run('RestoreMachine', { Report: [report] }, bySchedule);

    expect(visited).toBe(`IsNamed Restore IsFinal ${tail} Done`);
    expect(handed['Restore']).toEqual([bySchedule]);
    expect(handed['ProveClean']?.[0]).toMatchObject(bySchedule);
  });

  test('does little for a run that touched nothing', async () => {
    const { visited } = await run('RestoreMachine', { Restore: [untouched] }, bySchedule);
    expect(visited).toBe('IsNamed Restore IsFinal Report Outcome Done');
  });

  test('asks each state once for a run that is final already, and waits for nothing', async () => {
    const already = { final: true, touched: true, lookAt: soon, says: 'final already' };
    const script = { Restore: [already], ProveClean: [already] };
    const { visited } = await run('RestoreMachine', script, bySchedule);
    expect(visited).toBe(`IsNamed Restore IsFinal ${tail} Done`);
  });

  test('fails when something is left', async () => {
    const { visited, failure } = await run('RestoreMachine', { Report: [notClean] }, bySchedule);
    expect(visited).toMatch(/ Outcome NotClean$/);
    expect(failure).toContain('run r1');
  });

  test('is a person when it is started with a run and nothing else', async () => {
    const { visited, handed } = await run('RestoreMachine', {}, { runId: 'r1' });

    expect(visited).toBe(`IsNamed ByPerson Restore IsFinal ${tail} Done`);
    expect(handed['Restore']).toEqual([{ runId: 'r1', by: 'person' }]);
  });

  test('leaves alone who says who it is', async () => {
    const byRule = { execution, by: 'status-change' };
    const { visited, handed } = await run('RestoreMachine', {}, byRule);

    expect(visited).toMatch(/^IsNamed Restore /);
    expect(handed['Restore']).toEqual([byRule]);
  });

  test.each([
    ['nothing', {}],
    ['another key', { run: 'r1' }],
    ['a number', { runId: 7 }],
    ['nobody known', { runId: 'r1', by: 'me' }],
    ['no name of anybody', { runId: 'r1', by: 3 }],
    ['text', 'r1'],
    ['null', null],
  ])('says in one sentence what it takes when it is given %s', async (_, input) => {
    const { visited, handed, failure } = await run('RestoreMachine', {}, input);

    expect(visited).toBe('IsNamed BadInput');
    expect(handed).toEqual({});
    expect(failure).toContain('Cannot restore as the input must name a run, as in {"runId":');
  });

  test('fails where a person names a run that never was, and nobody else', async () => {
    const cause = 'run r1 was never opened; nothing was touched';
    const never = { ...forPeople, outcome: 'refused', error: 'Refusal', cause, says: cause };
    const script = { Restore: [untouched], Report: [never] };
    const byPerson = await run('RestoreMachine', script, { runId: 'r1' });
    const byRule = { execution, by: 'status-change' };

    expect(byPerson.visited).toMatch(/ Outcome NoSuchRun$/);
    expect(byPerson.failure).toContain(cause);
    expect((await run('RestoreMachine', script, byRule)).visited).toMatch(/ Outcome Done$/);
  });

  test('does not ask again for what can never be a run', async () => {
    const refused = new Refusal("Cannot tell the run as 'runId' must be right: found K3");
    const report = new Refusal('the same');
    const script = { Restore: [refused], Report: [report] };
    const { handed, visited } = await run('RestoreMachine', script, { runId: 'K3 ' });

    expect(handed['Restore']).toHaveLength(1);
    expect(visited).toMatch(/ Report ReportFailed$/);
  });
});
