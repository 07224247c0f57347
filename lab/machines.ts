import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PortNumbers } from '../core/aerospike.ts';
import { asdConfig, asdDirectories } from './node/asd-config.ts';
import type { NodeConfig } from './node/config.ts';
import type { Network } from './vpc/network.ts';
import type { Host } from './vpc/world.ts';

/**
 * What runs on the lab's machines: an Aerospike node on each node, an agent on every machine.
 *
 * Started by the rehearsal inside each machine's own namespaces; ended with them.
 */
const standIn = fileURLToPath(new URL('node/main.ts', import.meta.url));
const agent = fileURLToPath(new URL('agent/main.ts', import.meta.url));

/** Starts every node: the real server where a binary is given, else the stand-in. */
export async function startNodes(
  hosts: readonly Host[],
  network: Network,
  options: { clusterName: string; ports: PortNumbers; asd: string | undefined },
): Promise<void> {
  const nodes = hosts.filter(({ role }) => role === 'node');
  const seeds = nodes.map(({ address }) => address);
  await Promise.all(
    nodes.map(async ({ name, address }, index) => {
      const config: NodeConfig = {
        id: `A${index + 1}`,
        address,
        ports: { ...options.ports },
        seeds,
        intervalMs: 150,
        timeoutIntervals: 10,
        clusterName: options.clusterName,
        namespaces: [{ name: 'test', replicationFactor: Math.min(2, nodes.length) }],
        build: '8.1.2.0',
      };
      if (options.asd === undefined) await startStandIn(name, config, network);
      else await startServer(name, config, { network, asd: options.asd });
    }),
  );
}

async function startStandIn(name: string, config: NodeConfig, network: Network): Promise<void> {
  const child = network.enter(name, [process.execPath, standIn, JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await saysReady(child, `node ${name}`);
}

async function startServer(
  name: string,
  config: NodeConfig,
  { network, asd }: { network: Network; asd: string },
): Promise<void> {
  const folder = '/var/lib/aerospike';
  const text = asdConfig(config, folder);
  const folders = [folder, ...asdDirectories(folder)].join(' ');
  const script = `mkdir -p ${folders}\ncat >${folder}/aerospike.conf <<'END'\n${text}\nEND\n`;
  const written = await network.run(name, ['sh', '-ec', script]);
  if (written.code !== 0)
    throw new Error(`Cannot start ${name} as its config must be written: found ${written.stderr}`);
  network.enter(name, [asd, '--foreground', '--config-file', `${folder}/aerospike.conf`], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
}

/** Starts the agent of every machine; each polls the SSM endpoint over its own network. */
export function startAgents(hosts: readonly Host[], network: Network, endpoint: string): void {
  for (const { name, instanceId } of hosts) {
    network.enter(
      name,
      [process.execPath, agent, '--endpoint', endpoint, '--instance', instanceId],
      {
        stdio: 'ignore', // It complains of the endpoint's end; that it polls is awaited.
      },
    );
  }
}

async function saysReady(child: ChildProcess, what: string): Promise<void> {
  if (child.stdout === null)
    throw new Error(`Cannot start ${what} as its output must be readable: found none`);
  const line = once(createInterface(child.stdout), 'line');
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(
      `Cannot start ${what} as it must become ready: found exit code ${String(code)}`,
    );
  });
  await Promise.race([line, exit]);
}
