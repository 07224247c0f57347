import { describe, expect, test } from 'vitest';
import { inForceFindings } from '../../core/judge.ts';
import type { Sample } from '../../core/judge.ts';
import { canaryQuestions, controlQuestions, cutQuestions } from '../../core/probe.ts';
import type { Subject } from '../../core/probe.ts';
import { worst } from '../../core/verdict.ts';
import type { Finding } from '../../core/verdict.ts';
import {
  cutSample,
  except,
  finding,
  leaving,
  openSample,
  partition,
  recipe,
  severing,
  splitViews,
  viewsOf,
} from './answers.ts';

const [cut] = cutQuestions(partition);
const [control] = controlQuestions(partition);
const [canary, secondCanary] = canaryQuestions(leaving, 'kept');

const judge = (now: Sample, subject: Subject = partition): Finding[] =>
  inForceFindings(subject, openSample(subject), now);

const sizesIn = (findings: readonly Finding[]): Finding => {
  const found = findings.find(({ saw }) => /cluster sizes|for its cluster/.test(saw));
  if (found === undefined) throw new Error(`No sizes: ${JSON.stringify(findings)}`);
  return found;
};

describe('in force', () => {
  const split = cutSample(partition, { views: splitViews(partition) });

  test('is confirmed where the cut is closed, controls are open and the sizes are as predicted', () => {
    expect(worst(judge(split))).toEqual({
      answer: 'confirmed',
      evidence: [
        'heartbeat links of the cut: 4 of 4 ends gone; verdict class: full',
        'new connections: 8 of 8 stopped (timed-out)',
        'controls: 10 of 10 still open',
        'cluster sizes 1 and 2 under 2 key(s), predicted 1 and 2',
      ],
    });
  });

  test('of the one-ended recipe is refuted, and says that cluster_size stayed', () => {
    const { answer, evidence } = worst(judge(cutSample(recipe), recipe));

    expect(answer).toBe('refuted');
    expect(evidence).toEqual([
      'cluster_size stayed 3: cluster sizes 3 under 1 key(s), predicted 1 and 2; verdict class: new connections only, predicted full',
      'why: the cut is one-ended: n1 still dials n2, and one heartbeat link a pair is enough',
      'new connections: 4 of 4 stopped (timed-out)',
      'controls: 14 of 14 still open',
    ]);
  });

  test.each([
    { answer: 'refused', wanted: 'confirmed', saw: '8 of 8 stopped (refused, timed-out)' },
    { answer: 'reset', wanted: 'confirmed', saw: '8 of 8 stopped (reset, timed-out)' },
    { answer: 'unreachable', wanted: 'confirmed', saw: '8 of 8 stopped (unreachable, timed-out)' },
    { answer: 'open', wanted: 'refuted', saw: '7 of 8 stopped (timed-out), 1 still open' },
    { answer: undefined, wanted: 'inconclusive', saw: '7 of 8 stopped (timed-out), 1 unanswered' },
  ])('a connection to cut that is $answer: $wanted', ({ answer, wanted, saw }) => {
    const now = cutSample(partition, {
      views: splitViews(partition),
      answering: (question) =>
        question.item === cut?.item && question.from === cut.from ? answer : 'as planned',
    });
    expect(finding(judge(now), saw).answer).toBe(wanted);
  });

  test('an open connection refutes, whatever else went unanswered', () => {
    const now = except(except(split, cut, 'open'), cutQuestions(partition)[1]);
    expect(finding(judge(now), 'new connections').answer).toBe('refuted');
  });

  test('says nothing of connections that were closed before', () => {
    const closed = { ...openSample(partition), seen: [] };
    const blocked = inForceFindings(partition, closed, split)[1];

    expect(blocked).toEqual({
      answer: 'inconclusive',
      saw: 'none of the connections to cut was open before the fault',
    });
  });

  test.each([
    {
      answer: 'timed-out',
      wanted: 'refuted',
      saw: 'controls: 9 of 10 still open: overreach',
    },
    { answer: undefined, wanted: 'inconclusive', saw: 'controls: 9 of 10 still open' },
  ])('a control that is $answer: $wanted', ({ answer, wanted, saw }) => {
    expect(finding(judge(except(split, control, answer)), saw).answer).toBe(wanted);
  });

  test('without any control open before, overreach could not be seen: inconclusive', () => {
    const baseline = openSample(partition);
    const blind = {
      ...baseline,
      seen: baseline.seen.filter(
        ({ from, result }) =>
          !controlQuestions(partition).some(
            (one) => one.from === from && one.item === result.probe,
          ),
      ),
    };

    const found = finding(
      inForceFindings(partition, blind, split),
      'no control connection was open',
    );
    expect(found.answer).toBe('inconclusive');
  });

  test.each([
    { said: [{ size: 1, key: 'B' }, { size: 2 }, { size: 2 }], answer: 'confirmed' },
    { said: [{ size: 1, key: 'B' }, { size: 2 }, null], answer: 'inconclusive' },
    { said: [{ size: 1, key: 'B' }, { size: 2 }], answer: 'inconclusive' },
    { said: [], answer: 'inconclusive' },
    { said: [{ size: 1, key: 'B' }, { size: 2, key: 'C' }, { size: 2 }], answer: 'refuted' },
    { said: [{ size: 1, key: 'B' }, { size: 1, key: 'C' }, { size: 1 }], answer: 'refuted' },
    { said: [{ size: 0, key: '0' }, { size: 2 }, { size: 2 }], answer: 'refuted' },
  ])('sizes as $said: $answer', ({ said, answer }) => {
    const sizes = sizesIn(judge({ ...split, views: viewsOf(partition, said) }));
    expect(sizes.answer).toBe(answer);
  });

  test('does not call three orphans a cluster that stayed', () => {
    const orphan = { size: 0, key: '0' };
    const sizes = sizesIn(judge({ ...split, views: viewsOf(partition, [orphan, orphan, orphan]) }));

    expect(sizes).toEqual({
      answer: 'refuted',
      saw: 'cluster sizes 0 under 1 key(s), predicted 1 and 2',
    });
  });
});

