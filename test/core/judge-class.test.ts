/** Long, for it is one table of answers and the verdict class that each comes to, with one set of samples. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionsOf, within } from '../../core/cut.ts';
import { inForceFindings } from '../../core/judge.ts';
import type { Sample } from '../../core/judge.ts';
import { canaryQuestions, controlQuestions, cutQuestions } from '../../core/probe.ts';
import type { Subject } from '../../core/probe.ts';
import { worst } from '../../core/verdict.ts';
import {
  cutSample,
  except,
  leaving,
  openSample,
  severing,
  splitViews,
  viewsOf,
  wholeViews,
} from './answers.ts';
import { aClient, aClientCut, aPartition, anInventory, someNodes } from './inventories.ts';
import { aCut, aPlan, aSubjectOf, bothWays } from './plans.ts';

const verdictOf = (subject: Subject, now: Sample, baseline = openSample(subject)) =>
  worst(inForceFindings(subject, baseline, now));

/** The one line with the class, which must be the first. */
function classIn({ evidence: [first = '', ...others] }: { evidence: readonly string[] }): string {
  expect(others.filter((saw) => saw.includes('verdict class'))).toEqual([]);
  return /; verdict class: (.*)$/.exec(first)?.[1] ?? first;
}

describe('the verdict class of a client-cut', () => {
  const [cut] = cutQuestions(leaving);
  const [control] = controlQuestions(leaving);
  const [canary] = canaryQuestions(leaving, 'kept');

  test.each([
    { name: 'leave', subject: leaving, canaries: 'alive', is: 'new connections only' },
    { name: 'sever', subject: severing, canaries: 'dead', is: 'full' },
    {
      name: 'leave',
      subject: leaving,
      canaries: 'dead',
      is: 'full, predicted new connections only',
    },
    {
      name: 'sever',
      subject: severing,
      canaries: 'alive',
      is: 'new connections only, predicted full',
    },
  ] as const)('$name with canaries $canaries: $is', ({ subject, canaries, is }) => {
    expect(classIn(verdictOf(subject, cutSample(subject, { canaries })))).toBe(is);
  });

  test('is none as soon as a new connection passes, whatever became of the others', () => {
    const { answer, evidence } = verdictOf(leaving, except(cutSample(leaving), cut, 'open'));

    expect(answer).toBe('refuted');
    expect(evidence[0]).toBe(
      'new connections: 2 of 3 stopped (timed-out), 1 still open; verdict class: none, predicted new connections only',
    );
  });

  test('is overreach as soon as a control falls, even where the cut failed, too', () => {
    const both = except(except(cutSample(leaving), cut, 'open'), control, 'timed-out');
    const { answer, evidence } = verdictOf(leaving, both);

    expect(answer).toBe('refuted');
    expect(evidence[0]).toBe(
      'controls: 11 of 12 still open: overreach; verdict class: overreach, predicted new connections only',
    );
  });

  test('is unknown while a new connection or a canary has not answered', () => {
    expect(classIn(verdictOf(leaving, except(cutSample(leaving), cut)))).toMatch(/^unknown/);
    expect(classIn(verdictOf(leaving, except(cutSample(leaving), canary)))).toMatch(/^unknown/);
  });

  test('is unknown where no canary could be held: groups say nothing of what stands', () => {
    const admin = aSubjectOf(
      aClientCut({}, { ports: ['admin'] }),
      leaving.inventory,
      aPlan([aCut('c1', 'n1', 3003)], { connections: 'new connections only', falls: [] }),
    );
    const { answer, evidence } = verdictOf(admin, cutSample(admin));

    expect(answer).toBe('inconclusive');
    expect(evidence[0]).toMatch(/^established connections: none could be watched; verdict class/);
  });
});

describe('a cut of which only a part falls (some flows untracked)', () => {
  const part = aSubjectOf(
    aClientCut(),
    leaving.inventory,
    aPlan([aCut('c1', 'n1,n2,n3', 3000)], {
      connections: 'partly established',
      falls: [aCut('c1', 'n2', 3000)],
    }),
  );
  const falls = within(part.plan.prediction.falls);
  const asFalls = (wrong: string): Sample =>
    cutSample(part, {
      answering: (question) => {
        if (question.purpose !== 'canary') return 'as planned';
        return falls(question) === (question.to !== wrong) ? 'dead' : 'alive';
      },
    });

  test('is confirmed where exactly that part fell', () => {
    expect(verdictOf(part, asFalls('nobody'))).toMatchObject({
      answer: 'confirmed',
      evidence: expect.arrayContaining([
        'established connections: 2 alive, 1 dead of 3; verdict class: partly established',
      ]),
    });
  });

  test.each(['i-n1', 'i-n2'])('is refuted where %s did otherwise, with the number', (wrong) => {
    const { answer, evidence } = verdictOf(part, asFalls(wrong));

    expect(answer).toBe('refuted');
    expect(evidence[0]).toContain('of 3, 1 not as predicted; verdict class: ');
  });
});

