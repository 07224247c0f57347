import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PortNumbers } from '../core/aerospike.ts';
import { asdConfig, asdDirectories } from './node/asd-config.ts';
import type { NodeConfig } from './node/config.ts';
import type { Network } from './vpc/network.ts';
import type { Host } from './vpc/hosts.ts';

/**
 * What runs on the lab's machines: an Aerospike node on each but the clients, an agent on every machine.
 *
 * Started by the rehearsal inside each machine's own namespaces; ended with them.
 */
const standIn = fileURLToPath(new URL('node/main.ts', import.meta.url));
const agent = fileURLToPath(new URL('agent/main.ts', import.meta.url));

/** What runs on the nodes. */
export interface NodeOptions {
  readonly clusterName: string;
  readonly ports: PortNumbers;
  /** The real server's binary; undefined: the stand-in. */
  readonly asd: string | undefined;
}

/** Starts every node of the cluster: the real server where a binary is given, else the stand-in. */
export async function startNodes(
  hosts: readonly Host[],
  network: Network,
  options: NodeOptions,
): Promise<void> {
  const nodes = hosts.filter(({ role }) => role === 'node');
  // Over IPv6 where there is any, so that a cut of the other family alone would show.
  const seeds = nodes.map(({ address, address6 }) => address6 ?? address);
  await Promise.all(
    nodes.map(async (host, index) => {
      const config = nodeConfig(host, { ...options, id: `A${index + 1}`, seeds });
      if (options.asd === undefined) await startStandIn(host.name, config, network);
      else await startServer(host.name, config, { network, asd: options.asd });
    }),
  );
}

/**
 * Starts a stand-in node in a cluster of its own on everything that is no client and no node of the
 * cluster: something to ship to, or to talk with.
 */
export async function startOthers(
  hosts: readonly Host[],
  network: Network,
  ports: PortNumbers,
): Promise<void> {
  const others = hosts.filter(({ role }) => role === 'xdr-destination' || role === 'bystander');
  await Promise.all(
    others.map(async (host, index) => {
      const { name, address, address6 } = host;
      const own = { clusterName: name, ports, id: `D${index + 1}`, seeds: [address6 ?? address] };
      await startStandIn(name, nodeConfig(host, own), network);
    }),
  );
}

function nodeConfig(
  { address, address6 }: Host,
  { id, seeds, clusterName, ports }: Pick<NodeConfig, 'id' | 'seeds' | 'clusterName' | 'ports'>,
): NodeConfig {
  return {
    id,
    address,
    ...(address6 === undefined ? {} : { address6 }),
    ports: { ...ports },
    seeds,
    intervalMs: 150,
    timeoutIntervals: 10,
    clusterName,
    namespaces: [{ name: 'test', replicationFactor: Math.min(2, seeds.length) }],
    build: '8.1.2.0',
  };
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
