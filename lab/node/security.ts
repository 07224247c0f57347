import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** How a node is guarded: what it shows to who comes by TLS, and who may log in. */
export const NodeSecurity = z.strictObject({
  tls: z.strictObject({ cert: z.string(), key: z.string() }).optional(),
  login: z.strictObject({ user: z.string(), credential: z.string() }).optional(),
});
export type NodeSecurity = z.infer<typeof NodeSecurity>;

/** Reads it from a file, for a command line shows its words to everybody. */
export const readSecurity = (file: string | undefined): NodeSecurity =>
  file === undefined ? {} : NodeSecurity.parse(JSON.parse(readFileSync(file, 'utf8')));

const headerLength = 8;
const adminType = 2;
const loginCommand = 20;
/** Results of the server: fine, the user is not known, the credential is another one. */
const [ok, invalidUser, invalidCredential] = [0, 60, 65];
/** Longest message of a login that is read, in bytes. */
const longestLogin = 4096;

/** A login at the front of a buffer: the answer to it, whether it let anybody in, and what follows it. */
export interface TakenLogin {
  readonly reply: Buffer;
  readonly isIn: boolean;
  readonly rest: Buffer;
}

/**
 * Takes a login off the front of a buffer; `undefined` where there is none, or not yet a whole one. Layout:
 * aerospike/aerospike-admin, lib/live_cluster/client/info.py.
 */
export function takeLogin(buffer: Buffer, login: NodeSecurity['login']): TakenLogin | undefined {
  if (buffer.length < headerLength || buffer[1] !== adminType) return undefined;
  const length = buffer.readUIntBE(2, 6);
  if (length > longestLogin || buffer.length < headerLength + length) return undefined;
  const body = buffer.subarray(headerLength, headerLength + length);
  const result = resultOf(body, login);
  return {
    reply: replyWith(result),
    isIn: result === ok,
    rest: buffer.subarray(headerLength + length),
  };
}

function resultOf(body: Buffer, login: NodeSecurity['login']): number {
  const fields = fieldsIn(body);
  if (body[2] !== loginCommand || login === undefined || fields.get(0) !== login.user) {
    return invalidUser;
  }
  return fields.get(3) === login.credential ? ok : invalidCredential;
}

/** Fields by id: each a length in 4 bytes that counts the id, the id, and the data. */
function fieldsIn(body: Buffer): Map<number, string> {
  const fields = new Map<number, string>();
  for (let at = 16; at + 5 <= body.length;) {
    const length = body.readUInt32BE(at);
    fields.set(body.readUInt8(at + 4), body.toString('utf8', at + 5, at + 4 + length));
    at += 4 + length;
  }
  return fields;
}

/** With a session token where it let somebody in, as the server sends one. */
function replyWith(result: number): Buffer {
  const token =
    result === ok ? Buffer.from([0, 0, 0, 9, 5, 1, 2, 3, 4, 5, 6, 7, 8]) : Buffer.alloc(0);
  const reply = Buffer.alloc(headerLength + 16);
  reply.writeUInt8(2, 0);
  reply.writeUInt8(adminType, 1);
  reply.writeUIntBE(16 + token.length, 2, 6);
  reply.writeUInt8(result, headerLength + 1);
  reply.writeUInt8(token.length > 0 ? 1 : 0, headerLength + 3);
  return Buffer.concat([reply, token]);
}

function field(id: number, text: string): Buffer {
  const data = Buffer.from(text);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(data.length + 1, 0);
  head.writeUInt8(id, 4);
  return Buffer.concat([head, data]);
}

/** A login as clients send one. */
export function loginMessage({ user, credential }: NonNullable<NodeSecurity['login']>): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt8(loginCommand, 2);
  head.writeUInt8(2, 3);
  const body = Buffer.concat([head, field(0, user), field(3, credential)]);
  const frame = Buffer.alloc(headerLength);
  frame.writeUInt8(2, 0);
  frame.writeUInt8(adminType, 1);
  frame.writeUIntBE(body.length, 2, 6);
  return Buffer.concat([frame, body]);
}

/** What follows the answer to a login; nothing as long as that is not whole. */
export function afterLogin(buffer: Buffer): Buffer {
  if (buffer.length < headerLength) return Buffer.alloc(0);
  if (buffer[1] !== adminType) return buffer;
  return buffer.subarray(headerLength + buffer.readUIntBE(2, 6));
}

/** What a server from 7.2 on says to each question of who has not logged in. */
export const notAuthenticated = (body: string): string =>
  body
    .split('\n')
    .slice(0, -1)
    .map((line) => `${line}\tERROR:80:not authenticated\n`)
    .join('');
