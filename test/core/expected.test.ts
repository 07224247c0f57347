import { describe, expect, test } from 'vitest';
import { parseExperiment } from '../../core/experiment.ts';
import type { Expect } from '../../core/expect.ts';
import type { Sample } from '../../core/judge.ts';
import { inForceFindings } from '../../core/judge.ts';
import { hypothesesOf } from '../../core/judge/expected.ts';
import type { Evidence, Hypothesis } from '../../core/judge/hypothesis.ts';
import type { Seen } from '../../core/note.ts';
import { counterNames } from '../../core/probe/counters.ts';
import type { Subject } from '../../core/probe.ts';
import { expectedVerdict } from '../../core/report/hypotheses.ts';
import { cutSample, openSample, partition, splitViews, viewsOf } from './answers.ts';
import { aPart } from './part-answers.ts';
import { surveyed as asked } from './surveys.ts';

const expecting = (expected: Expect, subject: Subject = partition): Subject => ({
  ...subject,
  experiment: parseExperiment({ ...subject.experiment, expect: expected }),
});

/** A namespace of each node, strongly consistent or not. */
const surveyed = (strong: boolean, subject: Subject = partition): Subject => ({
  ...subject,
  inventory: asked(subject.inventory, {
    namespaces: [{ name: 'test', replicationFactor: 2, strong }],
  }),
});

const split = (changes: Partial<Sample> = {}): Sample => ({
  ...cutSample(partition, { views: splitViews(partition) }),
  ...changes,
});

/** What one node has counted: reads and writes done, timed out, refused, timed out in the queue; all else 0. */
function counted(from: string, at: number, [ok, timeouts, errors, queued]: number[]): Seen {
  const values: Partial<Record<string, number | undefined>> = {
    client_write_success: ok,
    client_write_timeout: timeouts,
    client_write_error: errors,
    client_tsvc_timeout: queued,
  };
  const counters = counterNames.map((name) => values[name] ?? 0);
  return { from, at, result: { probe: 'counters/10.0.0.1/3000', answer: 'ok', counters } };
}

const nodes = ['i-n1', 'i-n2', 'i-n3'];
const withCounts = (sample: Sample, at: number, counts: number[], from = nodes): Sample => ({
  ...sample,
  seen: [...sample.seen, ...from.map((id) => counted(id, at, counts))],
});

function judged(subject: Subject, changes: Partial<Evidence> = {}): Hypothesis[] {
  return hypothesesOf({
    subject,
    baseline: openSample(subject),
    looks: [split()],
    restoredAt: 60_000,
    recoveredAt: 62_800,
    ...changes,
  });
}

const about = (what: Hypothesis['what'], hypotheses: readonly Hypothesis[]): Hypothesis => {
  const found = hypotheses.find((one) => one.what === what);
  if (found === undefined) throw new Error(`Nobody judged ${what}`);
  return found;
};

describe('cluster sizes', () => {
  test('are the planner’s word where the experiment says nothing', () => {
    expect(about('cluster sizes', judged(partition))).toMatchObject({
      by: 'prediction',
      expected: '1 and 2',
      answer: 'confirmed',
    });
  });

  test('a cluster that stayed whole refutes them', () => {
    const looks = [cutSample(partition)];
    expect(about('cluster sizes', judged(partition, { looks })).answer).toBe('refuted');
  });

  test('are what the author expects, where something is; in force is another question', () => {
    const whole = expecting({ clusterSizes: [3] });
    expect(about('cluster sizes', judged(whole))).toEqual({
      what: 'cluster sizes',
      by: 'experiment',
      expected: '3',
      seen: 'cluster sizes 1 and 2 under 2 key(s), expected 3',
      answer: 'refuted',
    });
    expect(about('cluster sizes', judged(whole, { looks: [cutSample(whole)] })).answer).toBe(
      'confirmed',
    );
    const findings = inForceFindings(whole, openSample(whole), split());
    expect(findings.filter(({ answer }) => answer !== 'confirmed')).toEqual([]);
  });

  test('the last look decides, not the proof', () => {
    const looks = [split(), cutSample(partition)];
    expect(about('cluster sizes', judged(partition, { looks })).answer).toBe('refuted');
  });
});

