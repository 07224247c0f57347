import { releaseOf } from './config.ts';
import type { NodeConfig } from './config.ts';
import type { Parameters, Snapshot } from './info-snapshot.ts';
import { compareIds } from './node-id.ts';

/** `get-config`: the network context, the empty security one, and no other. */
export function configuration({ config }: Snapshot, { named }: Parameters): string {
  const { address, ports, seeds } = config;
  if (named.get('context') === 'security') return '';
  if (named.get('context') !== 'network') return 'ERROR:4:unknown context';
  const peers = seeds.filter((seed) => seed !== address && seed !== config.address6);
  const { tlsService = 0, tlsFabric = 0, tlsHeartbeat = 0 } = ports;
  return [
    `service.port=${ports.service};service.address=any;service.access-port=0`,
    `service.access-address=${address};service.alternate-access-port=0`,
    `service.tls-port=${tlsService}`,
    'service.tls-access-port=0;service.tls-alternate-access-port=0;service.tls-name=null',
    'service.disable-localhost=false',
    ...adminConfiguration(config),
    'heartbeat.mode=mesh',
    `heartbeat.address=${address};heartbeat.port=${ports.heartbeat}`,
    `heartbeat.tls-port=${tlsHeartbeat}`,
    'heartbeat.tls-name=null',
    ...peers.map((seed) => `heartbeat.mesh-seed-address-port=${host(seed)}:${ports.heartbeat}`),
    `heartbeat.interval=${config.intervalMs};heartbeat.timeout=${config.timeoutIntervals}`,
    'heartbeat.connect-timeout-ms=500;heartbeat.mtu=1500;heartbeat.protocol=v3',
    ...ownFabric(config).map((own) => `fabric.address=${own}`),
    `fabric.tls-port=${tlsFabric};fabric.tls-name=null;fabric.channel-bulk-fds=2`,
    'fabric.channel-bulk-recv-threads=4;fabric.channel-ctrl-fds=1',
    'fabric.channel-ctrl-recv-threads=4;fabric.channel-meta-fds=1',
    'fabric.channel-meta-recv-threads=4;fabric.channel-rw-fds=8;fabric.channel-rw-recv-pools=1',
    'fabric.channel-rw-recv-threads=16;fabric.keepalive-enabled=true;fabric.keepalive-intvl=1',
    'fabric.keepalive-probes=10;fabric.keepalive-time=1;fabric.latency-max-ms=5',
    `fabric.port=${ports.fabric};fabric.recv-rearm-threshold=1024;fabric.send-threads=8`,
  ].join(';');
}

/** Servers before 8.1 have an info port in place of the admin port. */
function adminConfiguration(config: NodeConfig): string[] {
  const { admin } = config.ports;
  if (releaseOf(config) < 801) return [`info.port=${admin};info.address=any`];
  return [
    `admin.port=${admin};admin.address=any;admin.tls-port=0;admin.tls-name=null`,
    'admin.disable-localhost=false',
  ];
}

/** Where fabric listens, in the family that a cluster's addresses are told in. */
function ownFabric({ fabricAddresses, address }: NodeConfig): readonly string[] {
  return fabricAddresses.length > 0 ? fabricAddresses : [address];
}

/** `endpoints`: own ports, and where each peer of the cluster listens. */
export function endpoints(snapshot: Snapshot): string {
  const { address, ports } = snapshot.config;
  const { tlsService = 0, tlsFabric = 0, tlsHeartbeat = 0 } = ports;
  const peersOn = (kind: 'heartbeat' | 'fabric') =>
    peerAddresses(snapshot).map(([id, [first = '']]) => {
      const told = kind === 'fabric' ? (snapshot.fabrics.get(id) ?? [first]) : [first];
      const at = told.map((peer) => `${host(peer)}:${ports[kind]}`).join(',');
      return `${kind}.peer=node-id=${id}:endpoint=${at}:endpoint-tls=${at}`;
    });
  return [
    `service.port=${ports.service};service.addresses=0.0.0.0;service.access-port=${ports.service}`,
    `service.access-addresses=${address};service.alternate-access-port=${ports.service}`,
    `service.alternate-access-addresses=null;service.tls-port=${tlsService}`,
    `service.tls-addresses=${tlsService === 0 ? 'null' : '0.0.0.0'}`,
    'service.tls-access-port=0;service.tls-access-addresses=null',
    'service.tls-alternate-access-port=0;service.tls-alternate-access-addresses=null',
    `admin.port=${ports.admin};admin.addresses=0.0.0.0;admin.tls-port=0;admin.tls-addresses=null`,
    `heartbeat.port=${ports.heartbeat};heartbeat.addresses=${address}`,
    `heartbeat.tls-port=${tlsHeartbeat}`,
    `heartbeat.tls-addresses=${tlsHeartbeat === 0 ? 'null' : address}`,
    ...peersOn('heartbeat'),
    `fabric.port=${ports.fabric};fabric.addresses=${ownFabric(snapshot.config).join(',')}`,
    `fabric.tls-port=${tlsFabric}`,
    `fabric.tls-addresses=${tlsFabric === 0 ? 'null' : ownFabric(snapshot.config).join(',')}`,
    ...peersOn('fabric'),
  ].join(';');
}

/** `peers-clear-std`: generation, service port, and the peers that clients are told of. */
export function peersClearStd(snapshot: Snapshot): string {
  const peers = peerAddresses(snapshot).map(
    ([id, addresses]) => `[${id},,[${addresses.map(host).join(',')}]]`,
  );
  const { view, config } = snapshot;
  return `${view.peersGeneration},${config.ports.service},[${peers.join(',')}]`;
}

/** The other nodes of the cluster that clients are told of, lowest id first. */
export function peerAddresses({
  view,
  config,
  addresses,
}: Pick<Snapshot, 'view' | 'config' | 'addresses'>) {
  return view.members
    .filter((id) => id !== config.id)
    .toSorted(compareIds)
    .map((id) => [id, addresses.get(id) ?? []] as const);
}

/** One of the node's own listeners, as `address:port`. */
export function endpoint({ address }: NodeConfig, port: number): string {
  return `${address}:${port}`;
}

function host(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
