import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Network } from '../../../../lab/vpc/network.ts';

/** Traffic between the hosts of a scenario, made by small Node programs run inside them. */

const SERVER = `
const net = require('node:net');
const server = net.createServer((socket) => { socket.on('error', () => {}); socket.pipe(socket); });
server.listen({ port: Number(process.argv[1]), host: '::' }, () => console.log('listening'));`;

const CLIENT = `
const net = require('node:net');
const socket = net.connect({ host: process.argv[1], port: Number(process.argv[2]) });
console.log('trying');
socket.on('connect', () => process.stdout.write('open\\n'));
socket.on('error', (error) => { process.stdout.write(error.code + '\\n'); process.exit(1); });
process.stdin.pipe(socket);
socket.pipe(process.stdout);`;

/** How long traffic may take before it counts as blocked; a host answers in a few milliseconds. */
const PATIENCE_MS = 1500;

/** How long a program may take to start on a busy machine. */
const START_MS = 15_000;

/** Start a TCP echo server on both families inside `host`. */
export async function serveEcho(network: Network, host: string, port: number): Promise<void> {
  const child = network.enter(host, [process.execPath, '-e', SERVER, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout!, 'data');
}

/** What becomes of one new connection: 'open', 'blocked', or the error code. */
export async function connect(network: Network, from: string, to: Target): Promise<string> {
  const flow = await startFlow(network, from, to);
  flow.end();
  return flow.began;
}

/** What a connection is opened to. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

/** A connection that stays, and whether data still comes back over it. */
export interface Flow {
  readonly began: string;
  /** Send a line; true when it comes back within `patienceMs`. */
  echoes(patienceMs?: number): Promise<boolean>;
  end(): void;
}

/** Open a connection from inside `from` and keep it. */
export async function startFlow(network: Network, from: string, to: Target): Promise<Flow> {
  const command = [process.execPath, '-e', CLIENT, to.address, String(to.port)];
  const child = network.enter(from, command, { stdio: ['pipe', 'pipe', 'inherit'] });
  let heard = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  let sent = 0;
  const hears = async (text: string, patienceMs: number) => {
    const until = performance.now() + patienceMs;
    while (!heard.includes(text) && performance.now() < until) await sleep(5);
    return heard.includes(text);
  };
  if (!(await hears('trying\n', START_MS))) throw new Error('Cannot connect as Node must start');
  heard = heard.replace('trying\n', '');
  const answered = await hears('\n', PATIENCE_MS);
  return {
    began: answered ? heard.trim() : 'blocked',
    async echoes(patienceMs = PATIENCE_MS) {
      sent += 1;
      child.stdin!.write(`line ${sent}.\n`);
      return hears(`line ${sent}.\n`, patienceMs);
    },
    end: () => void child.kill('SIGKILL'),
  };
}
