import type { Socket } from 'node:net';
import type * as z from 'zod';

const longestLine = 64 * 1024;

/**
 * Hands every JSON line that arrives on a socket to `onLine`, parsed.
 *
 * A line that is no JSON, is not of the schema or is longer than 64 KiB closes the socket.
 */
export function readLines<T>(
  socket: Socket,
  schema: z.ZodType<T>,
  onLine: (line: T) => void,
): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) socket.destroy();
    for (const line of lines) {
      if (socket.destroyed) return;
      const parsed = parseLine(line, schema);
      if (parsed === undefined) socket.destroy();
      else onLine(parsed);
    }
  });
}

function parseLine<T>(line: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
