import * as z from 'zod';

/**
 * Answers of the host scripts, as their one JSON line says them (host/*.sh). Strict where a verdict
 * hangs on it: an unknown word is a parse error, and a parse error is an unknown answer.
 */

/** How a new TCP connection ended. */
export const ConnectionAnswer = z.enum(['open', 'refused', 'timed-out', 'unreachable', 'reset']);
export type ConnectionAnswer = z.infer<typeof ConnectionAnswer>;

/** What one node says of itself and its cluster over the info protocol. */
export const NodeView = z.object({
  answer: z.literal('ok'),
  node: z.string(),
  build: z.string(),
  size: z.int(),
  key: z.string(),
  principal: z.string(),
  integrity: z.boolean(),
  member: z.boolean(),
  heartbeats: z.int(),
  fabric: z.int(),
  migrations: z.int(),
  stable: z
    .boolean()
    .meta({ description: 'cluster-stable:size=N;ignore-migrations=true gave a key' }),
  settled: z.boolean().meta({ description: 'cluster-stable:size=N gave a key' }),
  unavailable: z.int(),
  dead: z.int(),
  stopWrites: z.boolean(),
});
export type NodeView = z.infer<typeof NodeView>;

const Silent = z.object({ answer: z.literal('silent'), reason: z.string() });

/** A change of the cluster as one node saw it: [at, size, key, principal, member, migrating]. */
export const Change = z.union([
  z.tuple([z.int(), z.int(), z.string(), z.string(), z.int(), z.int()]),
  z.tuple([z.int(), z.null()]),
]);
export type Change = z.infer<typeof Change>;

const asked = { probe: z.string() };

/** One result of probe.sh, by the item that asked for it. */
export const ProbeResult = z.union([
  z.object({ ...asked, answer: ConnectionAnswer, ms: z.number() }),
  z.object({ ...asked, ...NodeView.shape }),
  z.object({ ...asked, ...Silent.shape }),
  z.object({ ...asked, answer: z.literal('recording') }),
  z.object({ ...asked, answer: z.literal('ok'), changes: z.array(Change), more: z.boolean() }),
  z.object({ ...asked, answer: z.enum(['alive', 'dead']), lastAt: z.number() }),
  z.object({ ...asked, answer: z.enum([...ConnectionAnswer.options, 'absent', 'stopped']) }),
  z.object({ ...asked, established: z.int() }),
]);
export type ProbeResult = z.infer<typeof ProbeResult>;

export const ProbeReply = z.object({
  script: z.literal('probe'),
  at: z.int(),
  results: z.array(ProbeResult),
});

export const CutReply = z.object({
  script: z.literal('cut'),
  outcome: z.enum(['applied', 'already', 'refused', 'failed']),
  reason: z.string().optional(),
  timer: z.string().optional(),
  appliedAt: z.int().nullish(),
});

export const RestoreReply = z.object({
  script: z.literal('restore'),
  outcome: z.enum(['clean', 'present']),
  found: z.int(),
  left: z.int(),
  restoredAt: z.int().nullish(),
  restoredBy: z.enum(['timer', 'command']).nullish(),
});
export type RestoreReply = z.infer<typeof RestoreReply>;

/** `able`: it was only asked whether it could, and closed nothing but a connection of its own. */
export const SeverReply = z.object({
  script: z.literal('sever'),
  outcome: z.enum(['severed', 'able', 'refused']),
  reason: z.string().optional(),
  before: z.int().optional(),
  left: z.int().optional(),
});
