import { describe, expect, test } from 'vitest';
import type { NodeChanges } from '../../core/clusters.ts';
import type { Sample } from '../../core/judge.ts';
import { sizesInLook, sizesInRun } from '../../core/judge/sizes.ts';
import type { NodeView } from '../../core/observation.ts';
import type { PlanPart } from '../../core/plan/plan.ts';
import type { Subject } from '../../core/probe.ts';
import { stretchesOf } from '../../core/probe/stretches.ts';
import { worst } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';
import { aPart, inParts, injectAt, lookAt, looksAt } from './part-answers.ts';
import { bothWays } from './plans.ts';

const splitting = (changes: Partial<PlanPart> = {}): PlanPart =>
  aPart({ cuts: bothWays('n2,n3', 'n1', 3001, 3002), clusterSizes: [1, 2], ...changes });

const split: Partial<NodeView>[] = [
  { size: 1, key: 'B' },
  { size: 2, key: 'C' },
  { size: 2, key: 'C' },
];
const whole: Partial<NodeView>[] = [{}, {}, {}];

const look = (
  subject: Subject,
  atMs: number,
  views: readonly (Partial<NodeView> | null)[],
): Sample => lookAt(subject, atMs, { views });

/** What recorders noted: [ms, sizes of n1, n2 and n3]; the rest of a name is the key. */
function recorded(...changes: readonly [number, readonly (string | null)[]][]): NodeChanges[] {
  return ['n1', 'n2', 'n3'].map((node, index) => ({
    node,
    changes: changes.map(([atMs, said]) => {
      const [at, text] = [injectAt + atMs, said[index] ?? null];
      return text === null ? [at, null] : [at, Number.parseInt(text, 10), text, 'n3', 1, 0];
    }),
  }));
}

const told = (cuts: PlanPart['cuts']): readonly string[] => {
  const subject = inParts([splitting({ cuts })]);
  return worst(sizesInLook(looksAt(subject, [look(subject, 20_000, whole)]))).evidence;
};

describe('the sizes that one look saw', () => {
  const flaps = inParts([splitting({ flapping: { onSeconds: 20, offSeconds: 20 } })]);
  const judged = (atMs: number, views: readonly (Partial<NodeView> | null)[]): Verdict =>
    worst(sizesInLook(looksAt(flaps, [look(flaps, atMs, views)], 'look')));

  test.each([
    { atMs: 10_000, views: split, answer: 'confirmed' },
    { atMs: 10_000, views: whole, answer: 'refuted' },
    { atMs: 30_000, views: whole, answer: 'confirmed' },
    { atMs: 30_000, views: split, answer: 'refuted' },
    { atMs: 10_000, views: [{ size: 1, key: 'B' }, null, { size: 2 }], answer: 'inconclusive' },
    { atMs: 2_000, views: whole, answer: 'inconclusive' },
    { atMs: 21_000, views: split, answer: 'inconclusive' },
    { atMs: 19_500, views: split, answer: 'inconclusive' },
  ])('at $atMs ms: $answer', ({ atMs, views, answer }) => {
    expect(judged(atMs, views).answer).toBe(answer);
  });

  test('are told with what was predicted', () => {
    expect(judged(10_000, whole).evidence[0]).toBe(
      'cluster sizes 3, predicted 1 and 2 while part 0 is on',
    );
  });

  test('that stayed are explained where the part cannot split: no heartbeat, or one end', () => {
    expect(told(bothWays('n2,n3', 'n1', 3001))[1]).toBe(
      'why: heartbeat (port 3002) is not cut, and it alone decides who is in the cluster',
    );
    expect(told(bothWays('n2,n3', 'n1', 3002).slice(0, 1))[1]).toMatch(
      /^why: the cut is one-ended: n1 still dials n2/,
    );
  });
});

