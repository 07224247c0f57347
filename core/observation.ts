import * as z from 'zod';
import { Survey } from './inventory.ts';

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
  clockSkewMs: z.int().optional().meta({ description: 'cluster_clock_skew_ms' }),
  rosters: z
    .object({
      of: z.int().meta({ description: 'Strongly consistent namespaces' }),
      amiss: z
        .array(z.tuple([z.string(), z.enum(['pending', 'observed', 'both', 'unknown'])]))
        .meta({
          description:
            'Four at most, and what the roster is not: the pending one, the observed nodes, either; unknown: not told',
        }),
    })
    .optional()
    .meta({ description: 'Absent where no namespace is strongly consistent, or nobody asked' }),
});
export type NodeView = z.infer<typeof NodeView>;

const Silent = z.object({ answer: z.literal('silent'), reason: z.string() });

/** A change of the cluster as one node saw it: [at, size, key, principal, member, migrating]. */
export const Change = z.union([
  z.tuple([z.int(), z.int(), z.string(), z.string(), z.int(), z.int()]),
  z.tuple([z.int(), z.null()]),
]);
export type Change = z.infer<typeof Change>;

/** What one part's rules on a host counted since they were put there. */
export const Hits = z.object({
  part: z.int(),
  seen: z.int().meta({ description: 'Packets, or first ones of connections, that they looked at' }),
  hit: z.int().meta({ description: 'Those that they stopped or turned' }),
});
export type Hits = z.infer<typeof Hits>;

const asked = { probe: z.string() };

/** What a node says of one XDR destination; null where its server does not count that (before 5.0). */
export const XdrLag = z
  .tuple([z.string(), z.int(), z.int().nullable(), z.int().nullable(), z.int().nullable()])
  .meta({
    description:
      'Destination, seconds it lags behind, records in the queue, partitions recovered so far, partitions that wait for recovery',
  });

export type XdrLag = z.infer<typeof XdrLag>;

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
  z.object({ ...asked, parts: z.array(Hits) }),
  z.object({
    ...asked,
    answer: z.literal('ok'),
    counters: z
      .array(z.int().nullable())
      .length(18)
      .meta({ description: 'In the order of counterNames; null: its server does not count that' }),
  }),
  z.object({
    ...asked,
    answer: z.literal('ok'),
    lags: z.array(XdrLag),
  }),
  z.object({
    ...asked,
    answer: z.literal('ok'),
    namespaces: z.array(z.string()).meta({ description: 'Shipped to the destination asked for' }),
    linkdown: z.boolean().meta({ description: 'Before server 5.0: the link is held down' }),
  }),
]);
export type ProbeResult = z.infer<typeof ProbeResult>;

export const ProbeReply = z.object({
  script: z.literal('probe'),
  at: z.int(),
  results: z.array(ProbeResult),
  left: z.int().min(1).optional().meta({
    description: 'Questions at the end whose answers found no room in the line; ask them again',
  }),
});

/** The same, where a result of no known form makes only itself unknown: null. */
export const ProbeAnswers = ProbeReply.extend({
  results: z.array(ProbeResult.nullable().catch(null)),
});

/**
 * The answer of every script that changes its host until a given instant. `appliedAt` lies ahead where
 * the kernel will switch by itself.
 */
export const ChangeReply = z.object({
  script: z.enum(['cut', 'reroute', 'route', 'service', 'xdr']),
  outcome: z.enum(['applied', 'already', 'refused', 'failed']),
  reason: z.string().optional(),
  timer: z.string().optional(),
  switch: z.enum(['kernel', 'script']).optional(),
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

/** What survey.sh found; `at` and `clock` are by the host's own clock, `clock` by what chrony knows. */
export const SurveyReply = z.object({
  script: z.literal('survey'),
  at: z.int(),
  clock: Survey.shape.clock.nullish(),
  tools: Survey.shape.tools,
  iptables: Survey.shape.iptables.nullish(),
  abilities: Survey.shape.abilities,
  timer: Survey.shape.timer,
  container: Survey.shape.container,
  listens: Survey.shape.listens,
  findings: Survey.shape.findings,
  node: Survey.shape.node.nullish(),
});
export type SurveyReply = z.infer<typeof SurveyReply>;

/** What a script that only asks says when it would not: why. */
export const RefusedReply = z.object({ outcome: z.literal('refused'), reason: z.string() });
