import * as z from 'zod';
import { Names } from './named.ts';

/** The cluster stops shipping, by its own doing. */
export const XdrPause = z.strictObject({
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
    .union([
      z.literal('all').meta({ description: 'Everything, from the first record on' }),
      z.int().min(0).max(86_400).meta({ description: 'Seconds before restore' }),
    ])
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

/** Nodes whose service is stopped, and started again at restore. */
export const ServiceStop = z.strictObject({
  kind: z.literal('service-stop').meta({ description: "Nodes' service is stopped" }),
  ...service,
  unit: z
    .string()
    .regex(/^[a-z][a-z0-9@._-]{0,63}$/)
    .default('aerospike')
    .meta({ description: "The service's systemd unit" }),
});

/** Nodes whose process stands still, and goes on at restore. */
export const ServiceFreeze = z.strictObject({
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
