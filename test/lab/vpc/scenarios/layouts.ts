import { ruleset } from '../../../../lab/vpc/enforcement.ts';
import { layoutNames } from '../../../../lab/vpc/layouts.ts';
import { createNetwork } from '../../../../lab/vpc/network.ts';
import { buildWorld } from '../../../../lab/vpc/world.ts';
import { serveEcho } from './traffic.ts';

/** Every layout in turn on one network: which ports its machines reach on each other. */

const plan = { cluster: 'orders', nodes: 2, clients: 1, dualStack: true } as const;
const { hosts } = buildWorld({ ...plan, layout: 'bystander' });
const network = await createNetwork(hosts);
const ports = [3000, 3001];
const listeners = ['n1', 'c1', 'monitor'];
await Promise.all(listeners.flatMap((name) => ports.map((port) => serveEcho(network, name, port))));

/** Tries all of `addresses/ports` at once from inside a host, most of a second each. */
const tryAll = `
for target; do
  timeout 0.8 bash --norc -c "exec 3<>/dev/tcp/$target" 2>/dev/null && echo "$target" &
done
wait`;

const seen: Record<string, string[]> = {};
for (const layout of layoutNames) {
  // Where a layout has other addresses, its groups are tried on these.
  const { inventory } = buildWorld({ ...plan, layout });
  const first = inventory.interfaces.filter(({ deviceIndex = 0 }) => deviceIndex === 0);
  const interfaces = first.map((one) => {
    const host = hosts.find(({ instanceId }) => instanceId === one.instanceId);
    return { ...one, address: host!.address, address6: host!.address6! };
  });
  await network.enforce(ruleset({ ...inventory, interfaces }));
  const flows = await Promise.all([
    reached('n2', 'n1'),
    reached('c1', 'n1'),
    reached('n1', 'c1'),
    reached('monitor', 'n1'),
    reached('n1', 'monitor'),
  ]);
  seen[layout] = flows.flat();
}
await network.close();
process.stdout.write(`${JSON.stringify(seen)}\n`);

/** What came of it, as `n2 n1 3000` over IPv4 and `n2 n1 3000 v6` over IPv6. */
async function reached(from: string, to: string): Promise<string[]> {
  const { address, address6 } = hosts.find(({ name }) => name === to)!;
  const targets = [address, address6!].flatMap((one) => ports.map((port) => `${one}/${port}`));
  const { stdout } = await network.run(from, ['bash', '--norc', '-c', tryAll, 'bash', ...targets]);
  return targets
    .filter((target) => stdout.split('\n').includes(target))
    .map((target) => {
      const [host, port] = target.split('/');
      return `${from} ${to} ${port}${host === address ? '' : ' v6'}`;
    });
}
