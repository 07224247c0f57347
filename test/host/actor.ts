import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { malicesByName, startHostile } from './hostile-node.ts';
import { infoServer, statistics } from './info-server.ts';
import { startSecure } from './secure-node.ts';

/**
 * A program in a namespace that listens and connects as a test tells it, a JSON line each way.
 *
 * Started by `startActor`. Ends when its stdin closes.
 */
const Order = z.discriminatedUnion('order', [
  z.object({ order: z.literal('listen'), port: z.int() }),
  z.object({ order: z.literal('info'), port: z.int() }),
  z.object({
    order: z.literal('hostile'),
    port: z.int(),
    malice: z.enum(['close', 'hang', 'huge', 'header', 'slow', 'endless', 'quotes']),
  }),
  z.object({
    order: z.literal('secure'),
    port: z.int(),
    certificate: z.object({ cert: z.string(), key: z.string() }),
    user: z.string(),
    credential: z.string(),
  }),
  z.object({ order: z.literal('tell'), values: z.record(z.string(), z.string()) }),
  z.object({ order: z.literal('mute'), muted: z.boolean() }),
  z.object({ order: z.literal('ship'), build: z.string() }),
  z.object({ order: z.literal('commanded') }),
  z.object({ order: z.literal('connect'), address: z.string(), port: z.int(), ms: z.int() }),
  z.object({ order: z.literal('ask'), link: z.int(), ms: z.int() }),
  z.object({ order: z.literal('watch'), address: z.string(), port: z.int(), until: z.int() }),
]);
/** What an actor can be told. */
export type Order = z.infer<typeof Order>;

const links: Socket[] = [];
const info = infoServer();

function obey(order: Order): Promise<object> | object {
  switch (order.order) {
    case 'listen':
      return listen(order.port);
    case 'info':
      return info.listen(order.port);
    case 'hostile':
      return hostile(order);
    case 'secure':
      return startSecure({ ...order, host: '::' }).then(() => ({}));
    case 'tell':
      return info.tell(order.values);
    case 'mute':
      return info.mute(order.muted);
    case 'ship':
      return info.ship(order.build);
    case 'commanded':
      return info.commanded();
    case 'connect':
      return dial(order);
    case 'ask':
      return ask(links[order.link]!, order.ms);
    case 'watch':
      return watch(order);
  }
}

async function hostile({
  port,
  malice,
}: {
  port: number;
  malice: keyof typeof malicesByName;
}): Promise<object> {
  await startHostile([malicesByName[malice]], () => statistics(), { host: '::', port });
  return {};
}

function listen(port: number): Promise<object> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  return new Promise((resolve) => server.listen(port, '::', () => resolve({})));
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ETIMEDOUT: 'timed-out',
};

function dial({
  address,
  port,
  ms,
}: {
  address: string;
  port: number;
  ms: number;
}): Promise<object> {
  const began = Date.now();
  const socket = connect(port, address);
  return new Promise((resolve) => {
    const answer = (word: string) =>
      resolve({ answer: word, link: links.push(socket) - 1, ms: Date.now() - began });
    const timer = setTimeout(() => {
      answer('timed-out');
      socket.destroy();
    }, ms);
    socket.once('connect', () => answer('open'));
    socket.once('error', (error) =>
      answer('code' in error ? (words[String(error.code)] ?? String(error.code)) : '?'),
    );
    socket.once('error', () => clearTimeout(timer));
    socket.once('connect', () => clearTimeout(timer));
    socket.on('error', (error) =>
      lost.set(socket, 'code' in error ? (words[String(error.code)] ?? 'closed') : 'closed'),
    );
    socket.on('close', () => lost.has(socket) || lost.set(socket, 'closed'));
  });
}

/**
 * Dials again and again and notes whenever the answer is another, with the instant of the dialling. What
 * is not answered at once tells nothing: a SYN may have been lost in a rush, and be sent again later.
 */
async function watch({
  address,
  port,
  until,
}: {
  address: string;
  port: number;
  until: number;
}): Promise<object> {
  const changes: [number, string][] = [];
  for (let at = Date.now(); at < until; at = Date.now()) {
    const word = await glance(address, port);
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (word !== 'late' && changes.at(-1)?.[1] !== word) changes.push([at, word]);
  }
  return { changes };
}

/** One connection, reset at once so that nothing is left of it. */
function glance(address: string, port: number): Promise<string> {
  const socket = connect(port, address);
  return new Promise((resolve) => {
    const end = (word: string) => {
      clearTimeout(timer);
      socket.resetAndDestroy();
      resolve(word);
    };
    const timer = setTimeout(() => end('late'), 60);
    socket.once('connect', () => end('open'));
    socket.once('error', (error) =>
      end('code' in error && error.code === 'ECONNREFUSED' ? 'refused' : 'late'),
    );
  });
}

const lost = new Map<Socket, string>();

/** Sends a line on a link and waits for its echo; a late echo of an earlier line counts too. */
function ask(socket: Socket, ms: number): Promise<object> {
  return new Promise((resolve) => {
    const end = (answer: string) => {
      clearTimeout(timer);
      socket.removeAllListeners('data');
      resolve({ answer });
    };
    const timer = setTimeout(() => end('silent'), ms);
    if (lost.has(socket)) return end(lost.get(socket)!);
    socket.once('data', () => end('answered'));
    socket.once('close', () => end(lost.get(socket) ?? 'closed'));
    socket.write('hello\n');
  });
}

if (process.argv[2] === 'act') {
  process.stdout.write('{}\n');
  createInterface({ input: process.stdin })
    .on('line', (line) => void act(line))
    .on('close', () => process.exit());
}

async function act(line: string): Promise<void> {
  const { id, ...order } = z.looseObject({ id: z.int() }).parse(JSON.parse(line));
  const answer = await obey(Order.parse(order));
  process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`);
}
