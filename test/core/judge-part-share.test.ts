import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { partsSeen } from '../../core/judge.ts';
import { isLikely } from '../../core/judge/chances.ts';
import type { Intensity } from '../../core/fault.ts';
import type { PlanPart } from '../../core/plan/plan.ts';
import { countedDials } from '../../core/probe.ts';
import { worst } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';
import { aHostCut, aPart, aReroute, inParts, lookAt, looksAt } from './part-answers.ts';
import { aCut } from './plans.ts';

describe('a share by chance', () => {
  test.each([
    { hits: 30, seen: 100, share: 0.3, likely: true },
    { hits: 44, seen: 100, share: 0.3, likely: true },
    { hits: 48, seen: 100, share: 0.3, likely: false },
    { hits: 14, seen: 100, share: 0.3, likely: false },
    { hits: 0, seen: 30, share: 0.3, likely: false },
    { hits: 30, seen: 30, share: 0.3, likely: false },
    { hits: 0, seen: 30, share: 0.05, likely: true },
    { hits: 300_000, seen: 1_000_000, share: 0.3, likely: true },
    { hits: 303_000, seen: 1_000_000, share: 0.3, likely: true },
    { hits: 310_000, seen: 1_000_000, share: 0.3, likely: false },
    { hits: 290_000, seen: 1_000_000, share: 0.3, likely: false },
  ])('of $share, $hits of $seen is likely: $likely', ({ likely, ...counts }) => {
    expect(isLikely(counts)).toBe(likely);
  });

  test('sums and the normal distribution agree where one takes over from the other', () => {
    for (const share of [0.05, 0.3, 0.5, 0.9]) {
      const bounds = [2_000, 2_001].map((seen) => {
        const all = Array.from({ length: seen + 1 }, (_, hits) => hits);
        const likely = all.filter((hits) => isLikely({ hits, seen, share }));
        return [likely[0] ?? 0, likely.at(-1) ?? 0];
      });
      const [[low = 0, high = 0] = [], [nextLow = 0, nextHigh = 0] = []] = bounds;
      expect(Math.abs(low - nextLow)).toBeLessThanOrEqual(2);
      expect(Math.abs(high - nextHigh)).toBeLessThanOrEqual(2);
    }
  });

  test('what a fair coin gives is hardly ever called unfair', () => {
    let unlikely = 0;
    let drawn = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99 }),
        fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 30, maxLength: 300 }),
        (percent, draws) => {
          const hits = draws.filter((draw) => draw < percent).length;
          drawn += 1;
          if (!isLikely({ hits, seen: draws.length, share: percent / 100 })) unlikely += 1;
        },
      ),
      { seed: 7, numRuns: 1_000 },
    );
    // fast-check draws ends of ranges more often than chance would.
    expect(unlikely / drawn).toBeLessThan(0.1);
  });
});

const judgedShare = (
  intensity: Intensity,
  hits: { seen: number; hit: number } | undefined,
  of: 'run' | 'look' = 'run',
): Verdict => {
  const part = aPart({ intensity });
  const subject = inParts([part], { steps: [aHostCut({ intensity })] });
  const counted = hits === undefined ? [] : [{ part: 0, ...hits }];
  const look = lookAt(subject, 20_000, { hits: counted });
  return worst(partsSeen(looksAt(subject, [look], of))[0]?.findings ?? []);
};

