import * as z from 'zod';
import { Life } from './journal.ts';
import { MarkersNote } from './markers/reply.ts';
import { Change, NodeView, ProbeResult } from './observation.ts';
import { StopCause } from './stop/stop.ts';

/**
 * What the run saw and did, for the report and for people. Nothing that restores reads a note: intents
 * alone decide what may be in force.
 */
const common = { at: z.int() };

/**
 * When in the run a question was asked. At `quiet` and `armed` nodes are asked what they have counted, and
 * nothing else: before the baseline, and as the last thing before the fault.
 */
export const Moment = z.enum(['quiet', 'baseline', 'armed', 'prove', 'hold', 'clean', 'recovery']);
export type Moment = z.infer<typeof Moment>;

/** A probe's answer with its vantage: the instance that asked. */
export const Seen = z.strictObject({ from: z.string(), at: z.int(), result: ProbeResult });
export type Seen = z.infer<typeof Seen>;

/** How far one report came beyond the journal; its words tell it from an earlier report of the same run. */
const Delivered = z.strictObject({
  outcome: z.string(),
  life: Life,
  digest: z.string().meta({ description: 'Of the report' }),
  kept: z
    .strictObject({ url: z.string(), consoleUrl: z.string() })
    .nullable()
    .meta({ description: 'Where its files are; null: they could not be kept' }),
  announced: z
    .boolean()
    .meta({ description: 'Whether its event was sent and its numbers counted' }),
});

export const Note = z.discriminatedUnion('kind', [
  z
    .strictObject({
      ...common,
      kind: z.literal('state'),
      state: z.string(),
      says: z.string(),
      startedAt: z.int(),
      calls: z
        .record(z.string(), z.int())
        .meta({ description: 'Requests to AWS by service and action, repeats counted' }),
    })
    .meta({ description: 'One invocation of the Lambda of a state, at its end' }),
  z.strictObject({ ...common, kind: z.literal('probes'), moment: Moment, seen: z.array(Seen) }),
  z.strictObject({
    ...common,
    kind: z.literal('views'),
    moment: Moment,
    views: z.array(z.strictObject({ from: z.string(), at: z.int(), view: NodeView.nullable() })),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('changes'),
    from: z.string(),
    changes: z.array(Change),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('applied'),
    stepId: z.string(),
    appliedAt: z.int(),
    says: z.string(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('restored'),
    stepId: z.string(),
    restoredAt: z.int(),
    by: z.string(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('undo'),
    stepId: z.string(),
    by: z.string(),
    answer: z.enum(['refused', 'unknown']),
    reason: z.string().meta({ description: 'Why a step could not be looked at, or not be undone' }),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('look'),
    by: z.string(),
    found: z.int(),
    unknown: z.array(z.string()),
    last: z.boolean(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('residue'),
    residue: z.array(z.string()),
    others: z.array(z.string()).meta({ description: 'What others changed meanwhile' }),
  }),
  z.strictObject({ ...common, kind: z.literal('taken-along'), says: z.array(z.string()) }).meta({
    description: "What others had put into something of the run's own that is taken away",
  }),
  z
    .strictObject({ ...common, kind: z.literal('stopped'), cause: StopCause, says: z.string() })
    .meta({ description: 'Why the hold ended before its time' }),
  z.strictObject({ ...common, kind: z.literal('markers'), ...MarkersNote.shape }),
  z.strictObject({ ...common, kind: z.literal('failure'), error: z.string(), cause: z.string() }),
  Delivered.extend({ ...common, kind: z.literal('delivered') }),
]);
export type Note = z.infer<typeof Note>;
