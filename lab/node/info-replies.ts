import { migrationsLeft, unavailablePartitions } from './cluster-view.ts';
import { isEnterprise, releaseOf } from './config.ts';
import type { NodeConfig } from './config.ts';
import {
  configuration,
  endpoint,
  endpoints,
  peerAddresses,
  peersClearStd,
} from './info-network.ts';
import type { Parameters, Snapshot, Tally } from './info-snapshot.ts';
import {
  destinationConfiguration,
  destinationStatistics,
  setXdrConfiguration,
  xdrCommand,
  xdrConfiguration,
  xdrStatistics,
} from './info-xdr.ts';
import { namespaceDefaults, statisticsDefaults } from './recorded-fields.ts';
import { inWordsOf, isKnownTo } from './releases.ts';
import type { Fields } from './recorded-fields.ts';

/** Answers every terminated name of a request body, in order, each as `name<TAB>value`. */
export function replyTo(body: string, snapshot: Snapshot): string {
  const names = body.split('\n').slice(0, -1);
  return names.map((name) => `${name}\t${answer(name, snapshot)}\n`).join('');
}

const enterpriseOnly = 'ERROR:25:enterprise only';
const unrecognized = 'ERROR:4:unrecognized command';

/** The value for one name, in the words of server 8.1.2.0, or as far as they are known of an older one. */
export function answer(request: string, snapshot: Snapshot): string {
  const { name, parameters } = parseRequest(request);
  const release = releaseOf(snapshot.config);
  const said = isKnownTo(release, name) ? answers.get(name)?.(snapshot, parameters) : undefined;
  return inWordsOf(release, said ?? unrecognized);
}

type Answer = (snapshot: Snapshot, parameters: Parameters) => string;

const answers: ReadonlyMap<string, Answer> = new Map(
  Object.entries<Answer>({
    'admin-clear-std': ({ config }) => endpoint(config, config.ports.admin),
    'best-practices': () => 'failed_best_practices=max-map-count,min-free-kbytes,swappiness',
    build: ({ config }) => config.build,
    'cluster-name': ({ config }) => config.clusterName,
    'cluster-stable': stability,
    'dump-hb': () => 'ok',
    dc: (snapshot, parameters) =>
      ofEnterprise(snapshot, destinationStatistics(snapshot, parameters)),
    edition: ({ config }) => edition(config),
    endpoints,
    features: () => features,
    'get-config': configurationOf,
    'get-dc-config': destinationConfiguration,
    'get-stats': (snapshot, parameters) => {
      if (parameters.named.get('context') !== 'xdr') return 'ERROR:4:unknown context';
      return isEnterprise(snapshot.config) ? xdrStatistics(snapshot, parameters) : '';
    },
    'health-outliers': () => '',
    'health-stats': () => '',
    latencies: ({ config }) => latencies(config),
    mesh: ({ config }) => endpoint(config, config.ports.heartbeat),
    name: ({ config }) => config.id,
    namespace,
    namespaces: ({ config }) => config.namespaces.map(({ name }) => name).join(';'),
    node: ({ config }) => config.id,
    'partition-generation': ({ view }) => String(Math.max(0, view.rebalances - 1)),
    'peers-clear-std': peersClearStd,
    'peers-generation': ({ view }) => String(view.peersGeneration),
    quiesce: () => enterpriseOnly,
    racks: (snapshot) => ofEnterprise(snapshot, racks(snapshot)),
    'rebalance-generation': ({ view }) => String(view.rebalances),
    recluster: ({ isPrincipal }) => (isPrincipal ? 'ok' : 'ignored-by-non-principal'),
    roster,
    service: ({ config }) => endpoint(config, config.ports.service),
    'service-clear-std': ({ config }) => endpoint(config, config.ports.service),
    services: ({ config, ...snapshot }) =>
      peerAddresses({ config, ...snapshot })
        .map(([, [address]]) => `${address}:${config.ports.service}`)
        .join(';'),
    'set-config': (snapshot, parameters) =>
      ofEnterprise(snapshot, setXdrConfiguration(snapshot, parameters)),
    sets: () => '',
    statistics,
    status: () => 'ok',
    version: ({ config }) => `${edition(config)} build ${config.build}`,
    'xdr-command': (snapshot, parameters) =>
      ofEnterprise(snapshot, xdrCommand(snapshot, parameters)),
    'xdr-dc-state': () => enterpriseOnly,
  }),
);

const edition = (config: NodeConfig): string =>
  `Aerospike ${isEnterprise(config) ? 'Enterprise' : 'Community'} Edition`;

function ofEnterprise({ config }: Snapshot, said: string): string {
  return isEnterprise(config) ? said : enterpriseOnly;
}

function configurationOf(snapshot: Snapshot, parameters: Parameters): string {
  const { config } = snapshot;
  const context = parameters.named.get('context');
  if (context === 'xdr' && isEnterprise(config)) return xdrConfiguration(snapshot, parameters);
  if (context !== 'namespace') return configuration(snapshot, parameters);
  const name = parameters.named.get('namespace') ?? parameters.named.get('id') ?? '';
  const all = namespace(snapshot, { ...parameters, argument: name });
  return all === 'type=unknown'
    ? 'ERROR:20:unknown namespace'
    : all.slice(all.indexOf('active-rack='));
}

/** `racks:` of every namespace: which nodes of the cluster are in which rack. */
function racks({ config, view, racksHeard }: Snapshot): string {
  const byRack = Map.groupBy(view.members, (id) =>
    id === config.id ? config.rack : (racksHeard.get(id) ?? 0),
  );
  const told = [...byRack].map(([rack, ids]) => `rack_${rack}=${ids.join(',')}`);
  return config.namespaces.map(({ name }) => [`ns=${name}`, ...told].join(':')).join(';');
}

