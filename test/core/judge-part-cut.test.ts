import { describe, expect, test } from 'vitest';
import type { Sample } from '../../core/judge.ts';
import { inForceFindings, partsSeen } from '../../core/judge.ts';
import type { Looks } from '../../core/judge/looks.ts';
import type { PlanPart } from '../../core/plan/plan.ts';
import { cutQuestions } from '../../core/probe.ts';
import type { Subject } from '../../core/probe.ts';
import { worst } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';
import { except } from './answers.ts';
import { aPart, before, inParts, lookAt, looksAt } from './part-answers.ts';
import { aCut } from './plans.ts';

const verdictOf = (
  subject: Subject,
  looks: readonly Sample[],
  { part = 0, of = 'run' }: { part?: number; of?: Looks['of'] } = {},
): Verdict => worst(partsSeen(looksAt(subject, looks, of))[part]?.findings ?? []);

const flapping = (onSeconds: number, offSeconds: number): PlanPart =>
  aPart({ flapping: { onSeconds, offSeconds } });

describe('a part that flaps', () => {
  const subject = inParts([flapping(10, 10)]);
  const [cut] = cutQuestions(subject);
  const on = lookAt(subject, 3_000);
  const off = lookAt(subject, 13_000);

  test('is confirmed once it was seen on and seen off', () => {
    expect(verdictOf(subject, [on, off])).toEqual({
      answer: 'confirmed',
      evidence: ['new connections: 4 of 4 stopped while on (timed-out), 4 of 4 open while off'],
    });
  });

  test.each([
    { looks: [on], lacks: 'it was never seen while it is off' },
    { looks: [off], lacks: 'it was never seen while it is on' },
  ])('is inconclusive where $lacks', ({ looks, lacks }) => {
    const { answer, evidence } = verdictOf(subject, looks);
    expect(answer).toBe('inconclusive');
    expect(evidence[0]).toContain(lacks);
  });

  test('that stays on is refuted, with the reason', () => {
    const stuck = lookAt(subject, 13_000, {
      hits: [{ part: 0, seen: 9, hit: 9 }],
      answering: ({ purpose }) => (purpose === 'cut' ? 'timed-out' : 'as planned'),
    });
    const { answer, evidence } = verdictOf(subject, [on, stuck]);

    expect(answer).toBe('refuted');
    expect(evidence[0]).toContain('0 of 4 open while off');
    expect(evidence[0]).toContain('stopped while it is off');
    expect(evidence).toContain(
      'why: its rules outlive their time, or a listener had not come back',
    );
  });

  test('that is open while it is on is refuted, even by one connection', () => {
    const { answer, evidence } = verdictOf(subject, [except(on, cut, undefined), off]);
    expect(answer).toBe('confirmed');
    expect(evidence[0]).toContain('3 of 3 stopped while on');

    const leaking = lookAt(subject, 3_000, {
      hits: [{ part: 0, seen: 0, hit: 0 }],
      answering: ({ item, from }) =>
        item === cut?.item && from === cut.from ? 'open' : 'as planned',
    });
    const leak = verdictOf(subject, [leaking, off]);
    expect(leak.answer).toBe('refuted');
    expect(leak.evidence).toContain(
      'why: its rules met no packet: these connections go another way',
    );
  });

  test('says nothing by an answer that came as it switched', () => {
    const torn = lookAt(subject, 9_000, {
      answering: ({ purpose }) => (purpose === 'cut' ? 'timed-out' : 'as planned'),
    });
    const look = verdictOf(subject, [torn], { of: 'look' });

    expect(look.answer).toBe('inconclusive');
    expect(look.evidence[0]).toContain('no answer fell wholly into a time on or off');
    expect(verdictOf(subject, [on, off, torn]).answer).toBe('confirmed');
  });

  test('a single look confirms what it met, on or off', () => {
    expect(verdictOf(subject, [on], { of: 'look' }).answer).toBe('confirmed');
    expect(verdictOf(subject, [off], { of: 'look' }).answer).toBe('confirmed');
  });
});

describe('a part too quick for looks', () => {
  const subject = inParts([flapping(2, 2)]);
  const open = (atMs: number, hit: number): Sample =>
    lookAt(subject, atMs, {
      hits: [{ part: 0, seen: hit, hit }],
      answering: ({ purpose }) => (purpose === 'cut' ? 'open' : 'as planned'),
    });

  test("is confirmed by its rules' own counters and a connection that opened", () => {
    expect(verdictOf(subject, [open(1_800, 3), open(5_800, 9)])).toMatchObject({
      answer: 'confirmed',
      evidence: [expect.stringContaining('its rules stopped 9 packets')],
    });
  });

  test('is inconclusive where its rules met nothing', () => {
    expect(verdictOf(subject, [open(1_800, 0), open(5_800, 0)]).answer).toBe('inconclusive');
  });

  test('is inconclusive where nothing ever opened', () => {
    const shut = lookAt(subject, 1_800, {
      hits: [{ part: 0, seen: 9, hit: 9 }],
      answering: ({ purpose }) => (purpose === 'cut' ? 'timed-out' : 'as planned'),
    });
    expect(verdictOf(subject, [shut]).evidence[0]).toContain('never seen while it is off');
  });
});

