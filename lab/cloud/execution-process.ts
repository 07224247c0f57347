import { ExecutionTimeoutError, StateMachine } from 'aws-local-stepfunctions';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { once } from 'node:events';
import * as z from 'zod';
import { Assignment } from './execution-messages.ts';
import type { Ending, Report } from './execution-messages.ts';
import { isLambda, lambdaTask } from './lambda-task.ts';
import { Definition, tasksOf, withRealTimeLimits } from './state-language.ts';

/**
 * One execution of one state machine, in a process of its own so that it can die without anything else.
 *
 * The lab's Step Functions spawns it and tells it what to run over IPC; it ends with the execution, or
 * with its parent. Within branches and maps `$$.Execution.Input` is the branch's input, a fault of the
 * interpreter; JSONata is not interpreted.
 */

/** Unchecked here: the interpreter's constructor validates it as Amazon States Language. */
const Interpretable = z.custom<StateMachineDefinition>();

async function run(assignment: Assignment): Promise<Ending> {
  const definition = withRealTimeLimits(Definition.parse(assignment.definition));
  const machine = new StateMachine(Interpretable.parse(definition));
  const execution = machine.run(z.json().parse(assignment.input), {
    context: contextOf(assignment),
    overrides: { taskResourceLocalHandlers: handlersOf(definition, assignment.lambdaUrl) },
  });
  const result = execution.result.then(
    (output): Ending => ({ status: 'SUCCEEDED', output }),
    (error: unknown) => endingOf(error),
  );
  for await (const event of execution.eventLogs) await tell(event);
  return result;
}

function contextOf({ executionArn, machineArn, machineName, name }: Assignment) {
  return {
    Execution: { Id: executionArn, Name: name },
    StateMachine: { Id: machineArn, Name: machineName },
  };
}

function handlersOf(definition: Definition, lambdaUrl: string) {
  const tasks = tasksOf(definition);
  const foreign = tasks.find((task) => !isLambda(task));
  if (foreign !== undefined) {
    const { name, resource } = foreign;
    throw new Error(`Cannot run state "${name}" as its resource must be Lambda: found ${resource}`);
  }
  return Object.fromEntries(
    tasks.map((task) => {
      const invoke = lambdaTask(task, lambdaUrl);
      return [task.name, async (input: unknown) => z.json().parse(await invoke(input))];
    }),
  );
}

const kinds = {
  StateEntered: 'entered',
  StateExited: 'exited',
  StateFailed: 'failed',
  StateRetried: 'retried',
  StateCaught: 'caught',
} as const;

const StateLog = z.object({
  type: z.enum(['StateEntered', 'StateExited', 'StateFailed', 'StateRetried', 'StateCaught']),
  timestamp: z.number(),
  state: z.object({ name: z.string(), input: z.unknown(), output: z.unknown().optional() }),
  Error: z.string().optional(),
  Cause: z.unknown().optional(),
});

/** Tell the parent what the interpreter logged about a state; its other entries are passed over. */
async function tell(log: unknown): Promise<void> {
  const parsed = StateLog.safeParse(log);
  if (!parsed.success) return;
  const { type, timestamp, state, Error: error, Cause } = parsed.data;
  const kind = kinds[type];
  const event = { kind, state: state.name, at: timestamp };
  if (kind === 'entered') await say({ kind: 'event', event: { ...event, input: state.input } });
  else if (kind === 'exited')
    await say({ kind: 'event', event: { ...event, output: state.output } });
  else if (kind !== 'failed') await say({ kind: 'event', event });
  else await say({ kind: 'event', event: { ...event, error, cause: String(Cause) } });
}

const Failure = z.object({ cause: z.object({ name: z.string(), message: z.string() }) });

function endingOf(error: unknown): Ending {
  if (error instanceof ExecutionTimeoutError) return { status: 'TIMED_OUT' };
  const { cause } = Failure.parse(error);
  return { status: 'FAILED', error: cause.name, cause: cause.message };
}

function asRuntimeError(error: unknown): Ending {
  const cause = error instanceof Error ? error.message : String(error);
  return { status: 'FAILED', error: 'States.Runtime', cause };
}

function say(report: Report): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(report, undefined, undefined, () => resolve());
  });
}

process.on('disconnect', () => process.exit());
const [assignment] = z
  .tuple([Assignment])
  .rest(z.unknown())
  .parse(await once(process, 'message'));
const ending = await run(assignment).catch(asRuntimeError);
await say({ kind: 'ended', ending });
process.exit();