describe('the verdict class of a partition by groups, from what the nodes count', () => {
  const inventory = anInventory({ instances: someNodes(3) });
  const experiment = { ...aPartition(), mechanism: 'security-group' as const };
  const cuts = bothWays('n2,n3', 'n1', 3001, 3002);
  const severed = aSubjectOf(experiment, inventory, aPlan(cuts, { clusterSizes: [1, 2] }));
  const left = aSubjectOf(
    { ...experiment, established: 'leave' as const },
    inventory,
    aPlan(cuts, { connections: 'new connections only', falls: [] }),
  );
  const beats = (...counts: readonly number[]): Sample =>
    cutSample(severed, {
      views: viewsOf(
        severed,
        counts.map((heartbeats) => ({ heartbeats })),
      ),
    });

  test('SG1: links that stand outlive their rules, which is what leave predicts', () => {
    const { answer, evidence } = verdictOf(left, cutSample(left));

    expect(answer).toBe('confirmed');
    expect(evidence[0]).toBe(
      'heartbeat links of the cut: 0 of 4 ends gone; verdict class: new connections only',
    );
  });

  test('SG1 where sever was asked for: refuted, with the reason', () => {
    const { answer, evidence } = verdictOf(severed, cutSample(severed));

    expect(answer).toBe('refuted');
    expect(evidence.slice(0, 3)).toEqual([
      'heartbeat links of the cut: 0 of 4 ends gone; verdict class: new connections only, predicted full',
      'cluster_size stayed 3: cluster sizes 3 under 1 key(s), predicted 1 and 2',
      'why: connections that stand are tracked and outlive their rules; established "sever" would close them',
    ]);
  });

  test('SG2 and SG3: links gone and sizes split is full', () => {
    const { answer, evidence } = verdictOf(
      severed,
      cutSample(severed, { views: splitViews(severed) }),
    );

    expect(answer).toBe('confirmed');
    expect(evidence[0]).toBe('heartbeat links of the cut: 4 of 4 ends gone; verdict class: full');
  });

  test.each([
    { counts: [0, 1, 1], is: 'full', ends: '4 of 4' },
    { counts: [1, 2, 1], is: 'partly established, predicted full', ends: '2 of 4' },
    { counts: [2, 2, 2], is: 'new connections only, predicted full', ends: '0 of 4' },
  ])('heartbeat links down to $counts: $is', ({ counts, is, ends }) => {
    const line = inForceFindings(severed, openSample(severed), beats(...counts))[0];
    expect(line).toMatchObject({
      saw: `heartbeat links of the cut: ${ends} ends gone`,
      verdictClass: is,
    });
  });

  test('a probe that was counted as a link before is no link that fell', () => {
    const views = viewsOf(
      left,
      [3, 3, 2].map((heartbeats) => ({ heartbeats })),
    );
    const line = inForceFindings(left, { ...openSample(left), views }, cutSample(left))[0];

    expect(line).toMatchObject({
      saw: 'heartbeat links of the cut: 0 of 4 ends gone',
      verdictClass: 'new connections only',
    });
  });

  test('leave is refuted where links fell after all', () => {
    const now = { ...cutSample(left), views: beats(0, 1, 1).views };
    expect(classIn(verdictOf(left, now))).toBe('full, predicted new connections only');
  });

  test('a node that does not say how many links it has: unknown', () => {
    const now = cutSample(severed, { views: viewsOf(severed, [{}, null, {}]) });
    const bare = inForceFindings(left, openSample(left), now)[0];

    expect(bare).toMatchObject({
      answer: 'inconclusive',
      verdictClass: 'unknown, predicted new connections only',
    });
  });

  test.each([
    { fabric: [0, 24, 24], answer: 'confirmed', is: 'full' },
    { fabric: [48, 48, 48], answer: 'refuted', is: 'new connections only, predicted full' },
  ])('of the fabric alone, by its links: $fabric is $is', ({ fabric, answer, is }) => {
    const only = aSubjectOf(experiment, inventory, aPlan(bothWays('n2,n3', 'n1', 3001), {}));
    const views = viewsOf(
      only,
      fabric.map((links) => ({ fabric: links })),
    );
    const verdict = verdictOf(only, cutSample(only, { views }));

    expect(verdict.answer).toBe(answer);
    expect(classIn(verdict)).toBe(is);
  });

  test('filters that stop every packet are believed of the fabric, which notices late', () => {
    const only = aSubjectOf(aPartition(), inventory, aPlan(bothWays('n2,n3', 'n1', 3001), {}));
    const { answer, evidence } = verdictOf(only, cutSample(only));

    expect(answer).toBe('confirmed');
    expect(evidence[0]).toBe('new connections: 4 of 4 stopped (timed-out); verdict class: full');
  });
});

