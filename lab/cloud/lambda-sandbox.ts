import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { AssemblyFunction } from '../assembly/assembly.ts';
import { compileCacheBeside } from '../compile-cache.ts';
import { ended, followLines } from './child-lines.ts';
import type { Log } from './child-lines.ts';
import type { InvokeResult } from './lambda-runtime.ts';

/**
 * One process that serves one invocation of one function at a time, as a Lambda execution environment.
 *
 * {@link startSandbox} starts it; a timeout, its own death or `kill()` ends it, after which `alive` is
 * false and it must not be used again.
 */
export interface Sandbox {
  readonly alive: boolean;
  invoke(event: unknown): Promise<InvokeResult>;
  /** Its heap after a full collection, in MiB; for one that serves no invocation. Undefined: it is gone. */
  weigh(): Promise<number | undefined>;
  kill(): Promise<void>;
}

const Failure = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  trace: z.array(z.string()),
});

const Message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('broken'), failure: Failure }),
  z.object({ kind: z.literal('weighed'), heapMb: z.number() }),
  z.object({ kind: z.literal('done'), requestId: z.string(), payload: z.unknown() }),
  z.object({ kind: z.literal('failed'), requestId: z.string(), failure: Failure }),
]);
type Message = z.infer<typeof Message>;

/** What a sandbox is started with. */
export interface SandboxOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Log;
}

const program = fileURLToPath(new URL('lambda-process.ts', import.meta.url));

/** Start a process for `target`; it loads the bundle while the first invocation waits. */
export function startSandbox(
  target: AssemblyFunction,
  { environment, log }: SandboxOptions,
): Sandbox {
  const child = spawn(process.execPath, [heapOf(target), program], {
    cwd: target.directory,
    env: environmentOf(target, environment),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  followLines(child, target.name, log);
  const gone = ended(child);
  const started = nextMessage(child, gone);
  return {
    get alive() {
      return child.connected && !child.killed && child.exitCode === null;
    },
    async invoke(event) {
      const requestId = randomUUID();
      const first = await started;
      if (first.kind === 'broken') {
        child.kill('SIGKILL');
        return first.failure;
      }
      if (first.kind === 'gone') return crashed(child, requestId);
      const { arn, timeoutSeconds } = target;
      const deadline = Date.now() + timeoutSeconds * 1000;
      const answer = nextMessage(child, gone, deadline);
      if (child.connected) child.send({ requestId, event, arn, deadline });
      return resultOf(await answer, { child, requestId, timeoutSeconds });
    },
    async weigh() {
      const first = await started;
      if (first.kind !== 'ready' || !child.connected) return undefined;
      const answer = nextMessage(child, gone);
      child.send('weigh');
      const heard = await answer;
      return heard.kind === 'weighed' ? heard.heapMb : undefined;
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

type Heard = Message | { readonly kind: 'gone' } | { readonly kind: 'late' };

/** What the process says next, or that it is gone, or that it said nothing by `deadline` (epoch ms). */
function nextMessage(child: ChildProcess, gone: Promise<void>, deadline?: number): Promise<Heard> {
  return new Promise((resolve) => {
    const wait = deadline === undefined ? undefined : deadline - Date.now();
    const timer = wait && setTimeout(() => settle({ kind: 'late' }), wait);
    const onMessage = (message: unknown): void => settle(Message.parse(message));
    const settle = (heard: Heard): void => {
      clearTimeout(timer);
      child.off('message', onMessage);
      resolve(heard);
    };
    child.on('message', onMessage);
    void gone.then(() => settle({ kind: 'gone' }));
  });
}

interface Asked {
  readonly child: ChildProcess;
  readonly requestId: string;
  readonly timeoutSeconds: number;
}

function resultOf(heard: Heard, { child, requestId, timeoutSeconds }: Asked): InvokeResult {
  switch (heard.kind) {
    case 'done':
      return { payload: heard.payload ?? null };
    case 'failed':
    case 'broken':
      return heard.failure;
    case 'late':
      child.kill('SIGKILL');
      return {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
      };
    default:
      return crashed(child, requestId);
  }
}

function crashed({ exitCode, signalCode }: ChildProcess, requestId: string): InvokeResult {
  const how = signalCode === null ? `exit status ${exitCode}` : `signal: ${signalCode}`;
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${how}`,
  };
}

/** Nothing of this process's own environment but PATH, so that no profile or key of the machine gets in. */
function environmentOf(
  { name, directory, handler, memoryMegabytes, environment }: AssemblyFunction,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'lab',
    AWS_SECRET_ACCESS_KEY: 'lab',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    LAMBDA_TASK_ROOT: directory,
    _HANDLER: handler,
    ...environment,
    NODE_COMPILE_CACHE: compileCacheBeside(directory),
    ...given,
  };
}

/** What lies outside the heap takes the rest. */
const heapOf = ({ memoryMegabytes }: AssemblyFunction): string =>
  `--max-old-space-size=${Math.floor(0.8 * memoryMegabytes)}`;
