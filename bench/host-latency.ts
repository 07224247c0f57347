import { fileURLToPath } from 'node:url';
import { makeHost, peers } from '../test/host/namespaces.ts';
import type { Host } from '../test/host/namespaces.ts';
import { cutFrom } from './host-cost.ts';

const program = fileURLToPath(new URL('dial-times.py', import.meta.url));
const connections = 2_000;

/** Median microseconds to connect to a peer that is not cut. */
export interface Latency {
  /** To a port that is not cut: the packet meets the jump only. */
  readonly otherPort: number;
  /** To a port that is cut for others: the packet passes every rule. */
  readonly cutPort: number;
}

/** How long connecting takes without rules, and with the rules of so many other peers. */
export async function latencies(count: number): Promise<{ without: Latency; with: Latency }> {
  const host = await makeHost();
  try {
    await Promise.all([4000, 3001].map((port) => listen(host, port)));
    await dial(host, 4000); // The first thousands warm the processor up.
    const without = await both(host);
    await cutFrom(host, 'latency', count);
    return { without, with: await both(host) };
  } finally {
    host.end();
  }
}

async function both(host: Host): Promise<Latency> {
  return { otherPort: await dial(host, 4000), cutPort: await dial(host, 3001) };
}

async function dial(host: Host, port: number): Promise<number> {
  const words = ['python3', program, peers.p1.ip4, String(port), String(connections)];
  return Number((await host.run(words)).stdout);
}

function listen(host: Host, port: number): Promise<unknown> {
  const child = host.start(['python3', program, 'listen', String(port)], { peer: 'p1' });
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', resolve);
    child.once('exit', () => reject(new Error(`Cannot bench as ${port} must be listened on`)));
  });
}