describe('the sizes that a run saw', () => {
  const endMs = 60_000;
  const judged = (
    subject: Subject,
    changes: readonly NodeChanges[],
    looks: readonly Sample[] = [],
  ): Verdict => worst(sizesInRun(looksAt(subject, looks), { changes, endMs }));
  const once = inParts([splitting({ window: { startMs: 0, endMs: 20_000 } })]);

  test("are confirmed by the nodes' own records, without any look", () => {
    const changes = recorded(
      [-9_000, ['3A', '3A', '3A']],
      [2_400, ['1B', '2C', '2C']],
      [22_300, ['3D', '3D', '3D']],
    );
    expect(judged(once, changes)).toEqual({
      answer: 'confirmed',
      evidence: [
        'cluster sizes as predicted, 1 and 2 while part 0 is on, at 1 time(s)',
        'cluster sizes as predicted, 3 while no part that moves nodes is on, at 1 time(s)',
      ],
    });
  });

  test('are refuted where the cluster stayed whole, or did not come together again', () => {
    expect(judged(once, recorded([-9_000, ['3A', '3A', '3A']])).answer).toBe('refuted');
    const apart = recorded([-9_000, ['3A', '3A', '3A']], [2_400, ['1B', '2C', '2C']]);
    expect(judged(once, apart).evidence[0]).toBe(
      'cluster sizes 1 and 2, predicted 3 while no part that moves nodes is on',
    );
  });

  test('are inconclusive where nobody recorded or looked', () => {
    expect(judged(once, [])).toMatchObject({
      answer: 'inconclusive',
      evidence: [
        'cluster sizes 1 and 2 were predicted of a time that nobody could see for certain',
      ],
    });
  });

  test('are inconclusive where a recorder lost its node', () => {
    const changes = recorded([-9_000, ['3A', '3A', '3A']], [2_400, ['1B', null, '2C']]);
    expect(judged(once, changes).answer).toBe('inconclusive');
  });

  test('of times on that are too short to settle must have been there for a moment', () => {
    const flaps = inParts([splitting({ flapping: { onSeconds: 4, offSeconds: 26 } })]);
    const came = recorded(
      [-9_000, ['3A', '3A', '3A']],
      [2_500, ['1B', '2C', '2C']],
      [6_000, ['3D', '3D', '3D']],
      [32_500, ['1E', '2F', '2F']],
      [36_000, ['3G', '3G', '3G']],
    );
    expect(judged(flaps, came).answer).toBe('confirmed');
    expect(judged(flaps, recorded([-9_000, ['3A', '3A', '3A']])).answer).toBe('refuted');
  });

  test('of times on too short to be sure of, nothing is said where nothing changed', () => {
    const quick = inParts([splitting({ flapping: { onSeconds: 2, offSeconds: 28 } })]);
    expect(judged(quick, recorded([-9_000, ['3A', '3A', '3A']])).answer).toBe('inconclusive');
  });

  test('must stay where no part moves nodes', () => {
    const gentle = inParts([aPart()]);
    expect(judged(gentle, [], [look(gentle, 20_000, whole)]).answer).toBe('confirmed');
    expect(judged(gentle, [], [look(gentle, 20_000, split)]).answer).toBe('refuted');
  });
});

describe('what should be seen while several parts are on', () => {
  test('is made from all their cuts', () => {
    const subject = inParts([
      splitting({ window: { startMs: 0, endMs: 40_000 } }),
      splitting({
        part: 1,
        cuts: bothWays('n1,n3', 'n2', 3002),
        window: { startMs: 20_000, endMs: 60_000 },
      }),
    ]);
    expect(stretchesOf(subject, 60_000).map(({ startMs, sizes }) => [startMs, sizes])).toEqual([
      [-Infinity, [3]],
      [0, [1, 2]],
      [20_000, [1, 1, 1]],
      [40_000, [1, 2]],
    ]);
  });

  test('leaves out a service that is held, which says nothing', () => {
    const held = aPart({
      kind: 'service',
      clusterSizes: [2],
      window: { startMs: 0, endMs: 60_000 },
    });
    const subject = inParts([held]);
    const silent = [null, { size: 2, key: 'C' }, { size: 2, key: 'C' }];
    const judged = (views: readonly (Partial<NodeView> | null)[]): Verdict =>
      worst(sizesInLook(looksAt(subject, [look(subject, 30_000, views)])));

    expect(judged(silent).answer).toBe('confirmed');
    expect(judged([null, {}, {}]).answer).toBe('refuted');
    expect(judged([null, null, { size: 2, key: 'C' }]).answer).toBe('inconclusive');
  });

  test('an orphan is given the time that it takes to say so', () => {
    const bridge = splitting({ clusterSizes: [0, 2] });
    expect(stretchesOf(inParts([bridge]), 60_000)[1]?.settledMs).toBe(14_000);
    expect(stretchesOf(inParts([splitting()]), 60_000)[1]?.settledMs).toBe(5_000);
  });
});
