import { describe, expect, test } from 'vitest';
import {
  inForceFindings,
  recoveredFindings,
  reopenedFinding,
  steadyFindings,
} from '../../core/judge.ts';
import type { Sample } from '../../core/judge.ts';
import { answersIn } from '../../core/judge/answers.ts';
import { controlQuestions, cutQuestions } from '../../core/probe.ts';
import { worst } from '../../core/verdict.ts';
import type { Finding } from '../../core/verdict.ts';
import {
  except,
  finding,
  leaving,
  openSample,
  partition,
  seen,
  viewsOf,
  wholeViews,
} from './answers.ts';

const [cut] = cutQuestions(partition);
const [control] = controlQuestions(partition);

const judge = (now: Sample): Finding[] => recoveredFindings(partition, openSample(partition), now);

describe('recovered', () => {
  test('is confirmed where one settled cluster is back and everything open', () => {
    expect(worst(judge(openSample(partition)))).toEqual({
      answer: 'confirmed',
      evidence: [
        'one cluster of 3 under one key',
        'n1 stable, 48 fabric links',
        'n2 stable, 48 fabric links',
        'n3 stable, 48 fabric links',
        '18 of 18 tried connections open again',
      ],
    });
  });

  test.each([
    {
      said: { settled: false, migrations: 12 },
      answer: 'refuted',
      saw: 'n3 not stable, 12 partitions',
    },
    { said: { dead: 5 }, answer: 'refuted', saw: 'n3: 5 partitions unavailable or dead' },
    { said: { unavailable: 5 }, answer: 'refuted', saw: 'n3: 5 partitions unavailable' },
    { said: { size: 2, key: 'C' }, answer: 'refuted', saw: 'not one cluster of 3' },
    { said: null, answer: 'inconclusive', saw: 'n3 did not answer' },
  ])('a node that says $said: $answer', ({ said, answer, saw }) => {
    const views = viewsOf(partition, [{}, {}, said]);
    expect(finding(judge({ ...openSample(partition), views }), saw).answer).toBe(answer);
  });

  test.each([
    { answer: 'refused', wanted: 'refuted' },
    { answer: undefined, wanted: 'inconclusive' },
  ])('a connection that is $answer afterwards: $wanted', ({ answer, wanted }) => {
    expect(finding(judge(except(openSample(partition), cut, answer)), 'open again').answer).toBe(
      wanted,
    );
  });

  test('reopened: is confirmed, refuted or inconclusive by the cut connections alone', () => {
    const baseline = openSample(partition);
    const reopened = (now: Sample, before = baseline): string =>
      reopenedFinding(partition, before, now).answer;

    expect(reopened(baseline)).toBe('confirmed');
    expect(reopened(except(baseline, control, 'refused'))).toBe('confirmed');
    expect(reopened(except(baseline, cut, 'refused'))).toBe('refuted');
    expect(reopened(except(baseline, cut))).toBe('inconclusive');
    expect(reopened(baseline, { seen: [], views: [] })).toBe('inconclusive');
  });
});

describe('nothing is rounded up', () => {
  const nothing: Sample = { seen: [], views: [] };

  test.each([
    ['steady', steadyFindings(partition, nothing)],
    ['in force', inForceFindings(partition, openSample(partition), nothing)],
    ['in force of a client-cut', inForceFindings(leaving, openSample(leaving), nothing)],
    ['recovered', recoveredFindings(partition, openSample(partition), nothing)],
  ])('%s without any answer is inconclusive in every finding', (_, findings) => {
    expect(findings.map(({ answer }) => answer)).toEqual(findings.map(() => 'inconclusive'));
    expect(worst(findings).answer).toBe('inconclusive');
  });

  test('an answer from another vantage is no answer', () => {
    const elsewhere = seen(cutQuestions(partition), () => 'open').map((one) => ({
      ...one,
      from: 'i-x',
    }));
    expect(answersIn(elsewhere)(cut!)).toBeUndefined();
  });

  test('a node that only says it is silent gives no answer to a connection', () => {
    const silent = { from: cut!.from, at: 1, result: { probe: cut!.item, established: 3 } };
    expect(answersIn([silent])(cut!)).toBeUndefined();
  });

  test('whole views are whole, so that the cases above change one thing each', () => {
    expect(wholeViews(partition).every(({ view }) => view?.size === 3)).toBe(true);
  });
});