/** `roster:` of a namespace: every node that was ever heard belongs there, and those of the cluster are observed. */
function roster({ config, view, racksHeard }: Snapshot, { named }: Parameters): string {
  const asked = config.namespaces.find(({ name }) => name === named.get('namespace'));
  if (asked?.strongConsistency !== true) return enterpriseOnly;
  const known = [...new Set([config.id, ...racksHeard.keys()])].toSorted().toReversed().join(',');
  const observed = view.members.toSorted().toReversed().join(',') || 'null';
  return `roster=${known}:pending_roster=${known}:observed_nodes=${observed}`;
}

const features =
  'batch-any;batch-index;blob-bits;cdt-index;cdt-list;cdt-map;cluster-stable;float;geo;' +
  'sindex-exists;peers;pipelining;pquery;pscans;query-show;relaxed-sc;replicas;replicas-all;' +
  'replicas-master;replicas-max;truncate-namespace;udf';

function parseRequest(request: string): { name: string; parameters: Parameters } {
  const [head = '', ...tail] = request.split(':');
  const [name = '', ...argument] = head.split('/');
  const named = new Map(
    tail
      .join(':')
      .split(';')
      .filter((pair) => pair.includes('='))
      .map(
        (pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const,
      ),
  );
  return { name, parameters: { argument: argument.join('/'), named } };
}

/** `cluster-stable`: the cluster key, or why not. The checks stand in the server's order. */
function stability({ view, now, config }: Snapshot, { named }: Parameters): string {
  if (!view.migrateAllowed) return 'ERROR:7:unstable cluster';
  const size = named.get('size');
  if (size !== undefined && !/^\d+$/.test(size)) return 'ERROR:4:bad size';
  if (size !== undefined && Number(size) !== view.size) return 'ERROR:7:cluster not specified size';
  const ignore = named.get('ignore-migrations') ?? 'false';
  if (ignore !== 'true' && ignore !== 'false') return 'ERROR:4:bad ignore migrations';
  const namespaceName = named.get('namespace');
  const isKnown = config.namespaces.some(({ name }) => name === namespaceName);
  if (ignore === 'false' && namespaceName !== undefined && !isKnown) {
    return 'ERROR:20:unknown namespace';
  }
  const isMoving = migrationsLeft(view, now) + unavailablePartitions(view) > 0;
  return ignore === 'false' && isMoving ? 'ERROR:7:unstable cluster' : view.key;
}

function statistics({ view, connections, ...snapshot }: Snapshot): string {
  const { now, uptimeMs } = snapshot;
  const rebalancedAt = view.rebalancedAt ?? now - uptimeMs;
  return render(knownFields(statisticsDefaults, releaseOf(snapshot.config)), {
    cluster_size: view.size,
    cluster_key: view.key,
    cluster_generation: view.generation,
    cluster_principal: view.principal,
    paxos_principal: view.principal,
    cluster_integrity: view.isMember,
    cluster_is_member: view.isMember,
    uptime: Math.floor(uptimeMs / 1000),
    ...tallied('client_connections', connections.client),
    ...tallied('admin_connections', connections.admin),
    ...tallied('heartbeat_connections', connections.heartbeat),
    ...tallied('fabric_connections', connections.fabric),
    heartbeat_received_foreign: snapshot.heartbeatsReceived,
    info_complete: snapshot.requests,
    time_since_rebalance: Math.floor((now - rebalancedAt) / 1000),
    migrate_allowed: view.migrateAllowed,
    migrate_partitions_remaining: migrationsLeft(view, now) * snapshot.config.namespaces.length,
  });
}

function tallied(name: string, { open, opened, closed }: Tally): Record<string, number> {
  return { [name]: open, [`${name}_opened`]: opened, [`${name}_closed`]: closed };
}

function namespace({ config, view, now }: Snapshot, { argument }: Parameters): string {
  const asked = config.namespaces.find(({ name }) => name === argument);
  if (asked === undefined) return 'type=unknown';
  const left = migrationsLeft(view, now);
  return render(knownFields(namespaceDefaults, releaseOf(config)), {
    ns_cluster_size: view.size,
    effective_replication_factor: Math.min(asked.replicationFactor, view.size),
    unavailable_partitions: unavailablePartitions(view),
    migrate_tx_partitions_remaining: Math.floor(left / 2),
    migrate_rx_partitions_remaining: Math.ceil(left / 2),
    migrate_fresh_partitions: view.rebalances === 1 ? 4096 : 0,
    'replication-factor': asked.replicationFactor,
    'rack-id': config.rack,
    'strong-consistency': asked.strongConsistency,
  });
}

const knownFields = (fields: Fields, release: number): Fields =>
  fields.filter(([name]) => isKnownTo(release, name));

function render(
  defaults: Fields,
  values: Readonly<Record<string, string | number | boolean>>,
): string {
  return defaults.map(([name, usual]) => `${name}=${values[name] ?? usual}`).join(';');
}

function latencies({ namespaces }: NodeConfig): string {
  const kinds = ['read', 'write', 'udf', 'batch-sub-read', 'batch-sub-write', 'batch-sub-udf'];
  const names = namespaces.flatMap(({ name }) =>
    [...kinds, 'pi-query', 'si-query'].map((kind) => `{${name}}-${kind}:`),
  );
  return ['batch-index:', ...names].join(';');
}