describe('the principal', () => {
  const onLarger = expecting({ principal: 'larger-side' });
  const onSmaller = expecting({ principal: 'smaller-side' });

  test('n3, which led before, is on the larger side when n1 is cut off', () => {
    expect(about('principal', judged(onLarger)).answer).toBe('confirmed');
    expect(about('principal', judged(onSmaller)).answer).toBe('refuted');
  });

  test('without a split there is no side', () => {
    const looks = [cutSample(partition)];
    expect(about('principal', judged(onLarger, { looks })).answer).toBe('refuted');
  });

  test('a node on either side that does not answer leaves it open', () => {
    for (const silent of [0, 1]) {
      const views = [{ size: 1, key: 'B' }, { size: 2 }, { size: 2 }].map((view, index) =>
        index === silent ? null : view,
      );
      const looks = [split({ views: viewsOf(partition, views) })];
      expect(about('principal', judged(onLarger, { looks }))).toMatchObject({
        answer: 'inconclusive',
        seen: `n${silent + 1} did not answer`,
      });
    }
  });

  test('a leader that does not answer leaves it open', () => {
    const looks = [
      split({ views: viewsOf(partition, [{ size: 1, key: 'B' }, { size: 2 }, null]) }),
    ];
    expect(about('principal', judged(onLarger, { looks })).answer).toBe('inconclusive');
  });
});

/** What is said of unavailable partitions once this was seen. */
const ofUnavailable = (subject: Subject, seen: readonly Sample[]) =>
  about('unavailable partitions', judged(subject, { looks: seen })).answer;

describe('unavailable partitions', () => {
  const views = viewsOf(partition, [
    { size: 1, key: 'B', unavailable: 2048 },
    { size: 2, key: 'C', unavailable: 100 },
    { size: 2, key: 'C', unavailable: 100 },
  ]);
  const looks = [split(), split({ views }), split()];

  test('count once for each sub-cluster, at the worst look', () => {
    const exact = expecting({ unavailablePartitions: { atLeast: 2148, atMost: 2148 } });
    expect(about('unavailable partitions', judged(exact, { looks }))).toMatchObject({
      expected: '2148',
      answer: 'confirmed',
    });
    const less = expecting({ unavailablePartitions: { atMost: 2147 } });
    expect(about('unavailable partitions', judged(less, { looks })).answer).toBe('refuted');
  });

  test('none are predicted of AP namespaces, and nothing of SC or of what nobody told', () => {
    expect(about('unavailable partitions', judged(surveyed(false))).answer).toBe('confirmed');
    expect(about('unavailable partitions', judged(surveyed(false), { looks })).answer).toBe(
      'refuted',
    );
    for (const subject of [partition, surveyed(true)]) {
      const told = judged(subject, { looks }).map(({ what }) => what);
      expect(told).not.toContain('unavailable partitions');
    }
  });

  describe('a node without a cluster', () => {
    const lone = { size: 0, key: '0', unavailable: 4096 };
    const starting = split({ views: viewsOf(partition, [lone, { size: 2 }, { size: 2 }]) });
    const never = surveyed(false);
    const part = aPart({ kind: 'service', clusterSizes: [2] });
    const held = { ...never, plan: { ...never.plan, parts: [part] } };
    test('that has just started, and joins one later, loses nothing', () => {
      expect(part.targets).toEqual(['i-n1']);
      expect(ofUnavailable(held, [starting, split()])).toBe('confirmed');
    });

    test('that stays so, or that nobody stopped, loses all', () => {
      expect(ofUnavailable(held, [split(), starting])).toBe('refuted');
      expect(ofUnavailable(never, [starting, split()])).toBe('refuted');
    });
  });

  test('a node that did not answer leaves it open', () => {
    const silent = [split({ views: viewsOf(partition, [null, { size: 2 }, { size: 2 }]) })];
    expect(
      about('unavailable partitions', judged(surveyed(false), { looks: silent })),
    ).toMatchObject({ answer: 'inconclusive', seen: '0 at the worst look, but n1 did not answer' });
  });
});

