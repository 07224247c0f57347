import * as z from 'zod';

const id = z.string().regex(/^[0-9A-F]{1,16}$/);
const key = z.string().regex(/^[0-9A-F]{1,12}$/);
const ids = z.array(id).max(256);

/**
 * What a node says over every heartbeat link once an interval: itself, whom it hears, and which cluster it is in.
 *
 * An orphan says key `0` and an empty succession.
 */
export const pulseSchema = z.object({
  kind: z.literal('pulse'),
  clusterName: z.string(),
  id,
  addresses: z.array(z.string()).min(1).max(4),
  /** Where its fabric listens; left out: at the first of its addresses. */
  fabric: z.array(z.string()).min(1).max(4).optional(),
  /** Its rack; left out: 0. */
  rack: z.int().min(0).optional(),
  adjacent: ids,
  key,
  succession: ids,
});

/** One heartbeat. */
export type Pulse = z.infer<typeof pulseSchema>;

/** What nodes say to agree on a cluster; rides on the fabric links. `sentAt` is wall time in ms. */
export const clusterMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('join'), sentAt: z.number() }),
  z.object({ kind: z.literal('reject') }),
  z.object({ kind: z.literal('move'), key, principal: id }),
  z.object({ kind: z.literal('propose'), round: key, key, succession: ids }),
  z.object({ kind: z.literal('accepted'), round: key }),
  z.object({ kind: z.literal('learn'), round: key, key, succession: ids }),
  z.object({ kind: z.literal('ready'), key, size: z.int().min(0) }),
  z.object({ kind: z.literal('commit'), key, migrateMs: z.int().min(0) }),
]);

/** One clustering message. */
export type ClusterMessage = z.infer<typeof clusterMessageSchema>;

/** What travels on a fabric link: who dialled, numbered messages, and their receipts. */
export const fabricLineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), clusterName: z.string(), id }),
  z.object({ kind: z.literal('message'), number: z.int(), body: clusterMessageSchema }),
  z.object({ kind: z.literal('receipt'), number: z.int() }),
]);

/** One line of a fabric link. */
export type FabricLine = z.infer<typeof fabricLineSchema>;
