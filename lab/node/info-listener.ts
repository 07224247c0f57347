import type { Socket } from 'node:net';
import type { ConnectionTally } from './connection-tally.ts';
import { frame, unframe } from './info-frame.ts';

/**
 * Serves the info protocol on one connection: every request in turn, until the other end closes.
 *
 * Bytes that are no info message close it, as does an error; nothing else is told to the caller.
 */
export function serveInfo(
  socket: Socket,
  tally: ConnectionTally,
  reply: (body: string) => string,
): void {
  let unread: Buffer = Buffer.alloc(0);
  tally.opened += 1;
  socket.once('close', () => (tally.closed += 1));
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    const read = unframe(Buffer.concat([unread, chunk]));
    if (read === undefined) return void socket.destroy();
    unread = read.rest;
    for (const body of read.bodies) socket.write(frame(reply(body)));
  });
}
