import * as z from 'zod';
import { markersPerKind } from './asked.ts';

/** One bit a record: record n is bit n mod 4 of digit n / 4, in hexadecimal digits. */
const Bits = z.string().regex(new RegExp(`^[0-9a-f]{${Math.ceil(markersPerKind / 4)}}$`));

/** What became of the writes of one kind through one side. */
const Written = z.object({
  acked: Bits,
  doubt: Bits.meta({ description: 'Failed, and perhaps done all the same' }),
  refused: z.int(),
  untried: z.int().meta({ description: 'There was no time left, or no connection' }),
});
export type Written = z.infer<typeof Written>;

/** What a client knew when it wrote or read through a side. */
const Through = {
  knew: z.array(z.string()).meta({ description: 'Ids of the nodes that it knew' }),
  kept: z.boolean().meta({ description: 'It knew no node but those of its side' }),
  error: z.string().optional().meta({ description: 'Why it could not connect' }),
};

/** Of one side's records, how many a client saw, and how many it could not read. */
const Counted = z.tuple([z.int(), z.int()]);

/** What was read through one side: of each side's records, in the order of sides. */
const ReadThrough = z.object({ ...Through, own: z.array(Counted), shared: z.array(Counted) });

/** Of one side's records: those somebody saw, and those nobody saw that somebody could not read. */
const Found = z.object({ seen: Bits, unread: Bits });

export const MarkersRead = z.object({
  from: z.array(ReadThrough),
  own: z.array(Found),
  shared: z.array(Found),
});
export type MarkersRead = z.infer<typeof MarkersRead>;

/** The answer of the host script `markers`. */
export const MarkersReply = z.discriminatedUnion('outcome', [
  z.object({
    script: z.literal('markers'),
    outcome: z.literal('wrote'),
    client: z.string(),
    ttl: z.int().meta({ description: 'Seconds; 0: the records do not expire' }),
    sides: z.array(
      z.object({
        ...Through,
        own: Written,
        shared: Written,
        codes: z.record(z.string(), z.int()).meta({ description: 'Result code, how often' }),
      }),
    ),
    reads: MarkersRead,
  }),
  z.object({ script: z.literal('markers'), outcome: z.literal('read'), reads: MarkersRead }),
  z.object({
    script: z.literal('markers'),
    outcome: z.literal('removed'),
    left: z.int().meta({ description: 'Records that could not be removed' }),
  }),
  z.object({
    script: z.literal('markers'),
    outcome: z.enum(['absent', 'refused', 'failed']).meta({
      description: 'absent: this host has no client; nothing was written',
    }),
    reason: z.string().optional(),
  }),
]);
export type MarkersReply = z.infer<typeof MarkersReply>;

/** The numbers of the records whose bit is set. */
export function recordsIn(bits: string): Set<number> {
  const digits = bits.split('').map((digit) => Number.parseInt(digit, 16));
  return new Set(
    digits.flatMap((digit, at) =>
      [0, 1, 2, 3].filter((bit) => (digit >> bit) % 2 === 1).map((bit) => 4 * at + bit),
    ),
  );
}

/** What the run noted of its marker records, one a phase. */
export const MarkersNote = z.strictObject({
  phase: z.enum(['begun', 'written', 'read', 'removed']),
  by: z.string().nullable().meta({ description: 'The instance that did it; null: none could' }),
  sides: z.array(z.array(z.string())).meta({ description: 'Names of the nodes of each side' }),
  where: z.string().meta({ description: 'The sides as the host script took them' }),
  others: z.int().meta({ description: 'Sides left out, for there were too many' }),
  settled: z.boolean().meta({ description: 'read: the cluster had recovered' }),
  reply: MarkersReply.nullable(),
  reason: z.string().nullable().meta({ description: 'Why there is no reply' }),
});
export type MarkersNote = z.infer<typeof MarkersNote>;
