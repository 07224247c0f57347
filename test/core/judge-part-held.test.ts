import { describe, expect, test } from 'vitest';
import { partsSeen, recoveredFindings, steadyFindings } from '../../core/judge.ts';
import type { Sample } from '../../core/judge.ts';
import type { PlanPart } from '../../core/plan/plan.ts';
import {
  controlQuestions,
  partQuestions,
  serviceDials,
  serviceViews,
  xdrQuestions,
} from '../../core/probe.ts';
import type { Subject } from '../../core/probe.ts';
import type { HoldService, PauseXdr } from '../../core/step.ts';
import { worst } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';
import { aView } from './answers.ts';
import { aPart, before, inParts, lookAt, looksAt } from './part-answers.ts';
import { aCut } from './plans.ts';

const hold = (how: HoldService['how'], part = 0): HoldService => ({
  id: `hold-service/i-n1`,
  kind: 'hold-service',
  phase: 1,
  says: '',
  instanceId: 'i-n1',
  part,
  how,
  name: how === 'stop' ? 'aerospike' : 'asd',
});

const served = (changes: Partial<PlanPart> = {}): PlanPart =>
  aPart({
    kind: 'service',
    cuts: [aCut('n2,n3', 'n1', 3001, 3002)],
    clusterSizes: [2],
    ...changes,
  });

const silent = { answer: 'silent', reason: 'timed-out' };

/** One look at a service that is held, by how its dial and its view end. */
function heldAt(subject: Subject, atMs: number, dialled: string, view: object): Sample {
  return lookAt(subject, atMs, {
    answering: ({ purpose, item }) => {
      if (purpose !== 'service') return 'as planned';
      return item.startsWith('view/') ? view : dialled;
    },
  });
}

const judgedHeld = (
  how: HoldService['how'],
  dialled: string,
  view: object,
  atMs = 20_000,
): Verdict => {
  const subject = inParts([served()], { steps: [hold(how)] });
  const looks = looksAt(subject, [heldAt(subject, atMs, dialled, view)]);
  return worst(partsSeen(looks)[0]?.findings ?? []);
};

describe('a service that is held', () => {
  test('is asked by a node that goes on, for a connection and for its view', () => {
    const subject = inParts([served()], { steps: [hold('stop')] });
    expect(
      [...serviceDials(subject), ...serviceViews(subject)].map(({ from, item }) => [from, item]),
    ).toEqual([
      ['i-n2', 'new/10.0.0.1/3000'],
      ['i-n2', 'view/10.0.0.1/3000/3'],
    ]);
    expect(controlQuestions(subject).some(({ to }) => to === 'i-n1')).toBe(false);
    expect(controlQuestions(subject).some(({ from }) => from === 'i-n1')).toBe(true);
  });

  test.each([
    { how: 'stop', dialled: 'refused', view: silent, answer: 'confirmed' },
    { how: 'stop', dialled: 'open', view: aView('n1'), answer: 'refuted' },
    { how: 'stop', dialled: 'timed-out', view: silent, answer: 'refuted' },
    { how: 'freeze', dialled: 'open', view: silent, answer: 'confirmed' },
    { how: 'freeze', dialled: 'open', view: aView('n1'), answer: 'refuted' },
    { how: 'freeze', dialled: 'refused', view: silent, answer: 'refuted' },
  ] as const)('$how, dialled $dialled: $answer', ({ how, dialled, view, answer }) => {
    expect(judgedHeld(how, dialled, view).answer).toBe(answer);
  });

  test('says what it was and should be, and why it may be so', () => {
    expect(judgedHeld('freeze', 'open', aView('n1')).evidence).toEqual([
      'service of n1: open and answering while on, and not open and silent',
      'why: freeze of asd did not last: it was started again, or goes by another name',
    ]);
    expect(judgedHeld('stop', 'refused', silent).evidence).toEqual([
      'service of n1: refused and silent at 1 look(s)',
    ]);
  });

  test('is inconclusive while it may still be stopping', () => {
    expect(judgedHeld('stop', 'open', aView('n1'), 2_000).answer).toBe('inconclusive');
  });

  test('that does not answer when it should again is refuted', () => {
    const part = served({ window: { startMs: 0, endMs: 10_000 } });
    const subject = inParts([part], { steps: [hold('stop')] });
    const looks = [
      heldAt(subject, 6_000, 'refused', silent),
      heldAt(subject, 45_000, 'refused', silent),
    ];
    expect(worst(partsSeen(looksAt(subject, looks))[0]!.findings)).toMatchObject({
      answer: 'refuted',
      evidence: [
        'service of n1: refused and silent while off, and not open and answering',
        expect.any(String),
      ],
    });
  });

  test('answers before the fault, and must again after it', () => {
    const subject = inParts([served()], { steps: [hold('freeze')] });
    expect(worst(steadyFindings(subject, before(subject))).answer).toBe('confirmed');
    const deaf = lookAt(subject, 90_000, {
      answering: ({ purpose, item }) => {
        if (purpose !== 'service') return purpose === 'cut' ? 'open' : 'as planned';
        return item.startsWith('view/') ? silent : 'open';
      },
    });
    expect(worst(recoveredFindings(subject, before(subject), deaf)).evidence[0]).toBe(
      'service of n1 does not answer again',
    );
  });
});

