/**
 * What the recordings of a real server show, a row each. Longer than other files, for it is one table.
 */

/** A change that the recording shows: which node's field became what, and when (seconds into the phase). */
export interface RecordedChange {
  readonly node: string;
  readonly field: string;
  readonly to: string;
  readonly at: number;
}

/** A recorded row: its rules word for word, and the recording's own numbers. */
export interface RecordedRow {
  readonly row: string;
  readonly nodes: number;
  /** Fabric addresses a node, on one network each. Left out: 1. */
  readonly links?: number;
  /** What stands before the nodes start, and stays. */
  readonly before?: readonly string[];
  /** In force from the beginning of the hold to its end. */
  readonly rules: readonly string[];
  /** What happens in the hold beside them, seconds after its beginning. */
  readonly during?: readonly { readonly at: number; readonly commands: readonly string[] }[];
  /** As short as the row allows; the recordings hold most rules for 20 s. */
  readonly holdSeconds: number;
  readonly healSeconds: number;
  /** What each node shows at the end of the hold, n1 first. */
  readonly held: {
    readonly sizes: readonly number[];
    readonly heartbeats: readonly number[];
    readonly fabrics: readonly number[];
    readonly members?: readonly boolean[];
    readonly unavailable?: readonly number[];
    /** How many clusters there are, by key; an orphan's key counts. */
    readonly keys: number;
  };
  readonly whileHeld: readonly RecordedChange[];
  readonly afterwards: readonly RecordedChange[];
}

const both = (node: string, match: string, ports: string, verdict: string) => [
  `${node} iptables -I INPUT ${match}-p tcp --dport ${ports} -j ${verdict}`,
  `${node} iptables -I INPUT ${match}-p tcp --sport ${ports} -j ${verdict}`,
];
const sources = '-s 10.77.0.3,10.77.0.4,10.77.0.5 ';

const change = (node: string, field: string, to: string | number, at: number): RecordedChange => ({
  node,
  field,
  to: String(to),
  at,
});
const knows = (node: string, at: number) => change(node, 'cluster_is_member', 'false', at);
const size = (node: string, to: number, at: number) => change(node, 'cluster_size', to, at);
const settled = (node: string, at: number) => change(node, 'migrating', 0, at);
const heartbeats = (node: string, to: number, at: number) =>
  change(node, 'heartbeat_connections', to, at);
const fabrics = (node: string, to: number, at: number) =>
  change(node, 'fabric_connections', to, at);

const isolated = {
  sizes: [1, 2, 2],
  heartbeats: [0, 1, 1],
  fabrics: [0, 24, 24],
  members: [true, true, true],
  keys: 2,
};
const rejoined = (knowsAt: number, sizeAt: number) => [
  knows('n1', knowsAt),
  ...['n1', 'n2', 'n3'].map((node) => size(node, 3, sizeAt)),
];

/** Connections of n1 are tracked from their first packet, as a security group tracks them. */
const tracked = ['n1 iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT'];

/** What taking a security group's rule from both ends does: tracked links pass, new ones do not. */
const groups = ['INPUT', 'OUTPUT'].map(
  (hook) =>
    `n1 iptables -I ${hook} -p tcp -m multiport --ports 3001,3002 -m conntrack --ctstate NEW -j DROP`,
);

/** What a network ACL's denial of both ports does: every packet, tracked or not. */
const pulse = ['INPUT', 'OUTPUT'].map(
  (hook) => `n1 iptables -I ${hook} -p tcp -m multiport --ports 3001,3002 -j DROP`,
);
const pulseOf = (seconds: number) => [
  { at: 0, commands: pulse },
  { at: seconds, commands: pulse.map((rule) => rule.replace(' -I ', ' -D ')) },
];

/** Closes n1's sockets of both ports, once. */
const severed = [
  {
    at: 0,
    commands: [
      'n1 ss -K -t state established ( sport = :3001 or dport = :3001 or sport = :3002 or dport = :3002 )',
    ],
  },
];

/** A partition that stuck, seen within 3 s of the pulse's beginning; healed as E is. */
const stuck = {
  nodes: 3,
  before: tracked,
  rules: groups,
  holdSeconds: 10,
  healSeconds: 5,
  held: isolated,
  whileHeld: [heartbeats('n1', 0, 0.5), size('n1', 1, 2.2), size('n2', 2, 2.4), size('n3', 2, 2.4)],
  afterwards: ['n1', 'n2', 'n3'].map((node) => size(node, 3, 2.2)),
} as const;
const whole = { sizes: [3, 3, 3], heartbeats: [2, 2, 2], keys: 1 } as const;