describe('controls of every kind', () => {
  const withOthers = aSubjectOf(
    aClientCut({}, { clients: ['c1'] }),
    anInventory({ instances: [...someNodes(2), aClient(1), aClient(2)] }),
    aPlan([aCut('c1', 'n1,n2', 3000)], {
      clusterSizes: [2],
      connections: 'new connections only',
      falls: [],
    }),
  );
  const held = canaryQuestions(withOthers, 'kept').find(({ from }) => from === 'i-c2');

  test('connections that stand outside the cut are told of', () => {
    expect(verdictOf(withOthers, cutSample(withOthers)).evidence).toContain(
      'controls: 6 of 6 still open, 2 of 2 held alive',
    );
  });

  test('one of them that died is overreach; one that says nothing is not', () => {
    const now = cutSample(withOthers);
    const died = verdictOf(withOthers, except(now, held, 'dead'));

    expect(classIn(died)).toBe('overreach, predicted new connections only');
    expect(verdictOf(withOthers, except(now, held, 'absent')).answer).toBe('inconclusive');
  });

  test.each([
    { later: 'refused', is: 'new connections only' },
    { later: 'open', is: 'new connections only' },
    { later: 'timed-out', is: 'overreach, predicted new connections only' },
  ])('a host that refused before the fault and is $later now: $is', ({ later, is }) => {
    const [control] = controlQuestions(withOthers);
    const baseline = except(openSample(withOthers), control, 'refused');
    const now = except(cutSample(withOthers), control, later);

    expect(classIn(verdictOf(withOthers, now, baseline))).toBe(is);
  });

  test('a control that was closed before says nothing now', () => {
    const [control] = controlQuestions(withOthers);
    const baseline = except(openSample(withOthers), control, 'timed-out');
    const now = except(cutSample(withOthers), control, 'timed-out');

    expect(verdictOf(withOthers, now, baseline).evidence).toContain(
      'controls: 5 of 5 still open, 2 of 2 held alive',
    );
  });
});

describe('for any answers to a client-cut', () => {
  const four = anInventory({ instances: [...someNodes(4), aClient(1), aClient(2)] });
  const cut = aCut('c1,c2', 'n1,n2,n3,n4', 3000);
  const all = connectionsOf([cut]);
  const flags = fc.array(fc.boolean(), { minLength: 8, maxLength: 8 });

  test('confirmed only where new ones stopped, controls stand, and just what falls fell', () => {
    const cases = fc.record({
      falls: flags,
      // Mostly as predicted, else hardly any would be confirmed.
      flips: fc.oneof(fc.constant(Array<boolean>(8).fill(false)), flags),
      leaks: fc.oneof(fc.constant(8), fc.nat(8)),
      harmed: fc.oneof(fc.constant(99), fc.nat(9)),
    });
    const answers = { confirmed: 0, refuted: 0 };
    fc.assert(
      fc.property(cases, ({ falls, flips, leaks, harmed }) => {
        const fallen = all.filter((_, index) => falls[index]);
        const connections =
          fallen.length === 8
            ? 'full'
            : fallen.length === 0
              ? 'new connections only'
              : 'partly established';
        const subject = aSubjectOf(
          aClientCut(),
          four,
          aPlan([cut], {
            clusterSizes: [4],
            connections,
            falls: fallen.map(({ from, to, port }) => ({ from: [from], to: [to], ports: [port] })),
          }),
        );
        const indexOf = ({ from, to }: { from: string; to: string }): number =>
          all.findIndex((one) => one.from === from && one.to === to);
        const isDead = (index: number): boolean => falls[index] !== flips[index];
        const controls = controlQuestions(subject);
        const now = cutSample(subject, {
          views: wholeViews(subject),
          answering: (question) => {
            if (question.purpose === 'cut' && indexOf(question) === leaks) return 'open';
            if (question.purpose === 'canary') return isDead(indexOf(question)) ? 'dead' : 'alive';
            const hit = controls[harmed];
            return hit?.item === question.item && hit.from === question.from
              ? 'timed-out'
              : 'as planned';
          },
        });
        const verdict = verdictOf(subject, now);
        const dead = all.filter((_, index) => isDead(index)).length;
        const seen =
          dead === 8 ? 'full' : dead === 0 ? 'new connections only' : 'partly established';
        const wanted = harmed < controls.length ? 'overreach' : leaks < 8 ? 'none' : seen;
        const good = wanted === seen && !flips.includes(true);

        expect(verdict.answer).toBe(good ? 'confirmed' : 'refuted');
        expect(classIn(verdict).split(', predicted')[0]).toBe(wanted);
        answers[good ? 'confirmed' : 'refuted'] += 1;
      }),
      { numRuns: 500 },
    );
    expect(Math.min(answers.confirmed, answers.refuted)).toBeGreaterThan(3);
  });
});
