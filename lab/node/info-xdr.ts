import { releaseOf } from './config.ts';
import type { Parameters, Snapshot } from './info-snapshot.ts';
import type { Shipment } from './shipping.ts';

/**
 * What a node says about XDR, and what it is told to do. From 5.0 on namespaces are added to and removed
 * from a destination; before that the link to a destination can be held down.
 *
 * Sources: the commands as asadm sends them; the replies' fields as an exporter recorded them.
 */

const isOld = ({ config }: Snapshot): boolean => releaseOf(config) < 500;
const unknownDestination = 'ERROR:4:DC not found';
const unknownNamespace = 'ERROR:4:namespace not found';

/** How a namespace is shipped where nobody said otherwise. */
const usualSettings = {
  enabled: 'true',
  'bin-policy': 'all',
  'compression-level': '1',
  'compression-threshold': '128',
  'delay-ms': '0',
  'enable-compression': 'false',
  forward: 'false',
  'hot-key-ms': '100',
  'ignore-expunges': 'false',
  'max-throughput': '100000',
  'remote-namespace': 'null',
  'sc-replication-wait-ms': '100',
  'ship-bin-luts': 'false',
  'ship-nsup-deletes': 'false',
  'ship-only-specified-sets': 'false',
  'transaction-queue-limit': '16384',
  'write-policy': 'auto',
  'ignored-bins': '',
  'ignored-sets': '',
  'shipped-bins': '',
  'shipped-sets': '',
} as const;

/** `get-config:context=xdr`, of all, of one destination, or of one namespace of it. */
export function xdrConfiguration(snapshot: Snapshot, { named }: Parameters): string {
  const { shipping } = snapshot;
  if (isOld(snapshot)) return `enable-xdr=true;xdr-max-ship-throughput=0;xdr-ship-bins=false`;
  if (!named.has('dc')) return `dcs=${shipping.dcs.join(',')};src-id=0;trace-sample=0`;
  const shipment = shipping.to(named.get('dc'));
  if (shipment === undefined) return unknownDestination;
  const name = named.get('namespace');
  if (name === undefined) return destination(shipment);
  const made = shipment.namespaces.get(name);
  if (made === undefined) return unknownNamespace;
  return pairs({ ...usualSettings, ...Object.fromEntries(made) });
}

function destination({ links, namespaces }: Shipment): string {
  return pairs({
    'auth-mode': 'none',
    'auth-password-file': 'null',
    'auth-user': 'null',
    connector: 'false',
    'max-recoveries-interleaved': '0',
    'node-address-port': links.map((link) => link.endpoint).join(','),
    'period-ms': '100',
    'tls-name': 'null',
    'use-alternate-access-address': 'false',
    namespaces: [...namespaces.keys()].join(','),
  });
}

/** `set-config:context=xdr;dc=D;namespace=N`: adds it, removes it, or sets something of it. */
export function setXdrConfiguration(snapshot: Snapshot, { named }: Parameters): string {
  if (named.get('context') !== 'xdr') return 'ERROR:4:unknown context';
  const shipment = snapshot.shipping.to(named.get('dc'));
  const name = named.get('namespace') ?? '';
  if (isOld(snapshot) || shipment === undefined) return unknownDestination;
  if (!snapshot.config.namespaces.some((each) => each.name === name)) return unknownNamespace;
  const action = named.get('action');
  if (action === 'add') return add(snapshot, shipment, named);
  const made = shipment.namespaces.get(name);
  if (made === undefined) return unknownNamespace;
  if (action === 'remove') shipment.namespaces.delete(name);
  else return set(made, named);
  return 'ok';
}

function add(
  { shipping, uptimeMs }: Snapshot,
  shipment: Shipment,
  named: ReadonlyMap<string, string>,
): string {
  const name = named.get('namespace') ?? '';
  const rewind = named.get('rewind') ?? '0';
  if (shipment.namespaces.has(name)) return 'ERROR:4:namespace is there already';
  if (rewind !== 'all' && !/^\d+$/.test(rewind)) return 'ERROR:4:bad rewind';
  shipment.namespaces.set(name, new Map());
  const seconds = rewind === 'all' ? uptimeMs / 1000 : Number(rewind);
  if (seconds > 0) shipping.rewind(shipment, seconds);
  return 'ok';
}

