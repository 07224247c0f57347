import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { frame, unframe } from '../../../lab/node/info-frame.ts';

/** One info connection to a node, for asking again and again; `close` ends it. */
export class InfoClient {
  readonly #socket: Socket;
  readonly #waiting: ((body: string) => void)[] = [];
  #unread = Buffer.alloc(0);

  constructor(host: string, port: number) {
    this.#socket = connect({ host, port });
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('data', (chunk: Buffer) => {
      const read = unframe(Buffer.concat([this.#unread, chunk]));
      if (read === undefined) throw new Error('Cannot read a reply as it must be framed');
      this.#unread = Buffer.from(read.rest);
      for (const body of read.bodies) this.#waiting.shift()?.(body);
    });
  }

  /** Asks for some names and resolves to their values; never resolves when the node does not answer. */
  async ask(...names: readonly string[]): Promise<Map<string, string>> {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#waiting.push(resolve);
    this.#socket.write(frame(names.map((name) => `${name}\n`).join('')));
    const lines = (await promise).split('\n').slice(0, -1);
    return new Map(
      lines.map((line) => [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)]),
    );
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** The fields of a reply of the form `k=v;k=v`. */
export function fieldsOf(value: string | undefined): Map<string, string> {
  return new Map(
    (value ?? '')
      .split(';')
      .filter((pair) => pair.includes('='))
      .map(
        (pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const,
      ),
  );
}
