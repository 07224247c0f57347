import * as z from 'zod';
import { Name, Names, targetsMax, Zone } from './named.ts';

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

/** Which nodes lose which. */
export const Topology = z.discriminatedUnion('kind', [
  Isolate,
  Minority,
  Halves,
  Zones,
  Bridge,
  Ring,
  Pairs,
]);
