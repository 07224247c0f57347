/**
 * Waits until every node says it is in one settled cluster: `node await-cluster.ts SIZE PORT ADDRESS…`,
 * run inside one of the machines; SECURITY_FILE says how to log in where that is needed. Ends with status 0 when they do, 1 when a minute has gone by.
 */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { frame, unframe } from './node/info-frame.ts';
import { afterLogin, loginMessage, readSecurity } from './node/security.ts';

const patienceMs = 60_000;
const answerMs = 1_000;

const [size = '', port = '', ...addresses] = process.argv.slice(2);
const question = `cluster-stable:size=${size}`;
const { login } = readSecurity(process.env['SECURITY_FILE']);

/** One question on a connection of its own; empty when there is no answer. */
function ask(address: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: Number(port), timeout: answerMs });
    let received = Buffer.alloc(0);
    const end = (answer: string): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => {
      if (login !== undefined) socket.write(loginMessage(login));
      socket.write(frame(`${question}\n`));
    });
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const [answer] = unframe(afterLogin(received))?.bodies ?? [];
      if (answer !== undefined) end(answer);
    });
    socket.on('timeout', () => end(''));
    socket.on('error', () => end(''));
    socket.on('close', () => end(''));
  });
}

async function settledKey(): Promise<string | undefined> {
  const answers = await Promise.all(addresses.map(ask));
  const keys = new Set(answers.map((answer) => /\t([0-9A-F]+)\n$/.exec(answer)?.[1]));
  const [key] = keys;
  return keys.size === 1 ? key : undefined;
}

const giveUpAt = Date.now() + patienceMs;
while ((await settledKey()) === undefined) {
  if (Date.now() > giveUpAt) process.exit(1);
  await pause(100);
}
