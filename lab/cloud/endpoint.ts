import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { AwsError } from './aws-error.ts';
import { MisbehaviourPlan, startListener } from './listener.ts';
import type { ListenOptions } from './listener.ts';

/**
 * HTTP in front of one of the lab's AWS services that speak JSON, and in front of the lab's own routes.
 *
 * {@link startEndpoint} starts it; `close()` ends it and drops open connections. It checks neither
 * signatures nor permissions.
 */

/** How an endpoint can misbehave on request, for tests of its callers. */
export type Misbehaviour =
  /** Answer this error and do nothing. */
  | {
      readonly kind: 'fail';
      readonly code: string;
      readonly message: string;
      readonly status?: number;
    }
  /** Do it, then drop the connection without an answer. */
  | { readonly kind: 'lose-answer' }
  /** Drop the connection and do nothing. */
  | { readonly kind: 'lose-request' }
  /** Wait this long, then go on as usual. */
  | { readonly kind: 'delay'; readonly milliseconds: number };

/** One request of an AWS client: `at` in milliseconds of the epoch. */
export interface ApiCall {
  readonly action: string;
  readonly at: number;
  readonly params: unknown;
}

/** A request before anybody has looked at what it means. */
export interface RawRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  /** The parsed body; undefined when there is none. */
  readonly body: unknown;
  /** Ends when the connection goes before the answer. */
  readonly gone: AbortSignal;
}

/** What a request asks for, and how to do it. A route without `action` is not recorded and never misbehaves. */
export interface Route {
  readonly action?: string;
  readonly params: unknown;
  readonly perform: () => unknown;
}

/** A running endpoint. */
export interface Endpoint {
  readonly url: string;
  /** Every request of an AWS client so far, oldest first, refused ones and retries included. */
  readonly calls: readonly ApiCall[];
  /** Make the next `times` (default 1) calls of `action` misbehave; several of these queue up. */
  misbehave(action: string, how: Misbehaviour, times?: number): void;
  /** Drops the record of calls so far and what is still to go wrong, for labs that live long. */
  forget(): void;
  close(): Promise<void>;
}

/** Start an endpoint that asks `route` what each request means; rejects when it cannot listen. */
export async function startEndpoint(
  listen: ListenOptions,
  route: (request: RawRequest) => Route,
): Promise<Endpoint> {
  const calls: ApiCall[] = [];
  const planned = new MisbehaviourPlan<Misbehaviour>();
  const serving: Serving = { route, calls, planned };
  const listener = await startListener(listen, (request, response) => {
    void serve(request, response, serving);
  });
  return {
    ...listener,
    calls,
    misbehave: (action, how, times) => planned.plan(action, how, times),
    forget() {
      calls.splice(0);
      planned.clear();
    },
  };
}

interface Serving {
  readonly route: (request: RawRequest) => Route;
  readonly calls: ApiCall[];
  readonly planned: MisbehaviourPlan<Misbehaviour>;
}

async function serve(request: IncomingMessage, response: ServerResponse, serving: Serving) {
  try {
    const made = serving.route(await readRequest(request, response));
    const answer = await answerTo(made, serving);
    if (answer === lost) request.socket.destroy();
    else send(request, response, { status: 200, body: answer });
  } catch (error) {
    const { code, message, status } = AwsError.from(error);
    const body = { __type: code, message, Message: message };
    response.setHeader('x-amzn-errortype', code);
    send(request, response, { status, body });
  }
}

async function readRequest(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<RawRequest> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const bytes = await buffer(request);
  // The CloudWatch client compresses large bodies.
  const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
  const { method = 'GET', headers } = request;
  return {
    method,
    url: new URL(request.url ?? '/', 'http://lab'),
    headers,
    body: plain.length === 0 ? undefined : JSON.parse(plain.toString('utf8')),
    gone: gone.signal,
  };
}

const lost = Symbol('lost');

async function answerTo({ action, params, perform }: Route, { calls, planned }: Serving) {
  if (action === undefined) return perform();
  calls.push({ action, at: Date.now(), params });
  const how = planned.next(action);
  if (how?.kind === 'fail') throw new AwsError(how.code, how.message, how.status);
  if (how?.kind === 'lose-request') return lost;
  if (how?.kind === 'delay') await sleep(how.milliseconds);
  const answer: unknown = await perform();
  return how?.kind === 'lose-answer' ? lost : answer;
}

function send(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { status, body }: { readonly status: number; readonly body: unknown },
): void {
  response.writeHead(status, {
    // The JSON protocols answer in the type of the request; REST ones without a body send none.
    'content-type': headers['content-type'] ?? 'application/json',
    'x-amzn-requestid': randomUUID(),
  });
  response.end(JSON.stringify(body ?? {}));
}

const Target = z.string().regex(/\./);

/** The action in the `x-amz-target` header of the AWS JSON protocols. */
export function targetOf({ headers }: RawRequest): string {
  const target = Target.safeParse(headers['x-amz-target']);
  if (target.success) return target.data.slice(target.data.indexOf('.') + 1);
  throw new AwsError('UnknownOperationException', 'The request names no operation');
}
