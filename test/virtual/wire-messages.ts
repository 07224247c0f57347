/** Both ends of a request in memory, as far as node:http's users look at them. */
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import * as z from 'zod';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly host: string;
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer as it comes back; `dropped` where the server, or the wire, closed the connection. */
export type WireAnswer =
  | { readonly status: number; readonly headers: Record<string, unknown>; readonly body: string }
  | 'dropped';

/** A request as a server sees it; `settle` hears where it drops the connection. */
export function incomingOf(request: WireRequest, settle: (answer: WireAnswer) => void): Readable {
  const { method, path: url, headers, body } = request;
  const socket = { destroy: () => settle('dropped') };
  return Object.assign(readableOf(body), { method, url, headers, socket });
}

function readableOf(content: Buffer | string): Readable {
  const stream = new Readable({ read: () => undefined });
  if (content.length > 0) stream.push(content);
  stream.push(null);
  return stream;
}

/** The side of an answer that a server sees. It is never told that a client has gone. */
export class Response extends EventEmitter {
  statusCode = 200;
  readonly #headers: Record<string, unknown> = {};
  readonly #settle: (answer: WireAnswer) => void;

  constructor(settle: (answer: WireAnswer) => void) {
    super();
    this.#settle = settle;
  }

  setHeader(name: string, value: unknown): void {
    this.#headers[name.toLowerCase()] = value;
  }

  writeHead(status: number, headers: Readonly<Record<string, unknown>> = {}): this {
    this.statusCode = status;
    for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
    return this;
  }

  end(body: Buffer | string = ''): void {
    this.#settle({ status: this.statusCode, headers: this.#headers, body: body.toString() });
  }
}

/** The side of a request that a client sees. */
export class Outgoing extends EventEmitter {
  readonly socket = Object.assign(new EventEmitter(), {
    connecting: false,
    setTimeout: () => undefined,
    setKeepAlive: () => undefined,
    destroy: () => undefined,
  });
  readonly #made: WireRequest;
  readonly #how: { carry: (made: WireRequest) => Promise<WireAnswer>; onResponse: Heard };
  readonly #parts: Buffer[] = [];
  #over = false;

  constructor(
    made: WireRequest,
    how: { carry: (made: WireRequest) => Promise<WireAnswer>; onResponse: Heard },
  ) {
    super();
    this.#made = made;
    this.#how = how;
  }

  setTimeout(): this {
    return this;
  }

  write(part: Buffer | string): boolean {
    this.#parts.push(Buffer.from(part));
    return true;
  }

  end(part?: Buffer | string): this {
    if (part !== undefined) this.write(part);
    const made = { ...this.#made, body: Buffer.concat(this.#parts) };
    void this.#how.carry(made).then((answer) => this.#hear(answer));
    return this;
  }

  /** Gives up: whatever comes now is not heard. */
  destroy(error?: Error): this {
    if (this.#over) return this;
    this.#over = true;
    if (error !== undefined && this.listenerCount('error') > 0) this.emit('error', error);
    this.emit('close');
    return this;
  }

  #hear(answer: WireAnswer): void {
    if (this.#over) return;
    if (answer === 'dropped') {
      this.destroy(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
      return;
    }
    this.#over = true;
    const { status: statusCode, headers, body } = answer;
    const response = Object.assign(readableOf(body), { statusCode, headers, complete: true });
    this.emit('response', response);
    this.#how.onResponse(response);
    this.emit('close');
  }
}

type Heard = (response: Readable) => void;

/** What a caller gave as its listener for the answer, if it gave one. */
export function asListener(value: unknown): Heard {
  return (response) => {
    if (typeof value === 'function') Reflect.apply(value, undefined, [response]);
  };
}

interface RequestOptions {
  readonly host?: string;
  readonly hostname?: string;
  readonly port?: number | string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `request(url, options)` and `request(options)`. */
export function wireOf(target: unknown, more: unknown): WireRequest {
  const options: RequestOptions = { ...fromUrl(target), ...Options.parse(more ?? {}) };
  const { host, hostname, port = 80, method = 'GET', path = '/', headers = {} } = options;
  const lower = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return {
    host: hostname ?? host ?? 'localhost',
    port: Number(port),
    method,
    path,
    headers: Object.fromEntries(lower),
    body: Buffer.alloc(0),
  };
}

const Options = z.custom<RequestOptions>((value) => typeof value === 'object' && value !== null);

function fromUrl(target: unknown): RequestOptions {
  if (typeof target !== 'string' && !(target instanceof URL)) return Options.parse(target);
  const { hostname, port, pathname, search } = new URL(target);
  return { hostname, port: port === '' ? 80 : port, path: `${pathname}${search}` };
}
