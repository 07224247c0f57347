import * as z from 'zod';

/** The three answers. Inconclusive is never rounded up. */
export const VerdictAnswer = z.enum(['confirmed', 'refuted', 'inconclusive']);
export type VerdictAnswer = z.infer<typeof VerdictAnswer>;

/** An answer with what was seen, a sentence each. */
export const Verdict = z.strictObject({ answer: VerdictAnswer, evidence: z.array(z.string()) });
export type Verdict = z.infer<typeof Verdict>;

/** One finding: what it says for the question, and what was seen. */
export interface Finding {
  readonly answer: VerdictAnswer;
  readonly saw: string;
}

const order: readonly VerdictAnswer[] = ['confirmed', 'inconclusive', 'refuted'];

/**
 * The verdict of several findings: the worst wins, and is the first of the evidence; of none at all,
 * inconclusive.
 */
export function worst(findings: readonly Finding[]): Verdict {
  const rankOf = ({ answer }: Finding): number => order.indexOf(answer);
  const sorted = findings.toSorted((left, right) => rankOf(right) - rankOf(left));
  return {
    answer: sorted[0]?.answer ?? 'inconclusive',
    evidence: sorted.map(({ saw }) => saw),
  };
}
