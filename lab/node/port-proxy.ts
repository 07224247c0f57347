/**
 * Passes connections to ports of this machine on to the same ports of an address: `node port-proxy.ts
 * ADDRESS PORT…`. Calls itself docker-proxy, as what does this on a machine with containers is called.
 * Lives until it is killed.
 */
import { connect, createServer } from 'node:net';

process.title = 'docker-proxy';
const [host = '', ...ports] = process.argv.slice(2);
for (const port of ports.map(Number)) {
  const server = createServer((near) => {
    const far = connect({ host, port });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  server.listen({ host: '0.0.0.0', port });
}
