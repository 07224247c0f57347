/**
 * Lambda in one process and in virtual time: the bundles as they are, warm ones kept for the next invocation.
 *
 * {@link VirtualLambdas} begins with no process. A process begins with an invocation that finds no idle one;
 * it ends when it is killed, when it takes longer than its function may, or with {@link VirtualLambdas.begin},
 * if it is busy then. Nothing that a dead one asked for reaches anybody, and no timer of it fires.
 */
import { join } from 'node:path';
import type { AssemblyFunction } from '../../lab/assembly/assembly.ts';
import { startEndpoint } from '../../lab/cloud/endpoint.ts';
import type { InvokeResult } from '../../lab/cloud/lambda-runtime.ts';
import { programOf } from './program.ts';
import type { Handler, Program } from './program.ts';
import { never } from './virtual-http.ts';
import type { VirtualHttp } from './virtual-http.ts';
import type { WireAnswer, WireRequest } from './wire-messages.ts';

/** One request of one invocation, to whatever service. */
export interface Call {
  readonly functionName: string;
  /** The state it serves, or `Sweep`. */
  readonly state: string;
  readonly invocation: Invocation;
  readonly request: WireRequest;
}

/** One running invocation. */
export interface Invocation {
  readonly functionName: string;
  readonly payload: unknown;
  /** Its process ends here and now, and whoever waits for its answer is told so. */
  die(): void;
}

/** What happens to a call on its way. */
export type Fate = (call: Call, deliver: () => Promise<WireAnswer>) => Promise<WireAnswer>;

/**
 * What may ail a function as a whole: it throws an error of its own, its process dies, it works until Lambda
 * ends it, or Lambda itself never answers.
 */
export const illnesses = ['throws', 'dies', 'hangs', 'never answers'] as const;
export type Illness = (typeof illnesses)[number];

/** Which state's function is ill, and how; undefined: it is well. */
export type Ills = (state: string) => Illness | undefined;

/** What the functions share. */
export interface VirtualLambdaOptions {
  readonly http: VirtualHttp;
  readonly environment: Readonly<Record<string, string>>;
}

/** Every function of an assembly. */
export class VirtualLambdas {
  readonly #functions: ReadonlyMap<string, AssemblyFunction>;
  /** By the path of the bundle, which all functions share: read, and compiled, once. */
  readonly #programs = new Map<string, Program>();
  readonly #idle = new Map<string, Process[]>();
  readonly #options: VirtualLambdaOptions;
  #fate: Fate = (_, deliver) => deliver();
  #ills: Ills = () => undefined;
  #life = 0;

  constructor(functions: readonly AssemblyFunction[], options: VirtualLambdaOptions) {
    this.#functions = new Map(functions.map((one) => [one.name, one]));
    this.#options = options;
  }

  /** Begins anew with idle processes only; calls go as `fate` has it from now on, and `ills` are ill. */
  begin(fate: Fate, ills: Ills = () => undefined): void {
    this.#fate = fate;
    this.#ills = ills;
    this.#life += 1;
  }

  /** Ends every idle process: what it remembers, as credentials, is not of the world that begins. */
  forget(): void {
    this.#idle.clear();
  }

  /** Opens the door through which Step Functions invokes; answers its URL. */
  async open(host: string): Promise<string> {
    const door = await startEndpoint({ host, port: 80 }, ({ url, body }) => {
      const name = decodeURIComponent(url.pathname.slice('/lambda/'.length));
      return { params: body, perform: () => this.invoke(name, body) };
    });
    return door.url;
  }

