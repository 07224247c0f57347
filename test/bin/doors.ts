import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import * as z from 'zod';

/** Doors before the endpoints of AWS: who comes through is noted, and may be let down. */

/** A call of AWS on its way, with what it says of itself. */
export interface Passing {
  /** As the endpoint's variable names it: SFN, DYNAMODB, … */
  readonly service: string;
  readonly operation: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The access key of whoever asks. */
  readonly key: string;
}

/** What becomes of a call: `lose-answer` does it and drops the connection, `deny` does nothing of it. */
export type Fate = 'deliver' | 'lose-answer' | 'deny';

/** Puts a door before every endpoint that an environment names, for a test's time. */
export async function doorsBefore(
  environment: Readonly<Record<string, string>>,
  fateOf: (call: Passing) => Fate = () => 'deliver',
) {
  const calls: Passing[] = [];
  const entries = Object.entries(environment).map(async ([variable, url]) => {
    const service = variable.replace('AWS_ENDPOINT_URL_', '');
    const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const body = await buffer(request);
      const [, key = ''] = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
      const call = { service, key, ...saidBy(request, body.toString('utf8')) };
      calls.push(call);
      const fate = fateOf(call);
      if (fate === 'deny') return deny(response);
      const answer = await fetch(`${url}${request.url}`, {
        method: request.method ?? 'GET',
        headers: Object.entries(request.headers).flatMap(([name, value]) =>
          typeof value !== 'string' || ownHeaders.has(name) ? [] : [[name, value]],
        ),
        ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
      });
      const text = new Uint8Array(await answer.arrayBuffer());
      if (fate === 'lose-answer') request.socket.destroy();
      else response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(text);
    };
    return [variable, await listening(pass)] as const;
  });
  return { calls, environment: Object.fromEntries(await Promise.all(entries)) };
}

/** What each connection has for itself. */
const ownHeaders = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'expect']);

async function listening(
  pass: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<string> {
  const server = createServer((request, response) => {
    void pass(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return `http://127.0.0.1:${port}`;
}

function deny(response: ServerResponse): void {
  const code = 'AccessDeniedException';
  const type = 'application/x-amz-json-1.0';
  response.writeHead(400, { 'content-type': type, 'x-amzn-errortype': code });
  response.end(JSON.stringify({ __type: code, message: 'not authorized', Message: '' }));
}

const Params = z.record(z.string(), z.unknown());

/** The operation by the protocol's own word for it: a header, a field, or the path (EventBridge Scheduler). */
function saidBy({ headers, method, url = '' }: IncomingMessage, body: string) {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    return { operation: target.replace(/^.*\./, ''), params: Params.parse(JSON.parse(body)) };
  }
  const form = new URLSearchParams(body);
  const action = form.get('Action');
  if (action !== null) return { operation: action, params: Object.fromEntries(form) };
  const { pathname, searchParams } = new URL(url, 'http://door');
  const name = /^\/schedules\/(.+)$/.exec(pathname)?.[1];
  const params = {
    ...(name === undefined ? {} : { Name: decodeURIComponent(name) }),
    GroupName: searchParams.get('groupName') ?? searchParams.get('ScheduleGroup'),
    ...(body === '' ? {} : Params.parse(JSON.parse(body))),
  };
  return { operation: restOperation(`${method} ${name === undefined ? 'all' : 'one'}`), params };
}

function restOperation(asked: string): string {
  const known = {
    'GET all': 'ListSchedules',
    'GET one': 'GetSchedule',
    'PUT one': 'UpdateSchedule',
  };
  const operation = new Map(Object.entries(known)).get(asked);
  if (operation === undefined) throw new Error(`Expected a call that is known: found ${asked}`);
  return operation;
}
