import * as z from 'zod';
import { Address, Name, Names, PortNames } from './named.ts';
import { Topology } from './topology.ts';

/** Nodes lose nodes. */
export const Partition = z.strictObject({
  kind: z.literal('partition').meta({ description: 'Cut nodes from nodes' }),
  topology: Topology.meta({ description: 'Which nodes lose which' }),
  ports: PortNames.optional().meta({
    description: 'Listeners to cut; fabric and heartbeat when absent, all for route',
  }),
});

/** Clients lose nodes. */
export const ClientCut = z.strictObject({
  kind: z.literal('client-cut').meta({ description: 'Cut clients from nodes' }),
  nodes: Names.optional().meta({ description: 'Node names; all when absent' }),
  clients: Names.optional().meta({ description: 'Client names; all when absent' }),
  at: z.enum(['clients', 'nodes']).optional().meta({
    description: 'Packet filters only: whose hosts are edited; the fewer when absent',
  }),
  ports: PortNames.default(['service']).meta({ description: 'Listeners to cut' }),
});

/** The cluster loses nodes it ships to. */
export const XdrCut = z.strictObject({
  kind: z.literal('xdr-cut').meta({ description: 'Cut the cluster from nodes it ships to' }),
  destinations: Names.optional().meta({
    description: 'Nodes with role xdr-destination, by name, id or address; all when absent',
  }),
  ports: PortNames.default(['service']).meta({ description: "The destination's listeners to cut" }),
});

/** Nodes lose one of several links: one address of theirs, or one device. */
export const LinkDown = z.strictObject({
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

/** What is dialled to a node goes to another address. */
export const Reroute = z.strictObject({
  kind: z.literal('reroute').meta({
    description: 'New connections to a node, or a share of them, go to another address',
  }),
  peer: Name.meta({ description: 'The node that is dialled, by name, id or address' }),
  to: Address.meta({ description: 'Where they go instead: an address of a node' }),
  nodes: Names.optional().meta({ description: 'Who dials; every other node when absent' }),
  source: Address.optional().meta({ description: 'The source address they then bear' }),
  ports: PortNames.default(['fabric']).meta({ description: 'Listeners dialled' }),
});
