import { describe, expect, test } from 'vitest';
import { worst } from '../../core/verdict.ts';
import { inForceFindings } from '../../core/judge.ts';
import { cutOffThemselves } from '../../core/judge/vantages.ts';
import type { Subject } from '../../core/probe.ts';
import type { Sample } from '../../core/judge.ts';
import { cutSample, openSample, splitViews } from './answers.ts';
import type { Answering } from './answers.ts';
import { aClient, aGroup, aPartition, anInventory, someNodes, tcp } from './inventories.ts';
import { aSubject } from './planned.ts';

/** n1 is cut off by rules on n1 alone; a client dials all three nodes. */
const subject: Subject = aSubject(
  aPartition(),
  anInventory({
    instances: [...someNodes(3), aClient(1)],
    groups: [aGroup('nodes', [tcp('3000', '10.0.1.1/32')]), aGroup('clients', [])],
  }),
);

const lookWith = (answering: Answering): Sample =>
  cutSample(subject, { views: splitViews(subject), answering });
const losing = (isLost: (from: string, to: string) => boolean): Sample =>
  lookWith(({ from, to, purpose }) =>
    purpose === 'control' && isLost(from, to) ? 'timed-out' : 'as planned',
  );
const deafIn = (look: Sample): string[] => [
  ...cutOffThemselves(subject, openSample(subject), look),
];
const judged = (look: Sample): ReturnType<typeof worst> =>
  worst(inForceFindings(subject, openSample(subject), look));

describe('a machine that probes', () => {
  test('and reaches nothing, where others reach the same, is cut off itself: inconclusive', () => {
    const look = losing((from) => from === 'i-c1');

    expect(subject.plan.hosts).toEqual(['i-n1']);
    expect(deafIn(look)).toEqual(['i-c1']);
    expect(judged(look).answer).toBe('inconclusive');
    expect(judged(look).evidence.join('\n')).toContain('c1 reached nothing at all');
  });

  test('and still reaches something is not: overreach', () => {
    const look = losing((from, to) => from === 'i-c1' && to !== 'i-n3');

    expect(deafIn(look)).toEqual([]);
    expect(judged(look).answer).toBe('refuted');
    expect(judged(look).evidence.join('\n')).toContain('overreach');
  });

  test('is not where nobody reaches it: overreach', () => {
    const look = losing(() => true);

    expect(deafIn(look)).toEqual([]);
    expect(judged(look).answer).toBe('refuted');
  });

  test('and bears rules of ours is not: overreach', () => {
    const look = losing((from) => from === 'i-n1');

    expect(deafIn(look)).toEqual([]);
    expect(judged(look).answer).toBe('refuted');
  });

  test('makes nothing of the cut look stopped', () => {
    const look = lookWith(({ purpose }) => (purpose === 'cut' ? 'open' : 'as planned'));
    expect(judged(look).answer).toBe('refuted');
  });
});

const died = (views = splitViews(subject)): Sample =>
  cutSample(subject, {
    views,
    answering: ({ to, purpose }) => (purpose === 'canary' && to === 'i-n3' ? 'dead' : 'as planned'),
  });

describe('a canary that died on a node outside the cut', () => {
  test('is overreach where the node answers for itself', () => {
    expect(judged(died()).answer).toBe('refuted');
    expect(judged(died()).evidence.join('\n')).toContain('overreach');
  });

  test('tells nothing where the node does not: it is late, or hangs', () => {
    const silent = splitViews(subject).map((one) =>
      one.from === 'i-n3' ? { ...one, view: null } : one,
    );
    expect(judged(died(silent)).answer).toBe('inconclusive');
  });
});
