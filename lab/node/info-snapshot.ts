import type { ClusterView } from './cluster-view.ts';
import type { NodeConfig } from './config.ts';
import type { Shipping } from './shipping.ts';

/** Connections of one kind, as `statistics` counts them. */
export interface Tally {
  readonly open: number;
  readonly opened: number;
  readonly closed: number;
}

/** Everything info replies are made from, at one instant; `now` and the view's times share one clock, in ms. */
export interface Snapshot {
  readonly config: NodeConfig;
  readonly view: ClusterView;
  readonly isPrincipal: boolean;
  /** Addresses of the nodes that were ever heard, by node id. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** Where the fabric of these nodes is dialled. */
  readonly fabrics: ReadonlyMap<string, readonly string[]>;
  /** Their racks. */
  readonly racksHeard: ReadonlyMap<string, number>;
  readonly shipping: Shipping;
  readonly connections: Readonly<Record<'client' | 'admin' | 'heartbeat' | 'fabric', Tally>>;
  readonly heartbeatsReceived: number;
  readonly requests: number;
  readonly uptimeMs: number;
  readonly now: number;
}

/** What stands behind the name of a request: `name/argument:key=value;key=value`. */
export interface Parameters {
  /** What stands between `/` and `:`. */
  readonly argument: string;
  readonly named: ReadonlyMap<string, string>;
}