  /** Invokes and waits. Never rejects. */
  async invoke(nameOrArn: string, payload: unknown): Promise<InvokeResult> {
    const name = nameOrArn.startsWith('arn:') ? (nameOrArn.split(':')[6] ?? '') : nameOrArn;
    const target = this.#functions.get(name);
    if (target === undefined) {
      const errorMessage = `Function not found: ${nameOrArn}`;
      return { errorType: 'Lambda.ResourceNotFoundException', errorMessage };
    }
    const illness = this.#ills(stateOf(target.logicalId));
    if (illness !== undefined) return outcomeOf(illness, target);
    const idle = this.#idle.get(name) ?? [];
    this.#idle.set(name, idle);
    const process = idle.pop() ?? this.#start(target);
    const life = this.#life;
    const result = await process.invoke(payload, this.#fate);
    if (process.alive && this.#life === life) idle.push(process);
    return result;
  }

  #start(target: AssemblyFunction): Process {
    const path = pathOf(target);
    const program = this.#programs.get(path) ?? programOf(path);
    this.#programs.set(path, program);
    return new Process(target, program, this.#options);
  }
}

function outcomeOf(illness: Illness, { timeoutSeconds }: AssemblyFunction): Promise<InvokeResult> {
  switch (illness) {
    case 'throws':
      return Promise.resolve({ errorType: 'Illness', errorMessage: 'It is ill' });
    case 'dies':
      return Promise.resolve(crashed);
    case 'hangs':
      return new Promise((resolve) => {
        setTimeout(() => resolve(timedOut(timeoutSeconds)), 1_000 * timeoutSeconds);
      });
    case 'never answers':
      return never();
  }
}

const pathOf = ({ directory }: AssemblyFunction): string => join(directory, 'index.mjs');

/** One process of one function: one invocation at a time. */
class Process {
  alive = true;
  readonly #target: AssemblyFunction;
  readonly #handler: Handler;
  #invocation: Invocation | undefined;
  #fate: Fate = (_, deliver) => deliver();

  constructor(target: AssemblyFunction, program: Program, options: VirtualLambdaOptions) {
    this.#target = target;
    this.#handler = program({
      http: options.http.module((request, deliver) => this.#carry(request, deliver)),
      env: { ...target.environment, ...options.environment, AWS_LAMBDA_FUNCTION_NAME: target.name },
      setTimeout: (callback, milliseconds) =>
        setTimeout(() => this.#ifAlive(callback), milliseconds),
      sleep: (milliseconds, value) =>
        new Promise((resolve) => {
          setTimeout(() => this.#ifAlive(() => resolve(value)), milliseconds);
        }),
    });
  }

  async invoke(payload: unknown, fate: Fate): Promise<InvokeResult> {
    const { promise: dead, resolve } = Promise.withResolvers<InvokeResult>();
    const end = (result: InvokeResult): void => {
      this.alive = false;
      resolve(result);
    };
    const { name: functionName, timeoutSeconds } = this.#target;
    this.#invocation = { functionName, payload, die: () => end(crashed) };
    this.#fate = fate;
    const timer = setTimeout(() => end(timedOut(timeoutSeconds)), 1_000 * timeoutSeconds);
    const result = await Promise.race([dead, this.#answer(payload)]);
    clearTimeout(timer);
    return result;
  }

  async #answer(payload: unknown): Promise<InvokeResult> {
    const { name: functionName, timeoutSeconds } = this.#target;
    const endsAt = Date.now() + 1_000 * timeoutSeconds;
    const getRemainingTimeInMillis = (): number => endsAt - Date.now();
    const context = { awsRequestId: 'virtual', functionName, getRemainingTimeInMillis };
    try {
      const answer = await this.#handler(JSON.parse(JSON.stringify(payload ?? {})), context);
      return { payload: JSON.parse(JSON.stringify(answer ?? null)) };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      return { errorType: name, errorMessage: message };
    }
  }

  async #carry(request: WireRequest, deliver: () => Promise<WireAnswer>): Promise<WireAnswer> {
    const { name: functionName, logicalId } = this.#target;
    if (!this.alive || this.#invocation === undefined) return never();
    const state = stateOf(logicalId);
    const call = { functionName, state, invocation: this.#invocation, request };
    const answer = await this.#fate(call, deliver);
    return this.alive ? answer : never();
  }

  #ifAlive(callback: () => void): void {
    if (this.alive) callback();
  }
}

/** Functions are called after their states, and logical ids end in eight digits of a hash. */
const stateOf = (logicalId: string): string =>
  logicalId.replace(/^Functions/, '').replace(/[0-9A-F]{8}$/, '');

const crashed: InvokeResult = {
  errorType: 'Runtime.ExitError',
  errorMessage: 'RequestId: virtual Error: Runtime exited with error: signal: killed',
};

const timedOut = (seconds: number): InvokeResult => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `RequestId: virtual Error: Task timed out after ${seconds.toFixed(2)} seconds`,
});
