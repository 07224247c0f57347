import * as z from 'zod';
import type { Subject } from '../probe.ts';
import { VerdictAnswer } from '../verdict.ts';
import type { Finding } from '../verdict.ts';
import type { Sample } from './answers.ts';

/** One thing that was expected, and what came of it. */
export const Hypothesis = z.strictObject({
  what: z.enum([
    'cluster sizes',
    'principal',
    'unavailable partitions',
    'client errors',
    'XDR lag',
    'recovery time',
    'lost marker writes',
  ]),
  by: z.enum(['experiment', 'prediction']),
  expected: z.string(),
  seen: z.string(),
  answer: VerdictAnswer,
});
export type Hypothesis = z.infer<typeof Hypothesis>;

/** All that a hypothesis is judged by. */
export interface Evidence {
  readonly subject: Subject;
  readonly baseline: Sample;
  /** What nodes counted as the last thing before the fault; absent where nobody asked, as in runs of old. */
  readonly armed?: Pick<Sample, 'seen'> | undefined;
  /** The looks at the fault in force, oldest first. */
  readonly looks: readonly Sample[];
  /** What was found of the cluster sizes of a plan with parts, which come and go; absent: of one cut. */
  readonly sizes?: readonly Finding[] | undefined;
  /** Epoch milliseconds; null: not seen. */
  readonly restoredAt: number | null;
  readonly recoveredAt: number | null;
}

/** Of a bound that was kept, or not. */
export const answerOf = (isRight: boolean): VerdictAnswer => (isRight ? 'confirmed' : 'refuted');
