import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { asdConfig, asdDirectories } from './node/asd-config.ts';
import { nodeConfigSchema } from './node/config.ts';
import type { NodeConfig, NodeSettings } from './node/config.ts';
import type { LabSecurity } from './secure.ts';
import { containerScript, inContainer, proxyPort } from './vpc/container.ts';
import type { Host } from './vpc/hosts.ts';
import type { NodePlan } from './vpc/machine-plan.ts';
import type { Network } from './vpc/network.ts';
import { defineUnit } from './vpc/systemctl-shim.ts';

/**
 * What runs on the lab's machines: an Aerospike node on each but the clients, an agent on every machine.
 *
 * A node is the service `aerospike` of its machine: the rehearsal starts it, `systemctl` there stops and
 * starts it again. All ends with the machines' namespaces.
 */
const standIn = fileURLToPath(new URL('node/main.ts', import.meta.url));
const agent = fileURLToPath(new URL('agent/main.ts', import.meta.url));

/** The name of the destination that a cluster ships to, where there is any. */
const destinationName = 'reporting';

/** What runs on the nodes. */
export interface NodeOptions {
  readonly clusterName: string;
  readonly ports: NodeConfig['ports'];
  /** The real server's binary; undefined: the stand-in. */
  readonly asd: string | undefined;
  /** Left out: the usual nodes. */
  readonly nodePlan?: NodePlan | undefined;
  /** Left out: they answer everybody. */
  readonly security?: LabSecurity | undefined;
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
  const shipsTo = hosts.filter(({ role }) => role === 'xdr-destination');
  await Promise.all(
    nodes.map(async (host, index) => {
      const told = { id: `A${index + 1}`, seeds, shipsTo };
      const config = nodeConfig(host, options, told);
      await secure(host.name, options.security, network);
      const words = await nodeCommand(host.name, config, { network, asd: options.asd });
      const place = { network, container: options.nodePlan?.container === true };
      await startUnit(host.name, words, { ...place, config });
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
  ports: NodeConfig['ports'],
): Promise<void> {
  const others = hosts.filter(({ role }) => role === 'xdr-destination' || role === 'bystander');
  await Promise.all(
    others.map(async (host, index) => {
      const { name, address, address6 } = host;
      const told = { id: `D${index + 1}`, seeds: [address6 ?? address], shipsTo: [] };
      const config = nodeConfig(host, { clusterName: name, ports }, told);
      await startUnit(name, standInCommand(config), { network, container: false, config });
    }),
  );
}

interface Told {
  readonly id: string;
  readonly seeds: string[];
  readonly shipsTo: readonly Host[];
}

function nodeConfig(
  host: Host,
  { clusterName, ports, nodePlan = {}, security }: Omit<NodeOptions, 'asd'>,
  { id, seeds, shipsTo }: Told,
): NodeConfig {
  const { address, address6, second } = host;
  const { tls, strong, racks, build, container } = nodePlan;
  const settings: NodeSettings = {
    id,
    address,
    ...(address6 === undefined ? {} : { address6 }),
    ...(container === true ? { bind: '0.0.0.0' } : {}),
    ...(second === undefined ? {} : { fabricAddresses: [address, second] }),
    ports: { ...(tls === true ? tlsTwins : {}), ...ports },
    seeds,
    clusterName,
    namespaces: [
      {
        name: 'test',
        replicationFactor: Math.min(2, seeds.length),
        strongConsistency: strong === true,
      },
    ],
    ...(racks === true ? { rack: rackOf(host) } : {}),
    ...(build === undefined ? {} : { build }),
    ...(security === undefined ? {} : { securityFile }),
    destinations: destinationsFor(shipsTo, ports.service),
  };
  return nodeConfigSchema.parse(settings);
}

/** Where a machine keeps how its node is guarded. */
export const securityFile = '/run/lab/security.json';

/** Puts on a machine what its node is guarded with, and the CA that its scripts are to trust. */
async function secure(
  name: string,
  security: LabSecurity | undefined,
  network: Network,
): Promise<void> {
  if (security === undefined) return;
  const files = [
    { file: securityFile, text: JSON.stringify(security.node) },
    ...(security.ca === undefined ? [] : [{ file: security.ca.file, text: security.ca.pem }]),
  ];
  for (const { file, text } of files) {
    const script = `mkdir -p "$(dirname ${file})"; cat >${file} <<'END'\n${text}\nEND\n`;
    await mustRunOn(name, script, { network, purpose: 'keep how its node is guarded' });
  }
}

/** Numbers that are usual for them. */
const tlsTwins = { tlsService: 4333, tlsFabric: 3011, tlsHeartbeat: 3012 };

/** Zones a, b and c are racks 1, 2 and 3. */
const rackOf = ({ zone }: Host): number => zone.charCodeAt(zone.length - 1) - 96;

function destinationsFor(shipsTo: readonly Host[], port: number): NodeSettings['destinations'] {
  if (shipsTo.length === 0) return [];
  const nodes = shipsTo.map(({ address }) => ({ address, port }));
  return [{ dc: destinationName, namespaces: ['test'], nodes }];
}

/** Where a real server keeps what is its own. */
const serverFolder = '/var/lib/aerospike';

const standInCommand = (config: NodeConfig): string[] => [
  process.execPath,
  standIn,
  JSON.stringify(config),
];

/** The command line of a node; a real server's configuration is written to its machine first. */
async function nodeCommand(
  name: string,
  config: NodeConfig,
  { network, asd }: { network: Network; asd: string | undefined },
): Promise<string[]> {
  if (asd === undefined) return standInCommand(config);
  const text = asdConfig(config, serverFolder);
  const folders = [serverFolder, ...asdDirectories(serverFolder)].join(' ');
  const file = `${serverFolder}/aerospike.conf`;
  const script = `mkdir -p ${folders}\ncat >${file} <<'END'\n${text}\nEND\n`;
  await mustRunOn(name, script, { network, purpose: 'write the config of its node' });
  return [asd, '--foreground', '--config-file', file];
}

interface UnitPlace {
  readonly network: Network;
  readonly container: boolean;
  readonly config: NodeConfig;
}

/** Makes the words the service `aerospike` of a machine, starts it, and waits until it listens. */
async function startUnit(
  name: string,
  words: readonly string[],
  { network, container, config }: UnitPlace,
): Promise<void> {
  const { address, ports } = config;
  const published = Object.values(ports).filter((port) => port !== undefined);
  if (container) {
    await mustRunOn(name, containerScript(published), { network, purpose: 'make a container' });
    await mustRunOn(name, defineUnit('docker-proxy', proxyPort(published)), {
      network,
      purpose: 'publish its ports',
    });
  }
  const inside = container ? inContainer(words) : words;
  const units = container ? 'aerospike docker-proxy' : 'aerospike';
  const script = [
    defineUnit('aerospike', inside),
    `systemctl start ${units} || true`, // What follows says why.
    `for _ in $(seq 300); do`,
    `  systemctl is-active --quiet aerospike || break`,
    `  if ss -Hltn | grep -q ':${ports.service} '; then exit 0; fi`,
    `  sleep 0.1`,
    `done`,
    `cat /run/lab/units/aerospike.log >&2`,
    `tail -n 5 ${serverFolder}/aerospike.log >&2 2>/dev/null || true`,
    `echo "nothing listens on ${address}" >&2`,
    `exit 1`,
  ].join('\n');
  await mustRunOn(name, script, { network, purpose: 'start its node' });
}

async function mustRunOn(
  name: string,
  script: string,
  { network, purpose }: { readonly network: Network; readonly purpose: string },
): Promise<void> {
  const { code, stderr } = await network.run(name, ['sh', '-euc', script]);
  if (code === 0) return;
  throw new Error(
    `Cannot ${purpose} on ${name} as the script must end with 0: found ${code}: ${stderr.trim()}`,
  );
}

/** Starts the agent of a machine, which polls the SSM endpoint over its own network until it is killed. */
export function startAgent(
  { name, instanceId }: Host,
  network: Network,
  endpoint: string,
): ChildProcess {
  const words = [process.execPath, agent, '--endpoint', endpoint, '--instance', instanceId];
  // It complains of the endpoint's end; that it polls is awaited.
  return network.enter(name, words, { stdio: 'ignore' });
}