/** The rows that are replayed, slowest first. Where a row was recorded under load, so were its migrations. */
export const rows: readonly RecordedRow[] = [
  {
    row: 'K: n1 and n2 do not hear each other, n3 hears both',
    nodes: 3,
    rules: both('n1', '-s 10.77.0.2 ', '3001:3002', 'DROP'),
    holdSeconds: 13,
    healSeconds: 7,
    held: {
      sizes: [0, 2, 2],
      heartbeats: [1, 1, 2],
      fabrics: [24, 24, 48],
      members: [false, true, true],
      unavailable: [4096, 0, 0],
      keys: 2,
    },
    whileHeld: [
      heartbeats('n1', 1, 0.5),
      heartbeats('n2', 1, 1.01),
      knows('n1', 2.4),
      size('n2', 2, 2.44),
      size('n3', 2, 2.45),
      settled('n2', 4.15),
      size('n1', 0, 11.5),
    ],
    afterwards: [
      ...['n1', 'n2', 'n3'].map((node) => size(node, 3, 0.65)),
      change('n1', 'unavailable_partitions', 0, 0.64),
      settled('n1', 5.58),
    ],
  },
  { row: 'SG2: groups and a pulse of half a second: it sticks', ...stuck, during: pulseOf(0.5) },
  { row: 'SG2b: groups and a pulse of two seconds', ...stuck, during: pulseOf(2) },
  { row: "SG3: groups, and one side's sockets closed once: it sticks", ...stuck, during: severed },
  {
    row: 'A1: REJECT of --dport on n1, which dialled its peers: no partition',
    nodes: 3,
    rules: ['n1 iptables -I INPUT -p tcp --dport 3001:3002 -j REJECT'],
    holdSeconds: 13,
    healSeconds: 2,
    held: { sizes: [3, 3, 3], heartbeats: [2, 2, 2], fabrics: [24, 36, 36], keys: 1 },
    whileHeld: [fabrics('n1', 24, 11.34), fabrics('n2', 36, 11.24), fabrics('n3', 36, 11.24)],
    afterwards: [],
  },
  {
    row: 'B: the same on n3, which was dialled: redialled the other way round, no partition',
    nodes: 3,
    rules: ['n3 iptables -I INPUT -p tcp --dport 3001:3002 -j REJECT'],
    holdSeconds: 13,
    healSeconds: 2,
    held: { sizes: [3, 3, 3], heartbeats: [2, 2, 2], fabrics: [36, 36, 24], keys: 1 },
    whileHeld: [],
    afterwards: [],
  },
  {
    row: 'G: port 3001 alone: every statistic of the cluster stays green',
    nodes: 3,
    rules: both('n1', '', '3001', 'DROP'),
    holdSeconds: 13,
    healSeconds: 2,
    held: { sizes: [3, 3, 3], heartbeats: [2, 2, 2], fabrics: [0, 24, 24], keys: 1 },
    whileHeld: [],
    afterwards: [],
  },
  {
    row: 'P: two nodes of five against three',
    nodes: 5,
    rules: [
      ...both('n1', sources, '3001:3002', 'DROP'),
      ...both('n2', sources, '3001:3002', 'DROP'),
    ],
    holdSeconds: 6,
    healSeconds: 9,
    held: {
      sizes: [2, 2, 3, 3, 3],
      heartbeats: [1, 1, 2, 2, 2],
      fabrics: [24, 24, 48, 48, 48],
      members: [true, true, true, true, true],
      keys: 2,
    },
    whileHeld: [
      knows('n1', 1.5),
      knows('n2', 1.62),
      size('n1', 2, 2.34),
      size('n2', 2, 2.35),
      size('n3', 3, 2.75),
      size('n4', 3, 2.81),
      size('n5', 3, 2.77),
      settled('n1', 4.35),
      settled('n3', 4.26),
    ],
    afterwards: [
      knows('n1', 1.56),
      knows('n2', 1.57),
      ...['n1', 'n2', 'n3', 'n4', 'n5'].map((node) => size(node, 5, 2.37)),
      settled('n2', 7.99),
    ],
  },
  {
    row: 'E: DROP both ways on n1',
    nodes: 3,
    rules: both('n1', '', '3001:3002', 'DROP'),
    holdSeconds: 6,
    healSeconds: 8.5,
    held: isolated,
    whileHeld: [
      heartbeats('n1', 0, 0.51),
      heartbeats('n3', 1, 0.91),
      heartbeats('n2', 1, 1),
      knows('n1', 1.51),
      fabrics('n1', 0, 1.51),
      size('n1', 1, 1.91),
      size('n3', 2, 2.43),
      size('n2', 2, 2.5),
      settled('n2', 3.9),
    ],
    afterwards: [...rejoined(1.43, 2.23), settled('n1', 7.35)],
  },
  {
    row: 'D: REJECT both ways on n1',
    nodes: 3,
    rules: both('n1', '', '3001:3002', 'REJECT'),
    holdSeconds: 6,
    healSeconds: 8.5,
    held: isolated,
    whileHeld: [
      heartbeats('n1', 0, 0.6),
      knows('n1', 1.5),
      size('n1', 1, 2.21),
      size('n2', 2, 2.42),
      size('n3', 2, 2.42),
      settled('n2', 3.91),
    ],
    afterwards: [...rejoined(1.63, 2.23), settled('n1', 7.34)],
  },
  {
    row: 'H: port 3002 alone: the heartbeat decides',
    nodes: 3,
    rules: both('n1', '', '3002', 'DROP'),
    holdSeconds: 6,
    healSeconds: 4,
    held: isolated,
    whileHeld: [
      knows('n1', 1.41),
      fabrics('n1', 0, 2.01),
      size('n1', 1, 2.38),
      size('n2', 2, 2.51),
      size('n3', 2, 2.55),
      settled('n2', 4.72),
    ],
    afterwards: rejoined(1.53, 2.24),
  },
  {
    row: 'SG1: groups alone: nothing at all',
    nodes: 3,
    before: tracked,
    rules: groups,
    holdSeconds: 8,
    healSeconds: 2,
    held: { ...whole, fabrics: [48, 48, 48] },
    whileHeld: [],
    afterwards: [],
  },
  {
    row: 'SG4: sockets closed without groups: heartbeat is redialled, fabric is not',
    nodes: 3,
    rules: [],
    during: severed,
    holdSeconds: 4,
    healSeconds: 1,
    held: { ...whole, fabrics: [0, 24, 24] },
    whileHeld: [fabrics('n1', 0, 0.1)],
    afterwards: [],
  },
  {
    row: 'T: one rule on one host',
    nodes: 3,
    rules: [
      'n1 iptables -I INPUT -s 10.77.0.2,10.77.0.3 -p tcp -m multiport --ports 3001,3002 -j DROP',
    ],
    holdSeconds: 5,
    healSeconds: 4,
    held: isolated,
    whileHeld: [
      knows('n1', 1.51),
      fabrics('n1', 0, 1.51),
      size('n1', 1, 2.31),
      size('n2', 2, 2.62),
      size('n3', 2, 2.62),
    ],
    afterwards: rejoined(1.54, 2.44),
  },
  {
    row: 'Q: --dport DROP on all three: three clusters of one',
    nodes: 3,
    rules: ['n1', 'n2', 'n3'].map(
      (node) => `${node} iptables -I INPUT -p tcp --dport 3001:3002 -j DROP`,
    ),
    holdSeconds: 5,
    healSeconds: 4,
    held: { sizes: [1, 1, 1], heartbeats: [0, 0, 0], fabrics: [0, 0, 0], keys: 3 },
    whileHeld: [size('n3', 1, 1.91), size('n1', 1, 2.31), size('n2', 1, 2.9)],
    afterwards: ['n1', 'n2', 'n3'].map((node) => size(node, 3, 2.05)),
  },
  {
    row: 'M: new connections to n3 alone are dropped: nothing at all',
    nodes: 3,
    rules: ['n3 iptables -I INPUT -p tcp --dport 3001:3002 -m conntrack --ctstate NEW -j DROP'],
    holdSeconds: 5,
    healSeconds: 2,
    held: { sizes: [3, 3, 3], heartbeats: [2, 2, 2], fabrics: [48, 48, 48], keys: 1 },
    whileHeld: [],
    afterwards: [],
  },
  {
    row: 'R: one second of DROP both ways: links flap, membership does not',
    nodes: 3,
    rules: both('n1', '', '3001:3002', 'DROP'),
    holdSeconds: 1,
    healSeconds: 4,
    held: { sizes: [3, 3, 3], heartbeats: [0], fabrics: [48, 48, 48], keys: 1 },
    whileHeld: [heartbeats('n1', 0, 0.52)],
    afterwards: [heartbeats('n1', 2, 0.23)],
  },
];

/** W: one of two fabric addresses of n1 lost. Who dials which link is chance, so its figures are ranges. */
export const oneLinkDown: RecordedRow = {
  row: 'W: one of two fabric addresses lost',
  nodes: 3,
  links: 2,
  rules: ['n1 iptables -I INPUT -d 10.78.0.1 -p tcp -m multiport --ports 3001 -j DROP'],
  holdSeconds: 21,
  healSeconds: 4,
  held: { ...whole, fabrics: [] },
  whileHeld: [],
  afterwards: [],
};
