import { Agent, request as ask } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Misbehaviour } from './endpoint.ts';
import { MisbehaviourPlan, startListener } from './listener.ts';
import type { ListenOptions } from './listener.ts';

/**
 * A door in front of an AWS JSON service that cannot misbehave by itself: requests go through unchanged,
 * but for those that were planned to go wrong.
 *
 * {@link startDoor} starts it; `close()` ends it and drops open connections. It knows an action by its
 * `x-amz-target` header, and does not cover the service's own listener, which stays open beside it.
 */
export interface Door {
  readonly url: string;
  /** Make the next `times` (default 1) calls of `action` misbehave; several of these queue up. */
  misbehave(action: string, how: Misbehaviour, times?: number): void;
  /** Drops what is still to go wrong. */
  forget(): void;
  close(): Promise<void>;
}

/** Where a door listens, and the address it leads to. */
export interface DoorOptions extends ListenOptions {
  readonly to: string;
}

/** Starts a door; rejects when it cannot listen. */
export async function startDoor({ to, ...listen }: DoorOptions): Promise<Door> {
  const planned = new MisbehaviourPlan<Misbehaviour>();
  const agent = new Agent({ keepAlive: true });
  const listener = await startListener(listen, (request, response) => {
    pass(request, response, { to, agent, planned }).catch(() => request.socket.destroy());
  });
  return {
    url: listener.url,
    misbehave: (action, how, times) => planned.plan(action, how, times),
    forget: () => planned.clear(),
    async close() {
      await listener.close();
      agent.destroy();
    },
  };
}

interface Passage {
  readonly to: string;
  readonly agent: Agent;
  readonly planned: MisbehaviourPlan<Misbehaviour>;
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { to, agent, planned }: Passage,
): Promise<void> {
  const body = await buffer(request);
  const how = planned.next(actionOf(request));
  if (how?.kind === 'fail') return fail(response, how);
  if (how?.kind === 'lose-request') return void request.socket.destroy();
  if (how?.kind === 'delay') await sleep(how.milliseconds);
  const { status, headers, bytes } = await forward(request, body, { to, agent });
  if (how?.kind === 'lose-answer') return void request.socket.destroy();
  response.writeHead(status, headers);
  response.end(bytes);
}

/** The action named by a request of an AWS JSON protocol; empty where there is none. */
function actionOf({ headers }: IncomingMessage): string {
  const target = String(headers['x-amz-target'] ?? '');
  return target.slice(target.indexOf('.') + 1);
}

function fail(response: ServerResponse, { code, message, status = 400 }: Failure): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message }));
}

type Failure = Misbehaviour & { readonly kind: 'fail' };

interface Forwarded {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
}

function forward(
  { method, url = '/', headers }: IncomingMessage,
  body: Buffer,
  { to, agent }: Pick<Passage, 'to' | 'agent'>,
): Promise<Forwarded> {
  return new Promise((resolve, reject) => {
    const outgoing = ask(new URL(url, to), { method, headers, agent }, (incoming) => {
      const { statusCode: status = 500, headers: answered } = incoming;
      buffer(incoming).then((bytes) => resolve({ status, headers: answered, bytes }), reject);
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
