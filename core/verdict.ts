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
  /** The verdict class that this decides, with the predicted one where that is another. */
  readonly verdictClass?: string;
}

const order: readonly VerdictAnswer[] = ['confirmed', 'inconclusive', 'refuted'];

/**
 * The verdict of several findings: the worst wins, and is the first of the evidence; of none at all,
 * inconclusive. Of several looks the worst tells the verdict class, so that it is said once.
 */
export function worst(findings: readonly Finding[]): Verdict {
  const rankOf = ({ answer }: Finding): number => order.indexOf(answer);
  const sorted = findings.toSorted((left, right) => rankOf(right) - rankOf(left));
  const deciding = sorted.findIndex(({ verdictClass }) => verdictClass !== undefined);
  return {
    answer: sorted[0]?.answer ?? 'inconclusive',
    evidence: sorted.map(({ saw, verdictClass }, index) =>
      index === deciding ? `${saw}; verdict class: ${verdictClass}` : saw,
    ),
  };
}

/**
 * What a fault did to connections, in a word. full: new ones stopped, and every one that stood fell;
 * none: new ones still pass; overreach: something fell that must not. One a run is compared with what the
 * plan predicts.
 */
export type VerdictClass =
  | 'full'
  | 'partly established'
  | 'new connections only'
  | 'none'
  | 'overreach'
  | 'unknown';
