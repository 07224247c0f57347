import { fabricAddressesOf } from './config.ts';
import type { NodeConfig } from './config.ts';

/**
 * Renders the configuration file with which a real server 8.1 plays the same node as the stand-in.
 *
 * Mesh heartbeat, namespaces in memory, everything the server writes below `workDirectory` (absolute, the
 * host's own; see `asdDirectories`). Run it as `asd --foreground --config-file <file>`. Port 3003 is the
 * admin listener, which servers before 8.1 do not know. Left out: TLS, which needs certificates, and what
 * only the Enterprise Edition has (racks, strong consistency, XDR).
 */
export function asdConfig(config: NodeConfig, workDirectory: string): string {
  const { address, ports, namespaces } = config;
  const addresses = config.address6 === undefined ? [address] : [address, config.address6];
  const anywhere = config.bind !== undefined;
  const heartbeat = anywhere ? ['any'] : addresses;
  const fabric = anywhere ? ['any'] : fabricAddressesOf(config);
  const peers = config.seeds.filter((seed) => !addresses.includes(seed));
  return render([
    block('service', [
      `cluster-name ${config.clusterName}`,
      `node-id ${config.id}`,
      'proto-fd-max 1024',
      // Without it the server takes no IPv6 address.
      ...(config.address6 === undefined ? [] : ['advertise-ipv6 true']),
      `work-directory ${workDirectory}`,
    ]),
    block('logging', [block(`file ${workDirectory}/aerospike.log`, ['context any info'])]),
    block('mod-lua', [`user-path ${workDirectory}/usr/udf/lua`]),
    block('network', [
      block('service', [
        'address any',
        ...addresses.map((own) => `access-address ${own}`),
        `port ${ports.service}`,
      ]),
      block('admin', ['address any', `port ${ports.admin}`]),
      block('heartbeat', [
        'mode mesh',
        ...heartbeat.map((own) => `address ${own}`),
        `port ${ports.heartbeat}`,
        ...peers.map((peer) => `mesh-seed-address-port ${peer} ${ports.heartbeat}`),
        `interval ${config.intervalMs}`,
        `timeout ${config.timeoutIntervals}`,
      ]),
      block('fabric', [...fabric.map((own) => `address ${own}`), `port ${ports.fabric}`]),
    ]),
    ...namespaces.map(({ name, replicationFactor }) =>
      block(`namespace ${name}`, [
        `replication-factor ${replicationFactor}`,
        block('storage-engine memory', ['data-size 1G']),
      ]),
    ),
  ]);
}

/** The directories that must be there before a server starts with that configuration. */
export function asdDirectories(workDirectory: string): readonly string[] {
  return [`${workDirectory}/smd`, `${workDirectory}/usr/udf/lua`];
}

interface Block {
  readonly head: string;
  readonly lines: readonly (string | Block)[];
}

function block(head: string, lines: readonly (string | Block)[]): Block {
  return { head, lines };
}

function render(blocks: readonly Block[]): string {
  return `${blocks.map((each) => renderBlock(each, '')).join('\n\n')}\n`;
}

function renderBlock({ head, lines }: Block, indent: string): string {
  const inner = `${indent}  `;
  const body = lines.map((line) =>
    typeof line === 'string' ? `${inner}${line}` : renderBlock(line, inner),
  );
  return [`${indent}${head} {`, ...body, `${indent}}`].join('\n');
}
