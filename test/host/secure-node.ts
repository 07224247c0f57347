import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './certificates.ts';
import { namespace, statistics } from './info-server.ts';

/** How a node answers a login. */
export type LoginReply =
  | 'as-it-is'
  | 'not-enabled'
  | 'expired'
  | 'silent'
  | 'truncated'
  | 'slow'
  | 'endless'
  | 'closed'
  | 'no-protocol';

/** What a node wants of those who ask it. */
export interface SecureOptions {
  readonly host?: string;
  readonly port?: number;
  /** With one it speaks TLS and nothing else. */
  readonly certificate?: Certificate;
  /** Who may log in, and the hash of the password; without one it answers everybody. */
  readonly user?: string;
  readonly credential?: string;
  readonly reply?: LoginReply;
}

/** A node that runs. */
export interface SecureNode {
  readonly port: number;
  /** Users that tried to log in, with what they had for it. */
  readonly logins: { user: string; credential: string }[];
  /** Connections that are open now. */
  connections(): number;
  end(): void;
}

/** Starts a node of one-node answers that wants TLS, a login, or both; on a port of the system's choice. */
export function startSecure(options: SecureOptions): Promise<SecureNode> {
  const logins: SecureNode['logins'] = [];
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    let isIn = options.credential === undefined;
    socket.on('error', () => socket.destroy());
    readMessages(socket, (type, body) => {
      if (type === 1) return void socket.write(info(body, isIn));
      const login = fieldsOf(body);
      logins.push(login);
      isIn ||= login.user === options.user && login.credential === options.credential;
      answerLogin(socket, isIn, options.reply ?? 'as-it-is');
    });
  };
  const server: Server =
    options.certificate === undefined
      ? createServer(serve)
      : createTlsServer({ ...options.certificate }, serve);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return new Promise((resolve) =>
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', () =>
      resolve({
        port: portOf(server.address()),
        logins,
        connections: () => sockets.size,
        end: () => {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      }),
    ),
  );
}

const portOf = (address: AddressInfo | string | null): number =>
  address === null || typeof address === 'string' ? 0 : address.port;

const answers: Readonly<Record<string, string>> = {
  statistics: statistics({ cluster_size: '1' }),
  node: 'A1',
  build: '8.1.2.0',
  namespaces: 'test',
  'namespace/test': namespace(),
  'get-config:context=network': 'service.port=3000;service.tls-port=4333;fabric.port=3001',
  endpoints: '',
  'cluster-stable:size=1;ignore-migrations=true': '33B6753569CE',
  'cluster-stable:size=1': '33B6753569CE',
};

/** As servers from 7.2 on say it to those who have not logged in. */
const unknown = 'ERROR:80:not authenticated';

function info(body: Buffer, isIn: boolean): Buffer {
  const lines = body.toString().split('\n').slice(0, -1);
  const told = lines.map((line) => `${line}\t${isIn ? (answers[line] ?? '') : unknown}\n`);
  return message(1, Buffer.from(told.join('')));
}

function message(type: number, body: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(2, 0);
  header.writeUInt8(type, 1);
  header.writeUIntBE(body.length, 2, 6);
  return Buffer.concat([header, body]);
}

/** Of a login: 16 bytes of header, then fields of a length in 4 bytes, an id and the data. */
function fieldsOf(body: Buffer): { user: string; credential: string } {
  const found = new Map<number, string>();
  if (body[2] !== 20 || body[3] !== 2) return { user: '', credential: '' };
  for (let at = 16; at < body.length;) {
    const length = body.readUInt32BE(at);
    found.set(body[at + 4]!, body.toString('latin1', at + 5, at + 4 + length));
    at += 4 + length;
  }
  return { user: found.get(0) ?? '', credential: found.get(3) ?? '' };
}

const results: Readonly<Partial<Record<LoginReply, number>>> = { 'not-enabled': 52, expired: 63 };

function answerLogin(socket: Socket, isIn: boolean, reply: LoginReply): void {
  const token = Buffer.from([0, 0, 0, 41, 5, ...Array.from({ length: 40 }, (_, byte) => byte * 6)]);
  const header = Buffer.alloc(16);
  header.writeUInt8(results[reply] ?? (isIn ? 0 : 65), 1);
  const whole = message(2, Buffer.concat([header, isIn ? token : Buffer.alloc(0)]));
  switch (reply) {
    case 'silent':
      return;
    case 'closed':
      return void socket.end();
    case 'truncated':
      return void socket.end(whole.subarray(0, 20));
    case 'no-protocol':
      return void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    case 'endless':
      return void socket.write(message(2, Buffer.alloc(1_000_000)));
    case 'slow':
      return dribble(socket, whole);
    default:
      socket.write(whole);
  }
}

function dribble(socket: Socket, bytes: Buffer): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at >= bytes.length || socket.destroyed) return clearInterval(timer);
    socket.write(bytes.subarray(at, (at += 1)));
  }, 200);
}

function readMessages(socket: Socket, hear: (type: number, body: Buffer) => void): void {
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 8 && pending.length >= 8 + pending.readUIntBE(2, 6)) {
      const end = 8 + pending.readUIntBE(2, 6);
      hear(pending[1]!, pending.subarray(8, end));
      pending = pending.subarray(end);
    }
  });
}
