import * as z from 'zod';

const sampleSchema = z.record(z.string(), z.string());

const sightingSchema = z.object({
  phase: z.enum(['before', 'held', 'healed']),
  /** Seconds since the phase began. */
  at: z.number(),
  node: z.string(),
  field: z.string(),
  from: z.string(),
  to: z.string(),
});

/** What a replayed row left: every node's fields at three instants, and every change in between. */
export const outcomeSchema = z.object({
  before: z.array(sampleSchema),
  held: z.array(sampleSchema),
  healed: z.array(sampleSchema),
  sightings: z.array(sightingSchema),
  cpuSeconds: z.number(),
});

/** The fields that were watched, of one node at one instant, by the recordings' names. */
export type Sample = z.infer<typeof sampleSchema>;

/** One field of one node was seen to change. */
export type Sighting = z.infer<typeof sightingSchema>;

/** What one replayed row left. */
export type Outcome = z.infer<typeof outcomeSchema>;
