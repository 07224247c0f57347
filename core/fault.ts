import * as z from 'zod';
import { PortName } from './aerospike.ts';

/** Most nodes or clients an experiment may name. */
export const targetsMax = 64;

const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);
const Names = z.array(Name).min(1).max(targetsMax);
const PortNames = z.array(PortName).min(1).max(4);

const Zone = z.string().regex(/^[a-z0-9-]{1,32}$/);
const Address = z.string().regex(/^[0-9a-f.:]{2,39}$/);

const Isolate = z.strictObject({
  kind: z.literal('isolate').meta({ description: 'The chosen nodes, together, lose all others' }),
  count: z.int().min(1).max(targetsMax).optional().meta({
    description: 'How many nodes, the first by name; one of count, nodes, role, zone and rack',
  }),
  nodes: Names.optional().meta({ description: 'Which nodes, by name, id or address' }),
  role: z.enum(['principal']).optional().meta({
    description: 'The node that leads the cluster when the run is planned',
  }),
  zone: Zone.optional().meta({ description: 'Every node of this availability zone' }),
  rack: z.int().min(0).max(1_000_000).optional().meta({
    description: 'Every node of this rack, by its own word',
  }),
  random: z.boolean().optional().meta({
    description: 'With count: any nodes, by seed, in place of the first',
  }),
});

const Minority = z.strictObject({
  kind: z.literal('minority').meta({
    description: 'The most nodes that are no majority, together, lose the majority',
  }),
  random: z.boolean().optional().meta({
    description: 'Any nodes, by seed, in place of the first by name',
  }),
});

const Halves = z.strictObject({
  kind: z.literal('halves').meta({
    description:
      'Two sides, the first the smaller: nodes in order of name, or these against the rest',
  }),
  nodes: Names.optional().meta({ description: 'The first side, by name, id or address' }),
});

const Zones = z.strictObject({
  kind: z.literal('zones').meta({ description: 'Nodes of one zone lose those of every other' }),
  zones: z
    .array(Zone)
    .min(1)
    .max(8)
    .optional()
    .meta({ description: 'Only these zones are cut off, each by itself; all when absent' }),
});

const Bridge = z.strictObject({
  kind: z.literal('bridge').meta({ description: 'Two sides that see only one node in common' }),
  node: Name.optional().meta({ description: 'The node in common; the middle one when absent' }),
});

const Ring = z.strictObject({
  kind: z.literal('ring').meta({
    description: 'Every node sees a majority, and no two the same: its neighbours in order of name',
  }),
});

const Pairs = z.strictObject({
  kind: z.literal('pairs').meta({ description: 'These pairs of nodes lose each other' }),
  pairs: z
    .array(z.tuple([Name, Name]))
    .min(1)
    .max(targetsMax)
    .meta({ description: 'By name, id or address; inbound stops what the second of each dials' }),
});

const Topology = z.discriminatedUnion('kind', [
  Isolate,
  Minority,
  Halves,
  Zones,
  Bridge,
  Ring,
  Pairs,
]);

const Partition = z.strictObject({
  kind: z.literal('partition').meta({ description: 'Cut nodes from nodes' }),
  topology: Topology.meta({ description: 'Which nodes lose which' }),
  ports: PortNames.optional().meta({
    description: 'Listeners to cut; fabric and heartbeat when absent, all for route',
  }),
});

const ClientCut = z.strictObject({
  kind: z.literal('client-cut').meta({ description: 'Cut clients from nodes' }),
  nodes: Names.optional().meta({ description: 'Node names; all when absent' }),
  clients: Names.optional().meta({ description: 'Client names; all when absent' }),
  at: z.enum(['clients', 'nodes']).optional().meta({
    description: 'Packet filters only: whose hosts are edited; the fewer when absent',
  }),
  ports: PortNames.default(['service']).meta({ description: 'Listeners to cut' }),
});

const XdrCut = z.strictObject({
  kind: z.literal('xdr-cut').meta({ description: 'Cut the cluster from nodes it ships to' }),
  destinations: Names.optional().meta({
    description: 'Nodes with role xdr-destination, by name, id or address; all when absent',
  }),
  ports: PortNames.default(['service']).meta({ description: "The destination's listeners to cut" }),
});

const LinkDown = z.strictObject({
  kind: z.literal('link-down').meta({ description: 'Nodes lose one of several links' }),
  nodes: Names.meta({ description: 'Node names' }),
  address: Address.optional().meta({ description: "The node's own address on that link" }),
  device: z
    .string()
    .regex(/^[a-z][a-z0-9._-]{0,14}$/)
    .optional()
    .meta({ description: "The link's network device on the nodes; either this or address" }),
  ports: PortNames.default(['fabric']).meta({ description: 'Listeners to cut' }),
});

const Reroute = z.strictObject({
  kind: z.literal('reroute').meta({
    description: 'New connections to a node, or a share of them, go to another address',
  }),
  peer: Name.meta({ description: 'The node that is dialled, by name, id or address' }),
  to: Address.meta({ description: 'Where they go instead: an address of a node' }),
  nodes: Names.optional().meta({ description: 'Who dials; every other node when absent' }),
  source: Address.optional().meta({ description: 'The source address they then bear' }),
  ports: PortNames.default(['fabric']).meta({ description: 'Listeners dialled' }),
});

