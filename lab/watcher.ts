/**
 * Watches flows from inside one machine, to see whether anything harms them: `node watcher.ts FLOW…`,
 * a flow being ADDRESS/PORT.
 *
 * It dials every flow, and prints a line once it knows which of them open; those it dials anew every
 * second. On the service port it keeps the connection, too, and asks a question over it. It ends when its
 * standard input does, and prints what it saw as JSON. `SERVICE` in the environment is the service port.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { frame, unframe } from './node/info-frame.ts';

/** What a machine in the same network answers in milliseconds may take this long on a busy one. */
const patienceMs = 900;
const intervalMs = 1_000;

const flows = process.argv.slice(2);
const service = process.env['SERVICE'] ?? '';
const seen = { opened: 0, closed: 0, answered: 0, silent: 0, harmed: [] as string[] };

function dial(flow: string): Promise<Socket | undefined> {
  const [host = '', port = ''] = flow.split('/');
  const socket = connect({ host, port: Number(port) });
  socket.on('error', () => socket.destroy());
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), patienceMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

/** One question over a connection that stands. */
function answers(socket: Socket): Promise<boolean> {
  let received = Buffer.alloc(0);
  return new Promise((resolve) => {
    const end = (answer: boolean): void => {
      clearTimeout(timer);
      socket.off('data', read);
      resolve(answer);
    };
    const read = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      if ((unframe(received)?.bodies.length ?? 0) > 0) end(true);
    };
    const timer = setTimeout(() => end(false), patienceMs);
    socket.on('data', read);
    if (socket.destroyed) end(false);
    else socket.write(frame('node\n'));
  });
}

async function dialAnew(flow: string): Promise<void> {
  const socket = await dial(flow);
  socket?.destroy();
  count(socket !== undefined, ['opened', 'closed'], `a new connection to ${flow}`);
}

async function askAgain([flow, socket]: readonly [string, Socket]): Promise<void> {
  count(await answers(socket), ['answered', 'silent'], `the standing connection to ${flow}`);
}

function count(
  well: boolean,
  [good, bad]: readonly ['opened', 'closed'] | readonly ['answered', 'silent'],
  what: string,
): void {
  seen[well ? good : bad] += 1;
  if (!well && !seen.harmed.includes(what)) seen.harmed.push(what);
}

const ended = new Promise<void>((resolve) => process.stdin.resume().once('end', resolve));
const watching = { on: true };
void ended.then(() => (watching.on = false));

const first = await Promise.all(flows.map(async (flow) => [flow, await dial(flow)] as const));
const open = first.flatMap(([flow, socket]) =>
  socket === undefined ? [] : ([[flow, socket]] as const),
);
const kept = open.filter(([flow]) => flow.endsWith(`/${service}`));
for (const one of open) if (!kept.includes(one)) one[1].destroy();
process.stdout.write(`${open.length}\n`);
while (watching.on) {
  await Promise.all([...open.map(([flow]) => dialAnew(flow)), ...kept.map(askAgain)]);
  await Promise.race([pause(intervalMs), ended]);
}
process.stdout.write(`${JSON.stringify(seen)}\n`);
process.exit(0);
