/**
 * What the machines of a layout, and the nodes on them, are like where they are not the usual ones.
 *
 * Plain data. The usual machine has one interface, an ordinary firewall of iptables and every tool;
 * the usual node is of server 8.1, on the machine itself, without TLS, racks or strong consistency.
 */
export interface MachinePlan {
  /** Programs that no machine has, as patterns of their file names. */
  readonly hides?: readonly string[];
  /** Left out: usual. */
  readonly firewall?: Firewall;
}

/**
 * What a machine's own firewall is: `usual` accepts established connections first, `long` has a hundred
 * rules beside that, `nft` is the usual one without iptables, `none` is none.
 */
export type Firewall = 'usual' | 'long' | 'nft' | 'none';

/** What nodes are like. */
export interface NodePlan {
  /** A second network interface, eth1, in a subnet of its own: fabric runs over both. */
  readonly twoLinks?: true;
  /** The node runs in a container behind a bridge, its ports published. */
  readonly container?: true;
  /** Listens on the TLS twins of its ports, too, and reaches others over those. */
  readonly tls?: true;
  /** Each zone is a rack: 1, 2 and 3. */
  readonly racks?: true;
  /** Its namespace says that it has strong consistency. */
  readonly strong?: true;
  /** The server's version; left out: 8.1.2.0. */
  readonly build?: string;
}

/** The files of iptables, of either backend and family. */
export const iptablesPrograms = ['iptables*', 'ip6tables*', 'xtables*'];

/** The file of nftables. */
export const nftPrograms = ['nft'];
