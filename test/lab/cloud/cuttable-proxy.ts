import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import * as z from 'zod';

/** A TCP proxy that can be cut: then nothing passes in either direction and nobody is told. */
export interface CuttableProxy {
  readonly url: string;
  cut: boolean;
  close(): Promise<void>;
}

/** Start a proxy in front of a server of this machine. */
export async function startProxy(target: string): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(new URL(target).port), '127.0.0.1');
    const pairs: [Socket, Socket][] = [
      [near, far],
      [far, near],
    ];
    for (const [from, to] of pairs) {
      sockets.add(from);
      from.on('data', (chunk) => proxy.cut || to.write(chunk));
      from.on('error', () => {});
      from.on('close', () => proxy.cut || to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.int() }).parse(server.address());
  const proxy: CuttableProxy = {
    url: `http://127.0.0.1:${port}`,
    cut: false,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