const XdrPause = z.strictObject({
  kind: z
    .literal('xdr-pause')
    .meta({ description: 'Shipping to a destination stops, by the server' }),
  dc: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,31}$/)
    .meta({ description: "The destination's name" }),
  namespaces: z
    .array(z.string().regex(/^[A-Za-z0-9_-]{1,31}$/))
    .min(1)
    .max(32)
    .meta({ description: 'Namespaces that are shipped there' }),
  rewind: z
    .union([z.literal('all'), z.int().min(0).max(86_400)])
    .optional()
    .meta({
      description: 'Server 5.0 on: seconds to go back at restore; from the fault on when absent',
    }),
});

const service = {
  of: z.enum(['cluster', 'xdr-destinations']).default('cluster').meta({
    description: 'Whose nodes: of the cluster, or of where it ships to',
  }),
  nodes: Names.optional().meta({ description: 'Node names; all destinations when absent' }),
};

const ServiceStop = z.strictObject({
  kind: z.literal('service-stop').meta({ description: "Nodes' service is stopped" }),
  ...service,
  unit: z
    .string()
    .regex(/^[a-z][a-z0-9@._-]{0,63}$/)
    .default('aerospike')
    .meta({ description: "The service's systemd unit" }),
});

const ServiceFreeze = z.strictObject({
  kind: z.literal('service-freeze').meta({
    description: "Nodes' process stands still, its connections open",
  }),
  ...service,
  process: z
    .string()
    .regex(/^[a-z][a-z0-9._-]{0,14}$/)
    .default('asd')
    .meta({ description: "The process's name" }),
});

/** Fewer packets than all: a share by chance, or every n-th. */
export const Intensity = z.strictObject({
  percent: z.int().min(1).max(99).optional().meta({ description: 'Share by chance' }),
  every: z.int().min(2).max(100).optional().meta({
    description: 'Every n-th; either this or percent',
  }),
  per: z.enum(['packet', 'connection']).default('packet').meta({
    description: 'Of packets, or of new connections; reroute knows connections only',
  }),
});
export type Intensity = z.infer<typeof Intensity>;

/** On and off again until the end, beginning with on. */
export const Flapping = z.strictObject({
  onSeconds: z.int().min(1).max(600),
  offSeconds: z.int().min(1).max(600),
});
export type Flapping = z.infer<typeof Flapping>;

/** Where the harm is done: hosts' packet filters or routes, EC2, or the server itself. */
export const Mechanism = z.enum([
  'iptables',
  'nft',
  'route',
  'security-group',
  'network-acl',
  'aerospike',
]);
export type Mechanism = z.infer<typeof Mechanism>;

/** What becomes of a stopped packet; `reject` answers port-unreachable. */
export const Packets = z.enum([
  'drop',
  'reject',
  'net-unreachable',
  'host-unreachable',
  'proto-unreachable',
  'admin-prohibited',
  'tcp-reset',
]);
export type Packets = z.infer<typeof Packets>;

const OneFault = z.discriminatedUnion('kind', [
  Partition,
  ClientCut,
  XdrCut,
  LinkDown,
  Reroute,
  XdrPause,
  ServiceStop,
  ServiceFreeze,
]);

/** One fault of a sequence; what it leaves out is as the experiment says. */
const Part = z.strictObject({
  fault: OneFault.meta({ description: 'The kind of harm' }),
  startSeconds: z.int().min(0).max(3600).meta({ description: 'From the start of the hold' }),
  seconds: z.int().min(1).max(3600).optional().meta({
    description: 'How long; until the end of the hold when absent',
  }),
  mechanism: Mechanism.optional(),
  packets: Packets.optional(),
  direction: z.enum(['both', 'inbound']).optional(),
  intensity: Intensity.optional(),
  flapping: Flapping.optional(),
});

const Sequence = z.strictObject({
  kind: z.literal('sequence').meta({
    description: 'Several faults, one after the other or together, in one run',
  }),
  parts: z.array(Part).min(1).max(16).meta({ description: 'Each with its own times' }),
});

export type Topology = z.infer<typeof Topology>;
/** A topology of one kind. */
export type TopologyOf<Kind extends Topology['kind']> = Extract<Topology, { kind: Kind }>;

/** The kind of harm: whose connections to whom stop, on which listeners. */
export const Fault = z.discriminatedUnion('kind', [...OneFault.options, Sequence]);
export type Fault = z.infer<typeof Fault>;
/** A fault by itself, or one of a sequence. */
export type OneFault = z.infer<typeof OneFault>;
/** A fault of one kind. */
export type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;
export type SequencePart = z.infer<typeof Part>;
export type PartitionFault = z.infer<typeof Partition>;
export type ClientCutFault = z.infer<typeof ClientCut>;
export type XdrCutFault = z.infer<typeof XdrCut>;
