import * as z from 'zod';
import { ClientCut, LinkDown, Partition, Reroute, XdrCut } from './fault/network-faults.ts';
import { ServiceFreeze, ServiceStop, XdrPause } from './fault/server-faults.ts';
import type { Topology as TopologySchema } from './fault/topology.ts';

/** Fewer packets than all: a share by chance, or every n-th. */
export const Intensity = z.strictObject({
  percent: z.int().min(1).max(99).optional().meta({ description: 'Share by chance' }),
  every: z.int().min(2).max(100).optional().meta({
    description: 'Every n-th; either this or percent',
  }),
  per: z.enum(['packet', 'connection']).default('packet').meta({
    description: 'Of packets, or of new connections',
  }),
});
export type Intensity = z.infer<typeof Intensity>;

/** As people ask for it. */
export const AskedIntensity = Intensity.extend({
  per: z.enum(['packet', 'connection']).optional().meta({
    description:
      'Of packets, or of new connections; packet when absent, of reroute always connection',
  }),
});
export type AskedIntensity = z.infer<typeof AskedIntensity>;

/** On and off again until the end, beginning with on. */
export const Flapping = z.strictObject({
  onSeconds: z.int().min(1).max(600).meta({ description: 'How long it is on each time' }),
  offSeconds: z.int().min(1).max(600).meta({ description: 'How long it is off between' }),
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
  mechanism: Mechanism.optional().meta({ description: 'How; on hosts only' }),
  packets: Packets.optional().meta({ description: 'What happens to a stopped packet' }),
  direction: z.enum(['both', 'inbound']).optional().meta({ description: 'Who dials what stops' }),
  intensity: AskedIntensity.optional().meta({ description: 'A share, not all' }),
  flapping: Flapping.optional().meta({ description: 'On and off again until its end' }),
});

const Sequence = z.strictObject({
  kind: z.literal('sequence').meta({
    description: 'Several faults, one after the other or together, in one run',
  }),
  parts: z.array(Part).min(1).max(16).meta({ description: 'Each with its own times' }),
});

export type Topology = z.infer<typeof TopologySchema>;
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
export type PartitionFault = FaultOf<'partition'>;
export type ClientCutFault = FaultOf<'client-cut'>;
export type XdrCutFault = FaultOf<'xdr-cut'>;