const step = (changes: Partial<PauseXdr> = {}): PauseXdr => ({
  id: 'pause-xdr/i-n1',
  kind: 'pause-xdr',
  phase: 1,
  says: '',
  instanceId: 'i-n1',
  address: '10.0.0.1',
  port: 3000,
  how: 'remove-namespaces',
  dc: 'Far_1',
  namespaces: ['test', 'bar'],
  ...changes,
});

const said = (subject: Subject, atMs: number, answer: object | undefined): Sample =>
  lookAt(subject, atMs, {
    answering: ({ purpose }) => (purpose === 'xdr' ? answer : 'as planned'),
  });

const ships = (...namespaces: string[]) => ({ answer: 'ok', namespaces, linkdown: false });

const aPause = (changes: Partial<PlanPart> = {}): PlanPart =>
  aPart({ kind: 'xdr-pause', cuts: [], targets: [], ...changes });

const judgedPause = (answer: object | undefined, changes: Partial<PauseXdr> = {}): Verdict => {
  const subject = inParts([aPause()], { steps: [step(changes)] });
  const looks = looksAt(subject, [said(subject, 20_000, answer)]);
  return worst(partsSeen(looks)[0]?.findings ?? []);
};

describe('shipping that is paused', () => {
  test('is asked of each node by its own address', () => {
    const subject = inParts([aPause()], { steps: [step()] });
    expect(xdrQuestions(subject)).toMatchObject([
      { from: 'i-n1', item: 'xdr/10.0.0.1/3000/Far_1', purpose: 'xdr' },
    ]);
    expect(partQuestions(subject, 'before').map(({ purpose }) => purpose)).toEqual(['xdr']);
  });

  test.each([
    { answer: ships('other'), is: 'confirmed', saw: 'n1 ships nothing to Far_1 at 1 look(s)' },
    { answer: ships('test', 'bar'), is: 'refuted', saw: 'n1 ships all to Far_1 while it is on' },
    { answer: ships('bar'), is: 'refuted', saw: 'n1 ships bar to Far_1 while it is on' },
    {
      answer: silent,
      is: 'inconclusive',
      saw: 'n1 was never heard of Far_1 for certain while it is on',
    },
    {
      answer: undefined,
      is: 'inconclusive',
      saw: 'n1 was never heard of Far_1 for certain while it is on',
    },
  ])('$saw: $is', ({ answer, is, saw }) => {
    const verdict = judgedPause(answer);
    expect(verdict.answer).toBe(is);
    expect(verdict.evidence[0]).toBe(saw);
  });

  test('says why it may be shipped after all', () => {
    expect(judgedPause(ships('bar')).evidence[1]).toMatch(/^why: somebody else set it/);
  });

  test('before server 5.0 the link tells, not the namespaces', () => {
    const old = { how: 'force-linkdown' } as const;
    expect(judgedPause({ answer: 'ok', namespaces: [], linkdown: true }, old).answer).toBe(
      'confirmed',
    );
    expect(judgedPause({ answer: 'ok', namespaces: [], linkdown: false }, old).answer).toBe(
      'refuted',
    );
  });

  test('that goes on after its time is refuted', () => {
    const subject = inParts([aPause({ window: { startMs: 0, endMs: 20_000 } })], {
      steps: [step()],
    });
    const looks = [said(subject, 10_000, ships()), said(subject, 30_000, ships())];
    expect(worst(partsSeen(looksAt(subject, looks))[0]!.findings).evidence[0]).toBe(
      'n1 ships nothing to Far_1 while it is off',
    );
  });

  test('was there before, and must be all again', () => {
    const subject = inParts([aPause()], { steps: [step()] });
    const shipping = (answer: object): Sample => {
      const sample = before(subject);
      const [question] = xdrQuestions(subject);
      const told = said(subject, 0, answer).seen.filter(
        ({ result }) => result.probe === question?.item,
      );
      return { ...sample, seen: [...sample.seen, ...told] };
    };
    expect(worst(steadyFindings(subject, shipping(ships('test', 'bar')))).answer).toBe('confirmed');
    expect(worst(steadyFindings(subject, shipping(ships('test')))).answer).toBe('refuted');
    expect(worst(steadyFindings(subject, before(subject))).answer).toBe('inconclusive');
    const again = recoveredFindings(subject, before(subject), shipping(ships('test')));
    expect(worst(again).evidence[0]).toBe('n1 ships test to Far_1, not all again');
  });
});
