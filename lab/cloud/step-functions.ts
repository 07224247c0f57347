import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { AssemblyStateMachine } from '../assembly/assembly.ts';
import { AwsError } from './aws-error.ts';
import type { Log } from './child-lines.ts';
import { spawnExecution } from './execution.ts';
import type { Execution, ExecutionResult } from './execution.ts';
import type { BusEvent } from './event-bus.ts';

/**
 * Runs the state machines of an assembly, each execution in a process of its own.
 *
 * {@link startStepFunctions} starts it; `close()` kills every execution. It keeps no history beyond its
 * own life, knows neither redrive nor express machines, and only runs Tasks that are Lambdas.
 */
export interface StepFunctions {
  /**
   * StartExecution. The same name and input while it runs is the same execution.
   *
   * @throws AwsError StateMachineDoesNotExist, InvalidName, ExecutionAlreadyExists
   */
  startExecution(machineArn: string, request: StartRequest): Execution;
  /** Every execution so far, oldest first. */
  readonly executions: readonly Execution[];
  /** Drops what has ended; its names are free again. */
  forget(): void;
  close(): Promise<void>;
}

/** What an execution is started with; without a name it gets one. */
export interface StartRequest {
  readonly name?: string;
  readonly input: unknown;
}

/** What the executions share. */
export interface StepFunctionsOptions {
  /** Front door of the lambda runtime. */
  readonly lambdaUrl: string;
  /** Gets a status-change event at each start and end, but for executions that were lost. */
  readonly onStatusChange?: (event: BusEvent) => void;
  readonly log?: Log;
  /** Starts one execution; left out: in a process of its own. */
  readonly spawn?: typeof spawnExecution;
}

/** Start Step Functions over `machines`. */
export function startStepFunctions(
  machines: readonly AssemblyStateMachine[],
  {
    lambdaUrl,
    onStatusChange = () => {},
    log = () => {},
    spawn = spawnExecution,
  }: StepFunctionsOptions,
): StepFunctions {
  const executions: Execution[] = [];
  return {
    executions,
    forget() {
      const running = executions.filter((one) => one.running);
      executions.splice(0, executions.length, ...running);
    },
    startExecution(machineArn, { name = randomUUID(), input }) {
      const machine = machines.find(({ arn }) => arn === machineArn);
      if (machine === undefined) throw noMachine(machineArn);
      checkName(name);
      const arn = executionArnOf(machine, name);
      const same = executions.find((known) => known.arn === arn);
      if (same !== undefined) return repeated(same, input);
      const { definition, name: machineName } = machine;
      const assignment = { executionArn: arn, machineArn, machineName, name, input };
      const execution = spawn({ ...assignment, definition, lambdaUrl }, log);
      executions.push(execution);
      onStatusChange(statusChange(execution, 'RUNNING'));
      const tellEnd = (result: ExecutionResult): void => {
        if (result.status !== 'LOST') onStatusChange(statusChange(execution, result));
      };
      void execution.result.then(tellEnd);
      return execution;
    },
    async close() {
      for (const execution of executions) if (execution.running) execution.kill();
      await Promise.all(executions.map(({ result }) => result));
    },
  };
}

function noMachine(arn: string): AwsError {
  return new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

/** Names of executions: 1 to 80 characters, none of those listed in the API reference. */
function checkName(name: string): void {
  if (!/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/]{1,80}$/.test(name)) {
    throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
  }
}

function executionArnOf({ arn }: AssemblyStateMachine, name: string): string {
  return `${arn.replace(':stateMachine:', ':execution:')}:${name}`;
}

function repeated(known: Execution, input: unknown): Execution {
  if (known.running && isDeepStrictEqual(known.input, input)) return known;
  throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${known.arn}'`);
}

/** The event of EventBridge, whose reference page gives its fields: input and output are JSON text. */
function statusChange(
  { arn, machineArn, name, input, startedAt }: Execution,
  result: ExecutionResult | 'RUNNING',
): BusEvent {
  const ending = result === 'RUNNING' ? { status: result } : result;
  const detail = {
    executionArn: arn,
    stateMachineArn: machineArn,
    name,
    status: ending.status,
    startDate: startedAt,
    stopDate: result === 'RUNNING' ? null : Date.now(),
    input: JSON.stringify(input),
    output: 'output' in ending ? JSON.stringify(ending.output) : null,
    error: 'error' in ending ? (ending.error ?? null) : null,
    cause: 'cause' in ending ? (ending.cause ?? null) : null,
  };
  return {
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [arn],
    detail,
  };
}
