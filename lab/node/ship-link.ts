import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Destination } from './config.ts';
import { frame, unframe } from './info-frame.ts';

const askEveryMs = 200;
const patienceMs = 1_000;

/**
 * One connection of XDR to one node of a destination: asks it something five times a second, as if it were
 * records. One that is not answered for a second is closed and dialled again. Lives from the first `tend`
 * that ships to `close`, or to a `tend` that does not ship.
 */
export class ShipLink {
  readonly #node: Destination['nodes'][number];
  readonly #now: () => number;
  #socket: Socket | undefined;
  #unread: Buffer = Buffer.alloc(0);
  #askedAt = -Infinity;
  #unanswered: number | undefined;
  /** When the node last answered, or the link was made; ms of the node's clock. */
  answeredAt: number;
  /** Answers so far. */
  answers = 0;
  /** Times the link was given up. */
  retries = 0;

  constructor(node: Destination['nodes'][number], now: () => number) {
    this.#node = node;
    this.#now = now;
    this.answeredAt = now();
  }

  /** Where the node is, as `address:port`. */
  get endpoint(): string {
    const { address, port } = this.#node;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }

  /** Asks when it is time to; ends the connection where nothing is to be shipped. */
  tend(ships: boolean): void {
    const now = this.#now();
    if (!ships) return this.close();
    if (this.#unanswered !== undefined && this.#unanswered + patienceMs < now) this.#giveUp();
    if (this.#askedAt + askEveryMs > now) return;
    this.#askedAt = now;
    this.#socket ??= this.#dial();
    this.#unanswered ??= now;
    this.#socket.write(frame('node\n'));
  }

  /** Ends the connection. */
  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#unanswered = undefined;
  }

  #dial(): Socket {
    const { address: host, port } = this.#node;
    const socket = connect({ host, port });
    this.#unread = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      if (this.#socket === socket) this.#giveUp();
    });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    return socket;
  }

  #giveUp(): void {
    this.retries += 1;
    this.close();
  }

  #read(chunk: Buffer): void {
    const read = unframe(Buffer.concat([this.#unread, chunk]));
    if (read === undefined) return this.#giveUp();
    this.#unread = Buffer.from(read.rest);
    if (read.bodies.length === 0) return;
    this.answers += read.bodies.length;
    this.answeredAt = this.#now();
    this.#unanswered = undefined;
  }
}
