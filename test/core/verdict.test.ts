import { describe, expect, test } from 'vitest';
import { Verdict, worst } from '../../core/verdict.ts';
import type { VerdictAnswer } from '../../core/verdict.ts';

const all: readonly VerdictAnswer[] = ['confirmed', 'inconclusive', 'refuted'];

/** Every pair of answers with the one that must win. */
const pairs = all.flatMap((left, i) =>
  all.map((right, j) => ({ left, right, wins: all[Math.max(i, j)]! })),
);

describe('worst()', () => {
  test.each(pairs)('of $left and $right is $wins', ({ left, right, wins }) => {
    const findings = [left, right].map((answer, index) => ({ answer, saw: `saw ${index}` }));
    const evidence = left === wins ? ['saw 0', 'saw 1'] : ['saw 1', 'saw 0'];
    expect(worst(findings)).toEqual({ answer: wins, evidence });
  });

  test('of many is refuted as soon as one is', () => {
    const answers = [
      ...Array<VerdictAnswer>(9).fill('confirmed'),
      'refuted',
      'inconclusive',
    ] as const;
    expect(worst(answers.map((answer) => ({ answer, saw: 'x' }))).answer).toBe('refuted');
  });

  test('tells the verdict class once, of the worst look that had one', () => {
    const looks = [
      { answer: 'confirmed', saw: 'proof', verdictClass: 'full' },
      { answer: 'refuted', saw: 'sizes' },
      { answer: 'refuted', saw: 'end', verdictClass: 'none, predicted full' },
    ] as const;

    expect(worst(looks).evidence).toEqual([
      'sizes',
      'end; verdict class: none, predicted full',
      'proof',
    ]);
    expect(worst(looks.slice(0, 2)).evidence).toEqual(['sizes', 'proof; verdict class: full']);
  });

  test('of nothing at all is inconclusive: nobody looked', () => {
    expect(worst([])).toEqual({ answer: 'inconclusive', evidence: [] });
  });

  test.each(all)('of %s alone is a verdict as the report keeps it', (answer) => {
    expect(Verdict.parse(worst([{ answer, saw: 'x' }])).answer).toBe(answer);
  });
});
