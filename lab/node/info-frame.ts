const headerLength = 8;
const protocolVersion = 2;
const infoType = 1;

/** Longest request body that is read, in bytes; the real server allows 128 MiB. */
const longestRequest = 1024 * 1024;

/** Frames an info body: version 2, type 1, and the length in 48 bits, big-endian. */
export function frame(body: string): Buffer {
  const content = Buffer.from(body);
  const header = Buffer.alloc(headerLength);
  header.writeUInt8(protocolVersion, 0);
  header.writeUInt8(infoType, 1);
  header.writeUIntBE(content.length, 2, 6);
  return Buffer.concat([header, content]);
}

/** What was read so far: whole bodies, and the bytes that wait for more. */
export interface Unframed {
  readonly bodies: readonly string[];
  readonly rest: Buffer;
}

/** Takes whole info messages off the front of a buffer; `undefined` when the bytes are no info messages. */
export function unframe(buffer: Buffer): Unframed | undefined {
  const bodies: string[] = [];
  let at = 0;
  while (buffer.length - at >= headerLength) {
    const length = buffer.readUIntBE(at + 2, 6);
    const isInfo = buffer[at] === protocolVersion && buffer[at + 1] === infoType;
    if (!isInfo || length > longestRequest) return undefined;
    const end = at + headerLength + length;
    if (buffer.length < end) break;
    bodies.push(buffer.toString('utf8', at + headerLength, end));
    at = end;
  }
  return { bodies, rest: buffer.subarray(at) };
}
