import type { Socket } from 'node:net';
import type { ConnectionTally } from './connection-tally.ts';
import { frame, unframe } from './info-frame.ts';
import { notAuthenticated, takeLogin } from './security.ts';
import type { NodeSecurity } from './security.ts';

/**
 * Serves the info protocol on one connection: every request in turn, until the other end closes.
 *
 * Where there is a login, nothing is answered before it. Bytes that are no info message close it, as does an
 * error; nothing else is told to the caller.
 */
export function serveInfo(
  socket: Socket,
  tally: ConnectionTally,
  {
    reply,
    lateMs,
    login,
  }: {
    reply: (body: string) => string;
    lateMs: () => number;
    login?: NodeSecurity['login'];
  },
): void {
  let unread: Buffer = Buffer.alloc(0);
  let isIn = login === undefined;
  tally.opened += 1;
  socket.once('close', () => (tally.closed += 1));
  socket.on('error', () => socket.destroy());
  const answer = (body: string): void => {
    if (lateMs() === 0) socket.write(frame(body));
    else setTimeout(() => socket.write(frame(body)), lateMs());
  };
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    const taken = login === undefined ? undefined : takeLogin(unread, login);
    if (taken !== undefined) {
      socket.write(taken.reply);
      isIn ||= taken.isIn;
      unread = taken.rest;
    }
    if (login !== undefined && unread[1] === 2) return; // The rest of a login is still to come.
    const read = unframe(unread);
    if (read === undefined) return void socket.destroy();
    unread = read.rest;
    for (const body of read.bodies) answer(isIn ? reply(body) : notAuthenticated(body));
  });
}
