import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

/** What a function answers: a payload, something thrown, or what its answer waits for. */
export type DoorAnswer =
  | { readonly payload: unknown }
  | { readonly errorType: string; readonly errorMessage: string }
  | { readonly status: number; readonly code: string }
  | { readonly lateMs: number };

/** Answers an invocation by the function's ARN or name; undefined: the real function is to answer. */
export type Doorman = (functionName: string, event: unknown) => DoorAnswer | undefined;

/**
 * Lambda's Invoke in front of an interpreter of state machines, so that a test says what functions answer,
 * errors by their own name included; or hands them on to the functions that ministack runs.
 *
 * {@link startLambdaDoor} starts it on loopback; `close()` ends it.
 */
export interface LambdaDoor {
  readonly port: number;
  doorman: Doorman;
  close(): Promise<void>;
}

const Bound = z.object({ port: z.int() });

/** Starts it; what no doorman answers goes to `behind`. */
export async function startLambdaDoor(behind: string): Promise<LambdaDoor> {
  const door = { doorman: (): DoorAnswer | undefined => undefined };
  const server = createServer((request, response) => {
    void answer(request, response, { behind, ask: (name, event) => asked(door, name, event) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = Bound.parse(server.address());
  return Object.assign(door, {
    port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  });
}

function asked(door: { readonly doorman: Doorman }, name: string, event: unknown) {
  return door.doorman(name, event);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { behind, ask }: { readonly behind: string; readonly ask: Doorman },
): Promise<void> {
  const body = await text(request);
  const path = request.url ?? '/';
  const [, encoded = ''] = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(path) ?? [];
  const said = ask(decodeURIComponent(encoded), JSON.parse(body === '' ? 'null' : body));
  if (said === undefined) return pass(response, `${behind}${path}`, { request, body });
  if ('lateMs' in said) await sleep(said.lateMs, undefined, { ref: false });
  const { status, headers, payload } = wired(said);
  response.writeHead(status, { ...usualHeaders(), ...headers });
  response.end(JSON.stringify(payload));
}

/** What every answer of AWS bears; interpreters put the request's id into the cause of a failure. */
function usualHeaders(): Record<string, string> {
  return { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() };
}

interface Wired {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
}

function wired(said: DoorAnswer): Wired {
  if ('payload' in said) return { status: 200, headers: {}, payload: said.payload };
  if ('errorType' in said) {
    return { status: 200, headers: { 'X-Amz-Function-Error': 'Unhandled' }, payload: said };
  }
  if ('lateMs' in said) return { status: 200, headers: {}, payload: {} };
  const { status, code } = said;
  return { status, headers: { 'x-amzn-errortype': code }, payload: { message: code } };
}

async function pass(
  response: ServerResponse,
  url: string,
  { request, body }: { readonly request: IncomingMessage; readonly body: string },
): Promise<void> {
  const authorization = request.headers.authorization ?? '';
  const found = await fetch(url, { method: 'POST', headers: { authorization }, body });
  const failed = found.headers.get('x-amz-function-error');
  const headers = failed === null ? {} : { 'X-Amz-Function-Error': failed };
  response.writeHead(found.status, { ...usualHeaders(), ...headers });
  response.end(await found.text());
}
