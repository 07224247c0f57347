import * as z from 'zod';

/** Most partitions a node can miss: 4096 of each of its 32 namespaces. */
const partitionsMax = 131_072;
const longestSkewMs = 60_000;
const longestLagSeconds = 86_400;

/** What ends the hold early: alarms, and Aerospike's own signs, each judged node by node. */
export const StopOn = z.strictObject({
  alarms: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._/:-]{0,254}$/))
    .max(10)
    .optional()
    .meta({ description: 'CloudWatch alarms; any that is not OK ends the hold' }),
  unavailablePartitions: z.int().min(0).max(partitionsMax).optional().meta({
    description: 'More unavailable partitions than this on any node end the hold',
  }),
  deadPartitions: z.int().min(0).max(partitionsMax).optional().meta({
    description: 'More dead partitions than this on any node end the hold',
  }),
  stopWrites: z.boolean().optional().meta({
    description: 'Whether a namespace that stops writes on any node ends the hold',
  }),
  orphanedNodes: z.boolean().optional().meta({
    description: 'Whether a node in no cluster (cluster_size 0) ends the hold',
  }),
  clockSkewMs: z.int().min(1).max(longestSkewMs).optional().meta({
    description: 'More clock skew than this, by any node, ends the hold; milliseconds',
  }),
  xdrLagSeconds: z.int().min(1).max(longestLagSeconds).optional().meta({
    description: 'More lag than this to any XDR destination ends the hold; seconds',
  }),
});
export type StopOn = z.infer<typeof StopOn>;

/** Whether any of Aerospike's own signs is to end the hold, so that nodes must be heard. */
export function asksNodes({ alarms: _, ...signs }: StopOn): boolean {
  return Object.values(signs).some((sign) => sign !== undefined && sign !== false);
}
