import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ended, followLines } from './child-lines.ts';
import type { Log } from './child-lines.ts';
import { Report } from './execution-messages.ts';
import type { Assignment, Ending, ExecutionEvent } from './execution-messages.ts';

/** How an execution ended: as Step Functions says, or LOST where its process died and nobody says. */
export type ExecutionResult =
  | Ending
  | { readonly status: 'ABORTED'; readonly error?: string; readonly cause?: string }
  | { readonly status: 'LOST' };

/** Hears what happens to an execution's states. */
export type EventListener = (event: ExecutionEvent) => void;

/** One execution of a state machine. */
export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly input: unknown;
  /** Milliseconds of the epoch. */
  readonly startedAt: number;
  /** The process that interprets it. */
  readonly pid: number | undefined;
  readonly running: boolean;
  /** Everything so far, oldest first. */
  readonly events: readonly ExecutionEvent[];
  /** Hear every event from the first one on; what is past is told at once. Answers how to stop. */
  onEvent(listener: EventListener): () => void;
  /** The first time `state` is entered; rejects when the execution ends without. */
  entered(state: string): Promise<ExecutionEvent>;
  readonly result: Promise<ExecutionResult>;
  /** StopExecution: no catcher runs, and a Lambda in flight is not told. */
  stop(error?: string, cause?: string): void;
  /** SIGKILL of its process, as if Step Functions had vanished: no status-change event is sent. */
  kill(): void;
}

const program = fileURLToPath(new URL('execution-process.ts', import.meta.url));

/** Start a process that runs `assignment`; it ends with the execution, or by `stop()` or `kill()`. */
export function spawnExecution(assignment: Assignment, log: Log): Execution {
  const { executionArn: arn, machineArn, name, input } = assignment;
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  followLines(child, name, log);
  const record = new ExecutionRecord();
  child.on('message', (message) => record.hear(Report.parse(message)));
  child.once('error', () => record.end({ status: 'LOST' }));
  void ended(child).then(() => record.end({ status: 'LOST' }));
  child.send(assignment);
  const stop: Execution['stop'] = (error, cause) => {
    const said = {
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    };
    record.end({ status: 'ABORTED', ...said });
    child.kill('SIGKILL');
  };
  const kill = (): void => void child.kill('SIGKILL');
  const startedAt = Date.now();
  return executionOf(record, {
    arn,
    name,
    machineArn,
    input,
    startedAt,
    pid: child.pid,
    stop,
    kill,
  });
}

/** What an execution is, and how it is ended, beside what is recorded of it. */
export type ExecutionParts = Pick<
  Execution,
  'arn' | 'name' | 'machineArn' | 'input' | 'startedAt' | 'pid' | 'stop' | 'kill'
>;

/** An execution whose events and result are those of a record. */
export function executionOf(record: ExecutionRecord, parts: ExecutionParts): Execution {
  return {
    ...parts,
    get running() {
      return record.running;
    },
    events: record.events,
    onEvent: (listener) => record.listen(listener),
    entered: (state) => record.entered(state),
    result: record.result,
  };
}

/** What is known of one execution. Once it has ended, nothing that is heard later counts. */
export class ExecutionRecord {
  readonly events: ExecutionEvent[] = [];
  readonly result: Promise<ExecutionResult>;
  running = true;
  readonly #listeners = new Set<EventListener>();
  readonly #settle: (result: ExecutionResult) => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<ExecutionResult>();
    this.result = promise;
    this.#settle = resolve;
  }

  hear(report: Report): void {
    if (!this.running) return;
    if (report.kind === 'ended') return this.end(report.ending);
    this.events.push(report.event);
    for (const listener of this.#listeners) listener(report.event);
  }

  end(result: ExecutionResult): void {
    this.running = false;
    this.#settle(result);
  }

  listen(listener: EventListener): () => void {
    this.events.forEach((event) => listener(event));
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  entered(state: string): Promise<ExecutionEvent> {
    return new Promise((resolve, reject) => {
      const stop = this.listen((event) => {
        if (event.kind === 'entered' && event.state === state) resolve(event);
      });
      const end = (result: ExecutionResult): void => {
        stop();
        const found = JSON.stringify(result);
        reject(new Error(`Cannot wait for state "${state}" as it must be entered: found ${found}`));
      };
      void this.result.then(end);
    });
  }
}