describe('client errors', () => {
  const bounded = expecting({ clientErrorPercent: 5 });
  const baseline = withCounts(openSample(partition), 1_000, [1_000, 10, 0]);
  const grown = (counts: number[], from?: string[]): readonly Sample[] => [
    withCounts(split(), 20_000, counts, from),
  ];
  const answer = (looks: readonly Sample[], before = baseline): string =>
    about('client errors', judged(bounded, { baseline: before, looks })).answer;

  test('are the share of what nodes counted since before the fault', () => {
    expect(answer(grown([1_950, 60, 0]))).toBe('confirmed'); // 50 of 1000 each.
    expect(answer(grown([1_940, 60, 10]))).toBe('refuted');
  });

  test('count what timed out in the queue as failed', () => {
    expect(answer(grown([1_950, 10, 0, 50]))).toBe('confirmed');
    expect(answer(grown([1_940, 10, 0, 60]))).toBe('refuted');
  });

  describe('read once more before the fault', () => {
    const armed = withCounts(openSample(partition), 18_000, [3_000, 10, 0]);
    const first = withCounts(split(), 21_000, [3_100, 20, 0]);
    const last = withCounts(split(), 31_000, [3_880, 130, 0]);
    const told = (percent: number, changes: Partial<Evidence>): Hypothesis =>
      about(
        'client errors',
        judged(expecting({ clientErrorPercent: percent }), {
          baseline,
          looks: [first, last],
          ...changes,
        }),
      );

    test('are of that reading on, which a long preparation does not thin', () => {
      expect(told(5, { armed })).toMatchObject({
        seen: '12.00 %: 360 of 3000',
        answer: 'refuted',
      });
      expect(told(5, {})).toMatchObject({
        seen: '4.00 %: 360 of 9000 since before Arm',
        answer: 'confirmed',
      });
    });

    test('are only within bounds where what was done before the fault does not decide', () => {
      expect(told(13, { armed })).toMatchObject({
        seen: '12.00 %: 360 of 3000; up to 13.33 % of what was asked in the fault alone',
        answer: 'inconclusive',
      });
      expect(told(14, { armed }).answer).toBe('confirmed');
    });

    test('by some nodes is not by all', () => {
      const some = withCounts(openSample(partition), 18_000, [3_000, 10, 0], ['i-n1']);
      expect(told(5, { armed: some }).seen).toContain('since before Arm');
    });
  });

  test('a node that began anew, or did not tell, leaves it open', () => {
    expect(answer(grown([900, 10, 0]))).toBe('inconclusive');
    expect(answer(grown([1_950, 60, 0], ['i-n1', 'i-n2']))).toBe('inconclusive');
  });

  test('a node that told before, and is silent in the last look, leaves it open', () => {
    const [early] = grown([1_950, 60, 0]);
    expect(answer([...(early === undefined ? [] : [early]), split()])).toBe('inconclusive');
  });

  test('without any request nothing can be said', () => {
    expect(answer(grown([1_000, 10, 0]))).toBe('inconclusive');
  });
});

const lagOf = (from: string, seconds: number): Seen => ({
  from,
  at: 5_000,
  result: { probe: 'lag/x/3000', answer: 'ok', lags: [['far', seconds, null, null, null]] },
});

const lagging = (lags: readonly (number | null)[]): Sample => ({
  ...split(),
  seen: lags.flatMap((seconds, index) =>
    seconds === null ? [] : [lagOf(nodes[index] ?? '', seconds)],
  ),
});

describe('XDR lag', () => {
  const bounded = expecting({ xdrLagSeconds: 30 });
  const answer = (...lags: (number | null)[]): string =>
    about('XDR lag', judged(bounded, { looks: [lagging(lags)] })).answer;

  test('the node that lags most decides', () => {
    expect(answer(1, 30, 2)).toBe('confirmed');
    expect(answer(1, 31, null)).toBe('refuted');
  });

  test('a node that told none leaves it open', () => {
    expect(answer(1, null, 2)).toBe('inconclusive');
    expect(answer(null, null, null)).toBe('inconclusive');
  });
});

describe('recovery time', () => {
  const bounded = expecting({ recoverySeconds: 3 });
  const answer = (restoredAt: number | null, recoveredAt: number | null): string =>
    about('recovery time', judged(bounded, { restoredAt, recoveredAt })).answer;

  test('is from restore until the nodes are one cluster', () => {
    expect(answer(60_000, 63_000)).toBe('confirmed');
    expect(answer(60_000, 63_001)).toBe('refuted');
    expect(answer(60_000, null)).toBe('inconclusive');
    expect(answer(null, 63_000)).toBe('inconclusive');
  });
});

test('together they are as good as the worst, and of none nothing is said', () => {
  const [first] = judged(partition);
  expect(expectedVerdict(first === undefined ? [] : [first]).answer).toBe('confirmed');
  expect(expectedVerdict([]).answer).toBe('inconclusive');
  const looks = [cutSample(partition)];
  expect(expectedVerdict(judged(partition, { looks })).answer).toBe('refuted');
});