function set(made: Map<string, string>, named: ReadonlyMap<string, string>): string {
  const setting = [...named].find(([name]) => Object.hasOwn(usualSettings, name));
  if (setting === undefined) return 'ERROR:4:bad parameter';
  made.set(...setting);
  return 'ok';
}

/** `get-stats:context=xdr;dc=D`, and of one namespace of it. */
export function xdrStatistics(snapshot: Snapshot, { named }: Parameters): string {
  if (isOld(snapshot)) return 'ERROR::unknown-context';
  const shipment = snapshot.shipping.to(named.get('dc'));
  if (shipment === undefined) return unknownDestination;
  const name = named.get('namespace');
  if (name !== undefined && !shipment.namespaces.has(name)) return unknownNamespace;
  const { links, recoveries } = shipment;
  const sum = (of: (link: Shipment['links'][number]) => number) =>
    links.reduce((total, link) => total + of(link), 0);
  return pairs({
    lag: snapshot.shipping.lag(shipment),
    in_queue: snapshot.shipping.lag(shipment) * 5,
    in_progress: 0,
    success: sum(({ answers }) => answers),
    abandoned: 0,
    not_found: 0,
    filtered_out: 0,
    retry_no_node: 0,
    retry_conn_reset: sum(({ retries }) => retries),
    retry_dest: 0,
    recoveries,
    recoveries_pending: 0,
    hot_keys: 0,
    uncompressed_pct: '0.000',
    compression_ratio: '1.000',
    ...(name === undefined ? { nodes: links.length, throughput: 0, latency_ms: 0, lap_us: 4 } : {}),
    bytes_shipped: sum(({ answers }) => answers) * 100,
  });
}

/** `dc/D`, to 4.9. */
export function destinationStatistics(snapshot: Snapshot, { argument }: Parameters): string {
  const shipment = snapshot.shipping.to(argument);
  if (!isOld(snapshot) || shipment === undefined) return 'type=unknown';
  const { isHeldDown, links } = shipment;
  const lag = snapshot.shipping.lag(shipment);
  const state = isHeldDown ? 'CLUSTER_DOWN' : lag > 0 ? 'CLUSTER_WINDOW_SHIP' : 'CLUSTER_UP';
  return pairs({
    dc_state: state,
    dc_timelag: lag,
    dc_rec_ship_attempts: 0,
    dc_remote_ship_ok: links.reduce((total, { answers }) => total + answers, 0),
    dc_size: links.length,
    dc_as_open_conn: links.length,
  });
}

/** `get-dc-config`, to 4.9: every destination, or the one that is named. */
export function destinationConfiguration(snapshot: Snapshot, { named }: Parameters): string {
  const { shipping } = snapshot;
  return shipping.dcs
    .filter((dc) => dc === (named.get('dc') ?? dc))
    .flatMap((dc) => shipping.to(dc) ?? [])
    .map(({ dc, links, namespaces }) => {
      const nodes = links.map(({ endpoint }) => endpoint.replace(/:(\d+)$/, '+$1')).join(',');
      return `dc-name=${dc}:nodes=${nodes}:namespaces=${[...namespaces.keys()].join(',')}`;
    })
    .join(';');
}

/** `xdr-command:force-linkdown=true|false;dc=D`, to 4.9. */
export function xdrCommand(snapshot: Snapshot, { named }: Parameters): string {
  const shipment = snapshot.shipping.to(named.get('dc'));
  const linkdown = named.get('force-linkdown');
  if (shipment === undefined || (linkdown !== 'true' && linkdown !== 'false')) {
    return 'ERROR::bad-parameter';
  }
  shipment.isHeldDown = linkdown === 'true';
  return 'ok';
}

function pairs(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(';');
}
