import { ExecutionTimeoutError, StateMachine } from 'aws-local-stepfunctions';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import * as z from 'zod';
import type { Assignment, Ending, ExecutionEvent } from './execution-messages.ts';
import { isLambda, lambdaTask } from './lambda-task.ts';
import { Definition, tasksOf, withRealTimeLimits } from './state-language.ts';

/** Unchecked here: the interpreter's constructor validates it as Amazon States Language. */
const Interpretable = z.custom<StateMachineDefinition>();

const Json = z.json();

/** What goes on around an interpretation. */
export interface Around {
  /** Hears each event. */
  readonly tell: (event: ExecutionEvent) => Promise<void>;
  /** Awaited before a state's Lambda is invoked: where it never ends, the execution never goes on. */
  readonly before?: (state: string) => Promise<void>;
}

/**
 * Runs one execution to its end in this process.
 *
 * Within branches and maps `$$.Execution.Input` is the branch's input, a fault of the interpreter; JSONata
 * is not interpreted.
 */
export async function interpret(
  assignment: Assignment,
  { tell, before = async () => undefined }: Around,
): Promise<Ending> {
  const { definition, machine } = interpretable(assignment);
  const execution = machine.run(Json.parse(assignment.input), {
    context: contextOf(assignment),
    overrides: { taskResourceLocalHandlers: handlersOf(definition, assignment.lambdaUrl, before) },
  });
  const result = execution.result.then(
    (output): Ending => ({ status: 'SUCCEEDED', output }),
    (error: unknown) => endingOf(error),
  );
  for await (const log of execution.eventLogs) {
    const event = eventOf(log);
    if (event !== undefined) await tell(event);
  }
  return result;
}

interface Known {
  readonly definition: Definition;
  readonly machine: StateMachine;
}

const known = new WeakMap<object, Known>();
const Keyed = z.custom<object>((value) => typeof value === 'object' && value !== null);

/** A definition is validated once, however often it is run: that takes longer than most executions. */
function interpretable({ definition: given }: Assignment): Known {
  const key = Keyed.parse(given);
  const found = known.get(key);
  if (found !== undefined) return found;
  const definition = withRealTimeLimits(Definition.parse(given));
  const made = { definition, machine: new StateMachine(Interpretable.parse(definition)) };
  known.set(key, made);
  return made;
}

function contextOf({ executionArn, machineArn, machineName, name }: Assignment) {
  return {
    Execution: { Id: executionArn, Name: name },
    StateMachine: { Id: machineArn, Name: machineName },
  };
}

function handlersOf(
  definition: Definition,
  lambdaUrl: string,
  before: NonNullable<Around['before']>,
) {
  const tasks = tasksOf(definition);
  const foreign = tasks.find((task) => !isLambda(task));
  if (foreign !== undefined) {
    const { name, resource } = foreign;
    throw new Error(`Cannot run state "${name}" as its resource must be Lambda: found ${resource}`);
  }
  return Object.fromEntries(
    tasks.map((task) => {
      const invoke = lambdaTask(task, lambdaUrl);
      const handler = async (input: unknown) => {
        await before(task.name);
        return Json.parse(await invoke(input));
      };
      return [task.name, handler];
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

/** What the interpreter logged about a state; its other entries are passed over. */
function eventOf(log: unknown): ExecutionEvent | undefined {
  const parsed = StateLog.safeParse(log);
  if (!parsed.success) return undefined;
  const { type, timestamp, state, Error: error, Cause } = parsed.data;
  const kind = kinds[type];
  const event = { kind, state: state.name, at: timestamp };
  if (kind === 'entered') return { ...event, input: state.input };
  if (kind === 'exited') return { ...event, output: state.output };
  return kind === 'failed' ? { ...event, error, cause: String(Cause) } : event;
}

const Failure = z.object({ cause: z.object({ name: z.string(), message: z.string() }) });

function endingOf(error: unknown): Ending {
  if (error instanceof ExecutionTimeoutError) return { status: 'TIMED_OUT' };
  const { cause } = Failure.parse(error);
  return { status: 'FAILED', error: cause.name, cause: cause.message };
}

/** How an execution ends whose definition the interpreter cannot run. */
export function asRuntimeError(error: unknown): Ending {
  const cause = error instanceof Error ? error.message : String(error);
  return { status: 'FAILED', error: 'States.Runtime', cause };
}
