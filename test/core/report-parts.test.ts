import { describe, expect, test } from 'vitest';
import type { Sample } from '../../core/judge.ts';
import type { Moment, Note } from '../../core/note.ts';
import type { Subject } from '../../core/probe.ts';
import { Report, reportOf } from '../../core/report.ts';
import type { Story } from '../../core/story.ts';
import { aHostCut, aPart, before, inParts, injectAt, lookAt } from './part-answers.ts';
import { aRun, aStory, lookedAt, residue } from './stories.ts';

const flapping = aPart({ flapping: { onSeconds: 10, offSeconds: 10 } });
const client = aPart({
  part: 1,
  cuts: [{ from: ['i-n2'], to: ['i-n3'], ports: [3001] }],
  window: { startMs: 20_000, endMs: 50_000 },
  says: 'n2 from n3',
});
const subject = inParts([flapping, client], { steps: [aHostCut()] });

const counted = (atMs: number, hit: number, other: Subject = subject): Sample =>
  lookAt(other, atMs, { hits: [{ part: 0, seen: hit, hit }] });
const good = [13_000, 25_000, 33_000, 43_000, 54_000].map((atMs) => counted(atMs, 12));

const at = (moment: Moment, index: number, sample: Sample): Note[] =>
  lookedAt(moment, injectAt + 1_000 * index, sample);

function story(
  looks: readonly Sample[],
  { changes = {}, of = subject }: { changes?: Partial<Story>; of?: Subject } = {},
): Story {
  const notes = [
    ...lookedAt('baseline', 90_000, before(of)),
    ...at('prove', 3, counted(3_000, 4, of)),
    ...looks.flatMap((look, index) => at('hold', 10 + index, look)),
    ...at('clean', 61, before(of)),
    ...at('recovery', 62, before(of)),
    residue(),
  ];
  const { injectAt: _, ...planned } = of;
  const run = aRun({ injectAt, restoreAt: 160_000, closedAt: 161_000, finalAt: 162_000 });
  return aStory(planned, { run, notes, ...changes });
}

describe('a run with parts in which all went well', () => {
  const report = reportOf(story(good));

  test('is confirmed by all its looks together', () => {
    expect(report.verdicts.inForce).toEqual({
      answer: 'confirmed',
      evidence: [
        'part 0: new connections: 12 of 12 stopped while on (timed-out), 12 of 12 open while off; its rules stopped 12 packets',
        'part 1: new connections: 3 of 3 stopped while on (timed-out), 3 of 3 open while off',
        'cluster sizes as predicted, 3 while no part that moves nodes is on, at 6 time(s)',
        expect.stringMatching(/^controls: /),
      ],
    });
    expect(report.outcome).toBe('confirmed');
  });

  test('tells each part with its times, and what was seen of it', () => {
    expect(report.parts).toEqual([
      {
        part: 0,
        kind: 'cut',
        says: 'part',
        startAt: 100_000,
        endAt: 160_000,
        timesOn: 3,
        flapping: { onSeconds: 10, offSeconds: 10 },
        intensity: null,
        rules: { seen: 12, hit: 12 },
        seen: { answer: 'confirmed', evidence: [expect.stringContaining('12 of 12 stopped')] },
      },
      {
        part: 1,
        kind: 'cut',
        says: 'n2 from n3',
        startAt: 120_000,
        endAt: 150_000,
        timesOn: 1,
        flapping: null,
        intensity: null,
        rules: null,
        seen: { answer: 'confirmed', evidence: [expect.stringContaining('3 of 3 stopped')] },
      },
    ]);
  });

  test('was in force when the first look of the proof saw a part on', () => {
    const notes: Note[] = [
      ...story(good).notes,
      {
        kind: 'applied',
        at: 90_500,
        stepId: 'host-cut/i-n1',
        appliedAt: injectAt,
        says: '',
      },
    ];
    const { timing } = reportOf(story(good, { changes: { notes } }));
    expect(timing.inForceAt).toBe(injectAt + 3_000);
  });

  test('is a report by its own schema; one made before there were parts is, too', () => {
    expect(Report.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    const { parts: _, ...older } = report;
    expect(Report.parse(older).parts).toEqual([]);
  });
});

describe('a run with parts is not confirmed', () => {
  test('where any look of the hold saw one flap back, though the last did not', () => {
    const stuck = lookAt(subject, 13_000, {
      answering: ({ purpose }) => (purpose === 'cut' ? 'timed-out' : 'as planned'),
    });
    const { verdicts, parts } = reportOf(story([stuck, ...good.slice(1)]));

    expect(verdicts.inForce.answer).toBe('refuted');
    expect(parts.map(({ seen }) => seen.answer)).toEqual(['refuted', 'refuted']);
  });

  test('where a part was never looked at while on', () => {
    const { verdicts, parts } = reportOf(story([good[0]!, good[4]!]));

    expect(verdicts.inForce.answer).toBe('inconclusive');
    expect(verdicts.inForce.evidence[0]).toMatch(/^part 1: .*never seen while it is on$/);
    expect(parts.map(({ seen }) => seen.answer)).toEqual(['confirmed', 'inconclusive']);
  });

  test('where nobody looked after the proof', () => {
    const { verdicts } = reportOf(story([]));
    expect(verdicts.inForce.evidence).toContain('end of hold: nobody looked after the proof');
    expect(verdicts.inForce.answer).toBe('inconclusive');
  });

  test('where the hold ended early, and the report knows of no part after that', () => {
    const run = aRun({ injectAt, restoreAt: 160_000, closedAt: 115_000, closedBy: 'person' });
    const { verdicts, parts } = reportOf(story(good.slice(0, 1), { changes: { run } }));

    expect(verdicts.inForce.answer).toBe('inconclusive');
    expect(parts.map(({ startAt, endAt, timesOn }) => [startAt, endAt, timesOn])).toEqual([
      [100_000, 115_000, 1],
      [null, null, 0],
    ]);
  });

  test('where nothing was injected; its parts were seen by nobody', () => {
    const run = aRun({ intents: {} });
    const { parts } = reportOf(story([], { changes: { run, notes: [] } }));
    expect(parts.map(({ seen }) => seen.evidence)).toEqual([
      ['nobody looked at it while it was in force'],
      ['nobody looked at it while it was in force'],
    ]);
  });

  test('where a control fell in the middle', () => {
    const harmed = lookAt(subject, 25_000, {
      answering: ({ purpose }) => (purpose === 'control' ? 'timed-out' : 'as planned'),
    });
    const { verdicts } = reportOf(story([good[0]!, harmed, ...good.slice(2)]));
    expect(verdicts.inForce.evidence[0]).toMatch(/overreach; verdict class: overreach$/);
  });
});
