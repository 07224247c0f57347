import * as z from 'zod';
import { PortName } from './aerospike.ts';

/** Most nodes or clients an experiment may name. */
export const targetsMax = 64;

const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);
const Names = z.array(Name).min(1).max(targetsMax);
const PortNames = z.array(PortName).min(1).max(4);

const Isolate = z.strictObject({
  kind: z.literal('isolate').meta({ description: 'The chosen nodes, together, lose all others' }),
  count: z.int().min(1).max(targetsMax).optional().meta({
    description: 'How many nodes, the first by name; either this or nodes',
  }),
  nodes: Names.optional().meta({ description: 'Which nodes, by name, id or address' }),
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
    .array(z.string().regex(/^[a-z0-9-]{1,32}$/))
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

const Topology = z.discriminatedUnion('kind', [Isolate, Halves, Zones, Bridge, Ring, Pairs]);

const Partition = z.strictObject({
  kind: z.literal('partition').meta({ description: 'Cut nodes from nodes' }),
  topology: Topology.meta({ description: 'Which nodes lose which' }),
  ports: PortNames.default(['fabric', 'heartbeat']).meta({ description: 'Listeners to cut' }),
});

const ClientCut = z.strictObject({
  kind: z.literal('client-cut').meta({ description: 'Cut clients from nodes' }),
  nodes: Names.optional().meta({ description: 'Node names; all when absent' }),
  clients: Names.optional().meta({ description: 'Client names; all when absent' }),
  ports: PortNames.default(['service']).meta({ description: 'Listeners to cut' }),
});

const XdrCut = z.strictObject({
  kind: z.literal('xdr-cut').meta({ description: 'Cut the cluster from nodes it ships to' }),
  destinations: Names.optional().meta({
    description: 'Nodes with role xdr-destination, by name, id or address; all when absent',
  }),
  ports: PortNames.default(['service']).meta({ description: "The destination's listeners to cut" }),
});
export type Topology = z.infer<typeof Topology>;
/** A topology of one kind. */
export type TopologyOf<Kind extends Topology['kind']> = Extract<Topology, { kind: Kind }>;

/** The kind of harm: whose connections to whom stop, on which listeners. */
export const Fault = z.discriminatedUnion('kind', [Partition, ClientCut, XdrCut]);
export type PartitionFault = z.infer<typeof Partition>;
export type ClientCutFault = z.infer<typeof ClientCut>;
export type XdrCutFault = z.infer<typeof XdrCut>;
