import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import * as z from 'zod';

/** Where a server listens: port 0 is any free one. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
}

/** A running HTTP server. */
export interface Listener {
  readonly url: string;
  /** Ends it and drops open connections. */
  close(): Promise<void>;
}

const TcpAddress = z.object({ address: z.string(), family: z.string(), port: z.int() });

/** Starts an HTTP server, ended by `close()`; rejects when it cannot listen. */
export async function startListener(
  { host, port }: ListenOptions,
  serve: RequestListener,
): Promise<Listener> {
  const server = createServer(serve);
  server.listen(port, host);
  await once(server, 'listening');
  const { address, family, port: bound } = TcpAddress.parse(server.address());
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What the next calls of each action are to do wrong; several of one action queue up. */
export class MisbehaviourPlan<Kind> {
  readonly #planned = new Map<string, Kind[]>();

  /** Plans `how` for the next `times` calls of `action`. */
  plan(action: string, how: Kind, times = 1): void {
    const more = Array.from({ length: times }, () => how);
    this.#planned.set(action, [...(this.#planned.get(action) ?? []), ...more]);
  }

  /** What this call of `action` is to do wrong, if anything. */
  next(action: string): Kind | undefined {
    return this.#planned.get(action)?.shift();
  }

  /** Drops what was planned and has not come to pass. */
  clear(): void {
    this.#planned.clear();
  }
}
