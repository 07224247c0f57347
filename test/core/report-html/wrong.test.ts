import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sample } from '../../../core/judge.ts';
import { controlQuestions, cutQuestions } from '../../../core/probe.ts';
import type { ConnectionQuestion, Subject } from '../../../core/probe.ts';
import { reportOf } from '../../../core/report.ts';
import type { Report } from '../../../core/report.ts';
import {
  cutSample,
  except,
  leaving,
  openSample,
  partition,
  severing,
  splitViews,
} from '../answers.ts';
import { aStory, goodNotes, isolationRecorded } from '../stories.ts';
import { cellsOf, pageOf } from './page.ts';

/** What one connection says before the fault, during it and after. */
interface Said {
  readonly question: ConnectionQuestion;
  readonly before: string | undefined;
  readonly during: string | undefined;
  readonly after: string | undefined;
}

const subjects: readonly (readonly [string, Subject, Sample])[] = [
  ['a partition', partition, cutSample(partition, { views: splitViews(partition) })],
  ['clients that are left', leaving, cutSample(leaving)],
  ['clients that are severed', severing, cutSample(severing, { canaries: 'dead' })],
];

/** The report of a run in which all went well but for these. */
function reportWith(subject: Subject, cut: Sample, all: readonly Said[]): Report {
  const at = (good: Sample, moment: 'before' | 'during' | 'after'): Sample =>
    all.reduce((sample, said) => except(sample, said.question, said[moment]), good);
  const [whole, during] = [openSample(subject), at(cut, 'during')];
  const after = at(whole, 'after');
  const notes = goodNotes(subject, {
    baseline: [at(whole, 'before')],
    prove: [during],
    hold: [during],
    clean: [after],
    recovery: [after],
  });
  return reportOf(aStory(subject, { notes: [...notes, ...isolationRecorded] }));
}

/** How many answers the page marks in its table of all connections. */
const marked = (report: Report): number =>
  cellsOf(pageOf(report), 'connections')
    .flat()
    .filter((cell) => cell.endsWith(' wrong')).length;

/** How many it says are wrong, of how many connections. */
function told(report: Report): readonly [number, number] {
  const says = pageOf(report)
    .root.querySelectorAll('section p')
    .map(({ text }) => text);
  const none = says.flatMap((one) => /None is wrong among (\d+) connections/.exec(one)?.[1] ?? []);
  if (none.length > 0) return [0, Number(none[0])];
  const some = says.flatMap((one) => /(\d+) wrong of (\d+) connections/.exec(one)?.slice(1) ?? []);
  return [Number(some[0]), Number(some[1])];
}

const isFine = ({ verdicts: { steady, inForce, clean, recovered } }: Report): boolean =>
  [steady, inForce, clean, recovered].every(({ answer }) => answer === 'confirmed');

/** Dials from machine to machine, as `seen` can answer them. */
const dialsOf = (subject: Subject): ConnectionQuestion[] => [
  ...cutQuestions(subject),
  ...controlQuestions(subject),
];

describe.each(subjects)('the page of %s', (_, subject, cut) => {
  test('of which all went well marks nothing', () => {
    const report = reportWith(subject, cut, []);
    expect(isFine(report)).toBe(true);
    expect(told(report)).toEqual([0, report.connections.length]);
  });

  test('marks nothing where every verdict is fine, and counts what it marks', () => {
    const answer = fc.constantFrom('open', 'refused', 'timed-out', undefined);
    const said = fc.record({
      question: fc.constantFrom(...dialsOf(subject)),
      before: answer,
      during: answer,
      after: answer,
    });
    fc.assert(
      fc.property(fc.uniqueArray(said, { maxLength: 4, selector: idOf }), (all) => {
        const report = reportWith(subject, cut, all);
        const [wrong, of] = told(report);
        expect(of).toBe(report.connections.length);
        expect(wrong).toBe(marked(report));
        if (isFine(report)) expect(wrong).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});

const idOf = ({ question: { from, item } }: Said): string => `${from} ${item}`;

describe('a connection that nobody needs', () => {
  const spare = controlQuestions(leaving).filter(({ needed }) => !needed);
  const closed = spare.map((question) => ({ question, before: 'refused', during: 'refused' }));

  test('and that is refused all the time is right', () => {
    expect(spare.length).toBeGreaterThan(0);
    const report = reportWith(
      leaving,
      cutSample(leaving),
      closed.map((one) => ({ ...one, after: 'refused' })),
    );
    expect(isFine(report)).toBe(true);
    expect(told(report)).toEqual([0, report.connections.length]);
  });

  test('and that times out where it was refused is wrong, as the verdict says', () => {
    const report = reportWith(
      leaving,
      cutSample(leaving),
      closed.slice(0, 1).map((one) => ({ ...one, during: 'timed-out', after: 'refused' })),
    );
    expect(report.verdicts.inForce.answer).toBe('refuted');
    expect(told(report)).toEqual([1, report.connections.length]);
  });
});

test('a canary of what falls that stays alive is wrong, and none is where a part decides', () => {
  const report = reportWith(severing, cutSample(severing, { canaries: 'alive' }), []);
  const canaries = report.connections.filter(({ expected }) => expected === 'dead');
  expect(canaries.length).toBeGreaterThan(0);
  expect(report.verdicts.inForce.answer).toBe('refuted');
  expect(told(report)).toEqual([canaries.length, report.connections.length]);
  const silent = report.connections.map((one) => ({ ...one, expected: null }));
  expect(told({ ...report, connections: silent })).toEqual([0, report.connections.length]);
});
