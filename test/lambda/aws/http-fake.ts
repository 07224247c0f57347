import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import type { Connection } from '../../../lambda/aws/connection.ts';

/** One request as a fake service saw it. */
export interface Asked {
  /** The operation: X-Amz-Target, EC2's Action, or method and path. */
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** The body of the EC2 query protocol. */
  readonly form: Readonly<Record<string, string>>;
}

/** A reply; or the connection is cut once the request was read; or nothing comes, half a body, or headers byte by byte. */
export type Reply =
  | { readonly status?: number; readonly body: string; readonly type?: string }
  | 'drop'
  | 'hang'
  | 'half'
  | 'trickle';

/** What was sent in the EC2 query protocol, call by call, without what every call has. */
export function sentTo({ asked }: HttpFake): Record<string, string>[] {
  return asked.map(({ form }) => {
    const { Version: _version, ...rest } = form;
    return rest;
  });
}

/** A service made of node:http and a function; it ends with `stop`. */
export interface HttpFake {
  readonly connection: Connection;
  readonly asked: readonly Asked[];
  stop(): Promise<void>;
}

export async function httpFake(
  answer: (request: Asked, count: number) => Reply | Promise<Reply>,
): Promise<HttpFake> {
  const asked: Asked[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const one = await read(request);
    asked.push(one);
    say(response, await answer(one, asked.length));
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    connection: connectionTo(portOf(server.address())),
    asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function connectionTo(port: number): Connection {
  return {
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
  };
}

export function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

async function read(request: IncomingMessage): Promise<Asked> {
  const body = (await bodyOf(request)).toString('utf8');
  const form = Object.fromEntries(new URLSearchParams(body));
  const target = String(request.headers['x-amz-target'] ?? '').split('.')[1];
  const { method = '', url: path = '' } = request;
  return { action: target ?? form['Action'] ?? `${method} ${path}`, method, path, body, form };
}

function say(response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return;
  if (reply === 'drop') return void response.socket?.destroy();
  if (reply === 'trickle') return trickle(response);
  if (reply === 'half') {
    response.writeHead(200, { 'content-type': 'text/xml', 'content-length': '1000' });
    return void response.write('<half>');
  }
  response.writeHead(reply.status ?? 200, { 'content-type': reply.type ?? 'application/json' });
  response.end(reply.body);
}

/** Never silent for long, so that no limit on silence ends it. */
function trickle({ socket }: ServerResponse): void {
  socket?.write('HTTP/1.1 200 OK\r\nx-slow: ');
  const timer = setInterval(() => socket?.write('x'), 20);
  socket?.on('close', () => clearInterval(timer));
  socket?.on('error', () => clearInterval(timer));
}

/** The body of a request in the JSON protocols. */
export function jsonIn({ body }: Pick<Asked, 'body'>): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(body));
}

/** An answer in the JSON protocols. */
export const json = (value: unknown, status = 200): Reply => ({
  status,
  body: JSON.stringify(value),
});

/** An error in the JSON protocols, as SSM, CloudWatch and DynamoDB say it. */
export const jsonError = (code: string, status = 400, message = `${code} said the fake`): Reply =>
  json({ __type: code, message, Message: message }, status);

/** An answer of EC2. */
export const xml = (inner: string, status = 200): Reply => ({
  status,
  type: 'text/xml;charset=UTF-8',
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r-1</requestId>${inner}</Response>`,
});

/** An error of EC2, as it is on the wire. */
export const xmlError = (code: string, status = 400): Reply => ({
  status,
  type: 'text/xml;charset=UTF-8',
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${code}</Code><Message>${code} said the fake</Message></Error></Errors><RequestID>r-1</RequestID></Response>`,
});

/** A clock whose sleeps are short in truth and as long as asked for by its own time. */
export function quickClock(start = 1_700_000_000_000) {
  const slept: number[] = [];
  let now = start;
  return {
    slept,
    now: () => now,
    async sleep(milliseconds: number) {
      slept.push(milliseconds);
      now += milliseconds;
      await pause(1);
    },
  };
}