describe('a part of a share', () => {
  const chance = { percent: 30, per: 'packet' } as const;
  const third = { every: 3, per: 'packet' } as const;

  test.each([
    { seen: 200, hit: 60, answer: 'confirmed' },
    { seen: 200, hit: 120, answer: 'refuted' },
    { seen: 200, hit: 0, answer: 'refuted' },
    { seen: 29, hit: 9, answer: 'inconclusive' },
    { seen: 0, hit: 0, answer: 'inconclusive' },
  ])('30 % by chance, $hit of $seen: $answer', ({ answer, ...hits }) => {
    expect(judgedShare(chance, hits).answer).toBe(answer);
  });

  test('says how many, and what was asked', () => {
    expect(judgedShare(chance, { seen: 200, hit: 60 }).evidence[0]).toBe(
      'rules stopped 60 of 200 packets (30 %), asked 30 %',
    );
  });

  // Two peers and both ways: four rules, each of which may be one off.
  test.each([
    { seen: 300, hit: 100, answer: 'confirmed' },
    { seen: 300, hit: 104, answer: 'confirmed' },
    { seen: 300, hit: 95, answer: 'refuted' },
    { seen: 300, hit: 300, answer: 'refuted' },
    { seen: 11, hit: 3, answer: 'inconclusive' },
  ])('every third, $hit of $seen: $answer', ({ answer, ...hits }) => {
    expect(judgedShare(third, hits).answer).toBe(answer);
  });

  test('that no host counted is inconclusive', () => {
    expect(judgedShare(chance, undefined)).toMatchObject({
      answer: 'inconclusive',
      evidence: ['no host said what its rules counted', expect.any(String)],
    });
  });

  test('one look is content with a few, but not with too many', () => {
    expect(judgedShare(chance, { seen: 9, hit: 3 }, 'look').answer).toBe('confirmed');
    expect(judgedShare(chance, { seen: 9, hit: 0 }, 'look').answer).toBe('inconclusive');
    expect(judgedShare(chance, { seen: 90, hit: 90 }, 'look').answer).toBe('refuted');
  });

  test('of which no new connection passes is refuted', () => {
    const intensity = { percent: 30, per: 'connection' } as const;
    const subject = inParts([aPart({ intensity })], { steps: [aHostCut({ intensity })] });
    const shut = [10_000, 20_000, 30_000].map((atMs) =>
      lookAt(subject, atMs, {
        hits: [{ part: 0, seen: 100, hit: 30 }],
        answering: ({ purpose }) => (purpose === 'cut' ? 'timed-out' : 'as planned'),
      }),
    );
    expect(worst(partsSeen(looksAt(subject, shut))[0]!.findings)).toMatchObject({
      answer: 'refuted',
      evidence: ['new connections: 12 of 12 stopped while on: none passed', expect.any(String)],
    });
  });

  test('that stops connections while it is off is refuted', () => {
    const part = aPart({ intensity: chance, window: { startMs: 30_000, endMs: 60_000 } });
    const subject = inParts([part], { steps: [aHostCut({ intensity: chance })] });
    const early = lookAt(subject, 10_000, {
      answering: ({ purpose }) => (purpose === 'cut' ? 'timed-out' : 'as planned'),
    });
    expect(worst(partsSeen(looksAt(subject, [early]))[0]!.findings).answer).toBe('refuted');
  });
});

const aTurn = (changes: Partial<PlanPart> = {}): PlanPart =>
  aPart({ kind: 'reroute', cuts: [aCut('n1', 'n2', 3001)], targets: ['i-n2'], ...changes });

const judgedTurn = (
  hits: { seen: number; hit: number } | undefined,
  { intensity, dialled = 'open' }: { intensity?: Intensity; dialled?: string } = {},
): Verdict => {
  const share = intensity === undefined ? {} : { intensity };
  const subject = inParts([aTurn(share)], { steps: [aReroute(share)] });
  const look = lookAt(subject, 20_000, {
    hits: hits === undefined ? [] : [{ part: 0, ...hits }],
    answering: ({ purpose }) => (purpose === 'counted' ? dialled : 'as planned'),
  });
  return worst(partsSeen(looksAt(subject, [look]))[0]?.findings ?? []);
};

describe('a reroute', () => {
  const half = { percent: 50, per: 'connection' } as const;

  test('dials through its rules itself, for links that stand are not dialled again', () => {
    const subject = inParts([aTurn()], { steps: [aReroute()] });
    expect(countedDials(subject)).toHaveLength(8);
    expect(countedDials(subject)[0]).toMatchObject({
      from: 'i-n1',
      to: 'i-n2',
      item: 'new/10.0.0.2/3001',
    });
  });

  test('is confirmed where all were turned and came to stand, and says whose they were', () => {
    expect(judgedTurn({ seen: 11, hit: 11 })).toEqual({
      answer: 'confirmed',
      evidence: [
        'rules turned 11 of 11 new connections (100 %), asked all; 8 of them dialled by us, 3 by the cluster, whose links that stand keep their way',
        'dialled by us: 8 of 8 open',
      ],
    });
  });

  test('is refuted where some were not turned, or too many of a share', () => {
    expect(judgedTurn({ seen: 11, hit: 8 }).answer).toBe('refuted');
    expect(judgedTurn({ seen: 80, hit: 79 }, { intensity: half }).answer).toBe('refuted');
    expect(judgedTurn({ seen: 80, hit: 41 }, { intensity: half }).answer).toBe('confirmed');
  });

  test('is inconclusive where nothing was dialled, and says why', () => {
    expect(judgedTurn({ seen: 0, hit: 0 })).toMatchObject({
      answer: 'inconclusive',
      evidence: [
        'no new connection was made while it is on: fabric links stand for hours',
        expect.any(String),
      ],
    });
  });

  test('is inconclusive where too few were dialled for a share, or no host counted', () => {
    expect(judgedTurn({ seen: 12, hit: 6 }, { intensity: half }).answer).toBe('inconclusive');
    expect(judgedTurn(undefined).answer).toBe('inconclusive');
  });

  test('is refuted where those that were turned find nobody', () => {
    expect(judgedTurn({ seen: 11, hit: 11 }, { dialled: 'refused' })).toMatchObject({
      answer: 'refuted',
      evidence: [
        'dialled by us: 0 of 8 open: where they are turned to, nobody takes them',
        expect.any(String),
      ],
    });
  });
});
