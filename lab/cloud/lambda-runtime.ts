import * as z from 'zod';
import type { AssemblyFunction } from '../assembly/assembly.ts';
import { AwsError } from './aws-error.ts';
import type { Log } from './child-lines.ts';
import { startEndpoint } from './endpoint.ts';
import type { Misbehaviour } from './endpoint.ts';
import { MisbehaviourPlan } from './listener.ts';
import { startSandbox } from './lambda-sandbox.ts';
import type { Sandbox } from './lambda-sandbox.ts';

/**
 * Runs the functions of an assembly as Lambda does: warm processes, one invocation each at a time.
 *
 * {@link startLambdas} starts it, the first invocation of a function starts its process, `close()` ends
 * them all. It has no queue for asynchronous invocations and no limit on how many run at once.
 */

/** What a function threw, or what Lambda says of one that died or took too long. */
export interface LambdaFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What came of an invocation. */
export type InvokeResult = { readonly payload: unknown } | LambdaFailure;

/** One invocation; `result` is there once it has ended. `at` in milliseconds of the epoch. */
export interface Invocation {
  readonly functionName: string;
  readonly at: number;
  readonly payload: unknown;
  result?: InvokeResult;
}

/** What the functions of a runtime share. */
export interface LambdaOptions {
  /** Added to each function's own variables, and stronger: where the lab's endpoints are. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log?: Log;
}

/** The running functions. */
export interface LambdaRuntime {
  /** The front door: `POST /lambda/<name or ARN>` with the payload answers an {@link InvokeResult}. */
  readonly url: string;
  /** Invoke and wait. Never rejects: an unknown function is an error of Lambda's too. */
  invoke(nameOrArn: string, payload: unknown): Promise<InvokeResult>;
  /** Every invocation of a known function so far, oldest first. */
  readonly invocations: readonly Invocation[];
  /**
   * Make the next `times` (default 1) invocations of a function misbehave. `fail` and `lose-request` do
   * not run it; `lose-answer` runs it and answers that the service failed.
   */
  misbehave(name: string, how: Misbehaviour, times?: number): void;
  /** Processes that serve an invocation now; each can be killed, as when Lambda loses a machine. */
  busy(): readonly BusyProcess[];
  /** The heaps of processes that serve nothing now, each after a full collection. */
  weigh(): Promise<readonly HeldHeap[]>;
  /** Drops the record of invocations so far. */
  forget(): void;
  close(): Promise<void>;
}

/** A process that serves an invocation. */
export interface BusyProcess {
  readonly functionName: string;
  /** SIGKILL; resolves once it is gone. */
  kill(): Promise<void>;
}

/** What a process of a function holds on to between invocations, in MiB. */
export interface HeldHeap {
  readonly functionName: string;
  readonly heapMb: number;
}

/** Start the runtime with its front door on 127.0.0.1. */
export async function startLambdas(
  functions: readonly AssemblyFunction[],
  { environment, log = () => {} }: LambdaOptions,
): Promise<LambdaRuntime> {
  const options = { environment, log };
  const fleets = new Map(functions.map((target) => [target.name, new Fleet(target, options)]));
  const planned = new MisbehaviourPlan<Misbehaviour>();
  const invocations: Invocation[] = [];
  const invoke = async (nameOrArn: string, payload: unknown): Promise<InvokeResult> => {
    const functionName = nameOf(nameOrArn);
    const fleet = fleets.get(functionName);
    if (fleet === undefined) return unknownFunction(nameOrArn);
    const invocation: Invocation = { functionName, at: Date.now(), payload };
    invocations.push(invocation);
    const how = planned.next(functionName);
    invocation.result = await misbehaving(how, () => fleet.invoke(payload));
    return invocation.result;
  };
  const door = await startEndpoint({ host: '127.0.0.1', port: 0 }, ({ url, body }) => {
    const name = z.string().parse(/^\/lambda\/([^/]+)$/.exec(url.pathname)?.[1]);
    return { params: body, perform: () => invoke(decodeURIComponent(name), body) };
  });
  return {
    url: door.url,
    invoke,
    invocations,
    misbehave(name, how, times = 1) {
      if (!fleets.has(name)) {
        throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`);
      }
      planned.plan(name, how, times);
    },
    busy: () => [...fleets.values()].flatMap((fleet) => fleet.busy),
    weigh: async () =>
      (await Promise.all([...fleets.values()].map((fleet) => fleet.weigh()))).flat(),
    forget: () => void invocations.splice(0),
    async close() {
      await door.close();
      await Promise.all([...fleets.values()].map((fleet) => fleet.close()));
    },
  };
}

/** The sandboxes of one function: an idle one serves the next invocation, else another starts. */
class Fleet {
  readonly #target: AssemblyFunction;
  readonly #options: Required<LambdaOptions>;
  readonly #all = new Set<Sandbox>();
  readonly #idle: Sandbox[] = [];
  readonly #busy = new Set<Sandbox>();

  constructor(target: AssemblyFunction, options: Required<LambdaOptions>) {
    this.#target = target;
    this.#options = options;
  }

  async invoke(payload: unknown): Promise<InvokeResult> {
    const sandbox = this.#take();
    this.#busy.add(sandbox);
    const result = await sandbox.invoke(payload);
    this.#busy.delete(sandbox);
    if (sandbox.alive) this.#idle.push(sandbox);
    else this.#all.delete(sandbox);
    return result;
  }

  get busy(): BusyProcess[] {
    const functionName = this.#target.name;
    return [...this.#busy].map((sandbox) => ({ functionName, kill: () => sandbox.kill() }));
  }

  /** One that is weighed is not idle meanwhile. */
  async weigh(): Promise<HeldHeap[]> {
    const functionName = this.#target.name;
    const held = this.#idle.splice(0).map(async (sandbox) => {
      const heapMb = await sandbox.weigh();
      if (sandbox.alive) this.#idle.push(sandbox);
      else this.#all.delete(sandbox);
      return heapMb === undefined ? [] : [{ functionName, heapMb }];
    });
    return (await Promise.all(held)).flat();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((sandbox) => sandbox.kill()));
  }

  #take(): Sandbox {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.alive) return idle;
      this.#all.delete(idle);
    }
    const started = startSandbox(this.#target, this.#options);
    this.#all.add(started);
    return started;
  }
}

/** The name in a function's ARN, a version or alias at its end taken off; a bare name as it is. */
function nameOf(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? (nameOrArn.split(':')[6] ?? '') : nameOrArn;
}

function unknownFunction(nameOrArn: string): LambdaFailure {
  const errorMessage = `Function not found: ${nameOrArn}`;
  return { errorType: 'Lambda.ResourceNotFoundException', errorMessage };
}

async function misbehaving(
  how: Misbehaviour | undefined,
  run: () => Promise<InvokeResult>,
): Promise<InvokeResult> {
  const failed = { errorType: 'Lambda.ServiceException', errorMessage: 'Service error' };
  if (how?.kind === 'fail') return { errorType: how.code, errorMessage: how.message };
  if (how?.kind === 'lose-request') return failed;
  if (how?.kind === 'delay') await new Promise((done) => setTimeout(done, how.milliseconds));
  const result = await run();
  return how?.kind === 'lose-answer' ? failed : result;
}
