import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ConnectionTally } from '../../../lab/node/connection-tally.ts';
import { frame } from '../../../lab/node/info-frame.ts';
import { serveInfo } from '../../../lab/node/info-listener.ts';
import { afterLogin, loginMessage, takeLogin } from '../../../lab/node/security.ts';

const Address = z.object({ port: z.int() });
const login = { user: 'probe', credential: '$2a$10$hash' };
const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** What a guarded node says to these bytes, sent in two pieces. */
async function heardOf(bytes: Buffer): Promise<Buffer> {
  const server = createServer((socket) =>
    serveInfo(socket, new ConnectionTally(), {
      reply: (body) => body.replaceAll('\n', '\tyes\n'),
      lateMs: () => 0,
      login,
    }),
  );
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = Address.parse(server.address());
  const socket = connect(port, '127.0.0.1');
  let heard = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => (heard = Buffer.concat([heard, chunk])));
  socket.write(bytes.subarray(0, 11));
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.write(bytes.subarray(11));
  await new Promise((resolve) => setTimeout(resolve, 60));
  socket.destroy();
  return heard;
}

const question = frame('node\n');

describe('a stand-in node that wants a login', () => {
  test('tells nothing before it, and everything after', async () => {
    expect((await heardOf(question)).toString()).toContain('ERROR:80:not authenticated');
    const heard = await heardOf(Buffer.concat([loginMessage(login), question]));
    expect(heard[9]).toBe(0);
    expect(afterLogin(heard).toString()).toContain('node\tyes');
  });

  test.each([
    [{ ...login, credential: '$2a$10$other' }, 65],
    [{ ...login, user: 'nobody' }, 60],
  ])('lets nobody else in: %j', async (other, result) => {
    const heard = await heardOf(Buffer.concat([loginMessage(other), question]));
    expect(heard[9]).toBe(result);
    expect(heard.toString()).toContain('ERROR:80');
  });

  test('takes no login that is too long, or not whole', () => {
    const whole = loginMessage(login);
    expect(takeLogin(whole, login)?.isIn).toBe(true);
    expect(takeLogin(whole.subarray(0, -1), login)).toBeUndefined();
    expect(takeLogin(loginMessage({ ...login, user: 'x'.repeat(5_000) }), login)).toBeUndefined();
  });
});