const judgeEstablished = (subject: Subject, now: Sample): Finding =>
  finding(inForceFindings(subject, openSample(subject), now), 'established connections');

describe('in force of a client-cut', () => {
  test.each([
    {
      name: 'leave',
      subject: leaving,
      canaries: 'alive',
      answer: 'confirmed',
      says: 'new connections only',
    },
    { name: 'leave', subject: leaving, canaries: 'dead', answer: 'refuted', says: 'full' },
    { name: 'sever', subject: severing, canaries: 'dead', answer: 'confirmed', says: 'full' },
    {
      name: 'sever',
      subject: severing,
      canaries: 'alive',
      answer: 'refuted',
      says: 'new connections only',
    },
  ] as const)(
    '$name with canaries $canaries: $answer, $says',
    ({ subject, canaries, answer, says }) => {
      const found = judgeEstablished(subject, cutSample(subject, { canaries }));

      expect(found.answer).toBe(answer);
      const as = answer === 'confirmed' ? '' : `, predicted ${subject.plan.prediction.connections}`;
      expect(found.verdictClass).toBe(`${says}${as}`);
    },
  );

  test.each([leaving, severing])('some alive and some dead is neither', (subject) => {
    const found = judgeEstablished(subject, except(cutSample(subject), canary, 'dead'));

    expect(found).toEqual({
      answer: 'refuted',
      saw: 'established connections: 2 alive, 1 dead of 3',
      verdictClass: `partly established, predicted ${subject.plan.prediction.connections}`,
    });
  });

  test.each([undefined, 'absent', 'stopped'])(
    'a canary that is %s: inconclusive, class unknown',
    (answer) => {
      const found = judgeEstablished(leaving, except(cutSample(leaving), canary, answer));

      expect(found.answer).toBe('inconclusive');
      expect(found.verdictClass).toMatch(/^unknown/);
    },
  );

  test('one that died refutes leave, whatever another did not answer', () => {
    const now = except(except(cutSample(leaving), canary, 'dead'), secondCanary);
    expect(judgeEstablished(leaving, now).answer).toBe('refuted');
  });

  test('is whole: new stopped, canaries as asked, controls open, cluster whole', () => {
    expect(worst(inForceFindings(leaving, openSample(leaving), cutSample(leaving)))).toEqual({
      answer: 'confirmed',
      evidence: [
        'established connections: 3 alive, 0 dead of 3; verdict class: new connections only',
        'new connections: 3 of 3 stopped (timed-out)',
        'controls: 12 of 12 still open',
        'cluster sizes 3 under 1 key(s), predicted 3',
      ],
    });
  });
});
