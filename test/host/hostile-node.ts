import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import * as fc from 'fast-check';

/** What a hostile node does with one reply that would be right, as data; the bytes follow from it. */
export type Malice =
  | { readonly kind: 'none' }
  | { readonly kind: 'cut'; readonly at: number; readonly after: 'close' | 'hang' }
  | { readonly kind: 'length'; readonly claimed: number; readonly after: 'close' | 'hang' }
  | { readonly kind: 'header'; readonly index: number; readonly byte: number }
  | { readonly kind: 'slow'; readonly everyMs: number }
  | { readonly kind: 'endless'; readonly honestLength: boolean }
  | { readonly kind: 'binary'; readonly body: Uint8Array }
  | { readonly kind: 'one-line' }
  | { readonly kind: 'swap'; readonly from: string; readonly to: string }
  | { readonly kind: 'mutate'; readonly edits: readonly Edit[]; readonly honestLength: boolean }
  | { readonly kind: 'close' };

interface Edit {
  /** Where, as a share of the body. */
  readonly at: number;
  readonly drop: number;
  readonly put: Uint8Array;
}

const aTail = fc.constantFrom('close', 'hang');
const someBytes = fc.uint8Array({ minLength: 1, maxLength: 6 });
const aByte = fc.nat(255);

/** Some of each way to be hostile. */
export const aMalice: fc.Arbitrary<Malice> = fc.oneof(
  fc.constant({ kind: 'none' } as const),
  fc.constant({ kind: 'close' } as const),
  fc.constant({ kind: 'one-line' } as const),
  fc.record({ kind: fc.constant('cut'), at: fc.nat(700), after: aTail }),
  fc.record({
    kind: fc.constant('length'),
    claimed: fc.constantFrom(0, 1, 100, 1_048_576, 1_048_577, 2 ** 31, 2 ** 32 + 5, 2 ** 48 - 1),
    after: aTail,
  }),
  fc.record({ kind: fc.constant('header'), index: fc.nat(7), byte: aByte }),
  fc.record({ kind: fc.constant('slow'), everyMs: fc.constantFrom(1, 20) }),
  fc.record({ kind: fc.constant('endless'), honestLength: fc.boolean() }),
  fc.record({
    kind: fc.constant('binary'),
    body: fc.uint8Array({ minLength: 1, maxLength: 3_000 }),
  }),
  fc.record({
    kind: fc.constant('swap'),
    from: fc.constantFrom('cluster_size=', 'A1', 'test', '33B6753569CE', 'near', '=', ';', '\t'),
    to: fc.constantFrom(
      '',
      '"',
      '","x":"',
      '\\',
      '\0',
      '\x1b[2J',
      '$(id)',
      '*',
      '-1',
      '9'.repeat(20),
    ),
  }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('mutate'),
      honestLength: fc.boolean(),
      edits: fc.array(
        fc.record({
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          drop: fc.nat(9),
          put: someBytes,
        }),
        { minLength: 1, maxLength: 5 },
      ),
    }),
  },
);

/** One of each kind that a word names. */
export const malicesByName = {
  close: { kind: 'close' },
  hang: { kind: 'cut', at: 5, after: 'hang' },
  huge: { kind: 'length', claimed: 2 ** 48 - 1, after: 'hang' },
  header: { kind: 'header', index: 0, byte: 7 },
  slow: { kind: 'slow', everyMs: 20 },
  endless: { kind: 'endless', honestLength: false },
  quotes: { kind: 'swap', from: 'A1', to: '","size":3,"x":"' },
} as const satisfies Readonly<Record<string, Malice>>;

/** Sends these in turn; `after` what the node does after the last. */
interface Doing {
  readonly pieces: readonly Buffer[];
  readonly everyMs: number;
  readonly after: 'close' | 'hang' | 'go-on' | 'pour';
}

function doing(malice: Malice, body: Buffer): Doing {
  const whole = frame(body);
  const at = (pieces: readonly Buffer[], after: Doing['after']): Doing => ({
    pieces,
    everyMs: 0,
    after,
  });
  switch (malice.kind) {
    case 'none':
      return at([whole], 'go-on');
    case 'close':
      return at([], 'close');
    case 'cut':
      return at([whole.subarray(0, malice.at)], malice.after);
    case 'length':
      return at([frame(body, malice.claimed)], malice.after);
    case 'header':
      whole[malice.index] = malice.byte;
      return at([whole], 'hang');
    case 'slow':
      return {
        pieces: [...whole].map((byte) => Buffer.of(byte)),
        everyMs: malice.everyMs,
        after: 'go-on',
      };
    case 'endless':
      return at([malice.honestLength ? whole : frame(body, 1_048_576)], 'pour');
    case 'binary':
      return at([frame(Buffer.from(malice.body))], 'go-on');
    case 'one-line':
      return at(
        [frame(Buffer.from(body.toString('latin1').replaceAll('\n', ''), 'latin1'))],
        'go-on',
      );
    case 'swap':
      return at(
        [frame(Buffer.from(body.toString('latin1').replaceAll(malice.from, malice.to), 'latin1'))],
        'go-on',
      );
    case 'mutate': {
      const mutated = malice.edits.reduce(edited, body);
      return at([frame(mutated, malice.honestLength ? mutated.length : body.length)], 'go-on');
    }
  }
}

function edited(body: Buffer, { at, drop, put }: Edit): Buffer {
  const index = Math.floor(at * body.length);
  return Buffer.concat([body.subarray(0, index), put, body.subarray(index + drop)]);
}

function frame(body: Buffer, claimed = body.length): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(2, 0);
  header.writeUInt8(1, 1);
  header.writeUIntBE(claimed, 2, 6);
  return Buffer.concat([header, body]);
}

/** A node on loopback, and all it sent on each connection. */
export interface HostileNode {
  readonly port: number;
  readonly sent: readonly Buffer[][];
  end(): void;
}

/** Does each malice in turn, one a reply, the last again and again. */
export async function startHostile(
  malices: readonly Malice[],
  answerTo: (question: string) => string,
  { host, port }: { host: string; port: number } = { host: '127.0.0.1', port: 0 },
): Promise<HostileNode> {
  const sent: Buffer[][] = [];
  const sockets = new Set<Socket>();
  let replies = 0;
  const server = createServer((socket) => {
    const pieces: Buffer[] = [];
    sent.push(pieces);
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (asked) => {
      const lines = asked.subarray(8).toString('latin1').split('\n').slice(0, -1);
      const body = lines.map((line) => `${line}\t${answerTo(line)}\n`).join('');
      const malice = malices[Math.min(replies, malices.length - 1)] ?? { kind: 'none' };
      replies += 1;
      void perform(socket, doing(malice, Buffer.from(body, 'latin1')), pieces);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return {
    port: portOf(server.address()),
    sent,
    end() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function perform(
  socket: Socket,
  { pieces, everyMs, after }: Doing,
  sent: Buffer[],
): Promise<void> {
  socket.setNoDelay(true);
  for (const piece of pieces) {
    if (socket.destroyed) return;
    socket.write(piece);
    sent.push(piece);
    if (everyMs > 0) await pause(everyMs);
  }
  if (after === 'close') socket.end();
  if (after === 'pour') await pour(socket, sent);
}

async function pour(socket: Socket, sent: Buffer[]): Promise<void> {
  while (!socket.destroyed) {
    const noise = Buffer.alloc(8_192, 'x=y;');
    sent.push(noise);
    socket.write(noise);
    await pause(5);
  }
}