describe('parts one after the other', () => {
  const first = aPart({ window: { startMs: 0, endMs: 20_000 } });
  const second = aPart({
    part: 1,
    cuts: [aCut('n2', 'n3', 3001)],
    window: { startMs: 30_000, endMs: 60_000 },
  });
  const subject = inParts([first, second]);
  const looks = [3_000, 24_000, 40_000].map((atMs) => lookAt(subject, atMs));

  test('are each confirmed by the looks that met them', () => {
    expect(verdictOf(subject, looks)).toEqual({
      answer: 'confirmed',
      evidence: ['new connections: 4 of 4 stopped while on (timed-out), 8 of 8 open while off'],
    });
    expect(verdictOf(subject, looks, { part: 1 })).toEqual({
      answer: 'confirmed',
      evidence: ['new connections: 1 of 1 stopped while on (timed-out), 2 of 2 open while off'],
    });
  });

  test('one that was never on for a look is inconclusive, whatever the other did', () => {
    expect(verdictOf(subject, looks.slice(0, 2), { part: 1 })).toMatchObject({
      answer: 'inconclusive',
      evidence: [expect.stringContaining('never seen while it is on')],
    });
  });

  test('one that began too soon is refuted: flows stop before its time', () => {
    const early = lookAt(subject, 24_000, {
      answering: ({ purpose, from }) =>
        purpose === 'cut' && from === 'i-n2' ? 'timed-out' : 'as planned',
    });
    expect(verdictOf(subject, [looks[0]!, early], { part: 1 }).answer).toBe('refuted');
  });

  test('one connection not seen while on leaves a part that does not flap inconclusive', () => {
    const [cut] = cutQuestions(subject);
    const partial = except(looks[0]!, cut);
    expect(verdictOf(subject, [partial, looks[1]!]).evidence[0]).toContain(
      '1 of 4 not seen while it is on',
    );
  });

  test('what both stop tells of neither while both are on', () => {
    const both = inParts([aPart(), aPart({ part: 1 })]);
    expect(verdictOf(both, [lookAt(both, 3_000)]).answer).toBe('inconclusive');
    const leaking = lookAt(both, 3_000, {
      answering: ({ purpose }) => (purpose === 'cut' ? 'open' : 'as planned'),
    });
    expect(verdictOf(both, [leaking]).answer).toBe('refuted');
  });
});

describe('rules that count', () => {
  const subject = inParts([aPart({ window: { startMs: 20_000, endMs: 60_000 } })]);
  const counted = (atMs: number, hit: number): Sample =>
    lookAt(subject, atMs, { hits: [{ part: 0, seen: hit, hit }] });

  test('before their time refute, though every connection is open', () => {
    const { answer, evidence } = verdictOf(subject, [counted(3_000, 4)]);
    expect(answer).toBe('refuted');
    expect(evidence).toContain('rules on n1 stopped 4 packets while it is off');
  });

  test('in their time do not', () => {
    expect(verdictOf(subject, [counted(3_000, 0), counted(30_000, 40)]).answer).toBe('confirmed');
  });

  test('after their time refute, by what they grew alone', () => {
    const short = inParts([aPart({ window: { startMs: 0, endMs: 10_000 } })]);
    const at = (atMs: number, hit: number): Sample =>
      lookAt(short, atMs, { hits: [{ part: 0, seen: hit, hit }] });

    expect(verdictOf(short, [at(3_000, 9), at(15_000, 40), at(25_000, 40)]).answer).toBe(
      'confirmed',
    );
    expect(verdictOf(short, [at(3_000, 9), at(15_000, 40), at(25_000, 41)]).evidence).toContain(
      'rules on n1 stopped 1 packets while it is off',
    );
  });
});

describe('a look at a plan with parts', () => {
  const subject = inParts([flapping(10, 10)]);

  test('asks for controls, too: one that falls is overreach', () => {
    const harmed = lookAt(subject, 3_000, {
      answering: ({ purpose }) => (purpose === 'control' ? 'timed-out' : 'as planned'),
    });
    const verdict = worst(inForceFindings(subject, before(subject), harmed));

    expect(verdict.answer).toBe('refuted');
    expect(verdict.evidence[0]).toMatch(/overreach; verdict class: overreach$/);
  });

  test('without injectAt it knows no times, and says nothing', () => {
    const { injectAt: _, ...timeless } = subject;
    const found = inForceFindings(timeless, before(subject), lookAt(subject, 3_000));
    expect(worst(found).answer).toBe('inconclusive');
  });
});
