/**
 * HTTP in memory: servers made by `createServer` and requests made by `request` of node:http find each other
 * by host and port, in one process and in virtual time.
 *
 * {@link VirtualHttp.install} puts it in the place of node:http for a whole process, for good. It covers what
 * the SDK's handler, the lab's services and dynalite use of node:http. It knows no proxies, no upgrade, no
 * request body in parts that depends on the answer.
 */
import { EventEmitter } from 'node:events';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { asListener, incomingOf, Outgoing, Response, wireOf } from './wire-messages.ts';
import type { WireAnswer, WireRequest } from './wire-messages.ts';

/**
 * What happens to a request on its way: it may be delivered or not, and answered or not. An answer that never
 * comes is a promise that is never settled.
 */
export type Carry = (
  request: WireRequest,
  deliver: () => Promise<WireAnswer>,
) => Promise<WireAnswer>;

type Listener = (request: object, response: object) => void;

/** How long a request takes to its server, and its answer back, in milliseconds. */
const wayMs = 10;

/** The wires of one process. */
export class VirtualHttp {
  readonly #servers = new Map<string, Listener>();
  #freePort = 20_000;

  /** Forgets every server, as if none had ever listened. */
  clear(): void {
    this.#servers.clear();
  }

  /** Puts it in the place of node:http. */
  install(): void {
    const module = createRequire(import.meta.url)('node:http');
    Object.assign(
      module,
      this.module((_, deliver) => deliver()),
    );
    Object.assign(module, { createServer: (listener: Listener) => this.#server(listener) });
    syncBuiltinESMExports();
  }

  /** node:http for somebody whose requests go as `carry` has it. */
  module(carry: Carry): { request: unknown; Agent: unknown } {
    const request = (target: unknown, ...rest: unknown[]): Outgoing => {
      const [options, onResponse] = typeof rest[0] === 'function' ? [{}, rest[0]] : rest;
      return new Outgoing(wireOf(target, options), {
        carry: (made) => carry(made, () => this.#deliver(made)),
        onResponse: asListener(onResponse),
      });
    };
    return { request, Agent };
  }

  /** Sends JSON and waits for the answer's body; for who needs no wire that fails. */
  async post(url: string, body: string): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const made = { ...wireOf(url, { method: 'POST', headers }), body: Buffer.from(body) };
    const answer = await this.#deliver(made);
    if (answer === 'dropped') return never();
    return answer.body;
  }

  #server(listener: Listener): VirtualServer {
    return new VirtualServer((host, port) => {
      const bound = port === 0 ? (this.#freePort += 1) : port;
      this.#servers.set(`${host}:${bound}`, listener);
      return bound;
    });
  }

  async #deliver(request: WireRequest): Promise<WireAnswer> {
    await pause(wayMs);
    const listener = this.#servers.get(`${request.host}:${request.port}`);
    if (listener === undefined) return 'dropped';
    const answer = await new Promise<WireAnswer>((resolve) => {
      listener(incomingOf(request, resolve), new Response(resolve));
    });
    await pause(wayMs);
    return answer;
  }
}

/** Something that never comes. Each its own: one for all would keep all that ever waited for it. */
export const never = (): Promise<never> => new Promise(() => undefined);

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Keeps nothing alive: connections cost nothing here. */
class Agent {
  destroy(): void {}
}

/** A server as `node:http` makes it, bound to no socket. */
class VirtualServer extends EventEmitter {
  readonly #bind: (host: string, port: number) => number;
  #bound = { address: '', family: 'IPv4', port: 0 };

  constructor(bind: (host: string, port: number) => number) {
    super();
    this.#bind = bind;
  }

  listen(port: number, host: string): this {
    this.#bound = { address: host, family: 'IPv4', port: this.#bind(host, port) };
    setImmediate(() => this.emit('listening'));
    return this;
  }

  address(): object {
    return this.#bound;
  }

  closeAllConnections(): void {}

  close(done?: () => void): this {
    setImmediate(() => {
      this.emit('close');
      done?.();
    });
    return this;
  }
}
