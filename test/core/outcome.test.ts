import { describe, expect, test } from 'vitest';
import { Outcome, Report, exitCodeOf, reportOf } from '../../core/report.ts';
import type { Note } from '../../core/note.ts';
import type { Story } from '../../core/story.ts';
import { cutSample, splitViews } from './answers.ts';
import { aPartition, anInventory, someNodes } from './inventories.ts';
import { aSubject } from './planned.ts';
import { aRun, aStory, applied, goodNotes, isolationNotes, look, residue } from './stories.ts';

const subject = aSubject(aPartition(), anInventory({ instances: someNodes(3) }));
const split = cutSample(subject, { views: splitViews(subject) });

const goodIsolation = isolationNotes(subject, split);

const story = (changes: Partial<Story> = {}): Story =>
  aStory(subject, { notes: goodIsolation, ...changes });

describe('not confirmed, exit 1', () => {
  const stayed = cutSample(subject);

  test('the one-ended recipe: in force refuted, for cluster_size stayed 3', () => {
    const recipe = aSubject(
      aPartition({ name: 'one-ended', direction: 'inbound', packets: 'reject' }),
      anInventory({ instances: someNodes(3) }),
    );
    const report = reportOf(
      aStory(recipe, { notes: [...goodNotes(recipe), applied('host-cut/i-n1', 20_010)] }),
    );

    expect(report.outcome).toBe('not-confirmed');
    expect(exitCodeOf(report.outcome)).toBe(1);
    expect(report.verdicts.inForce.answer).toBe('refuted');
    expect(report.timing.inForceAt).toBeNull();
    expect(report.says).toBe(
      'NOT CONFIRMED one-ended on orders, run run1: in force refuted: cluster_size stayed 3: cluster sizes 3 under 1 key(s), predicted 1 and 2; verdict class: new connections only, predicted full',
    );
  });

  test.each([
    { hold: [stayed, split], says: 'hold: cluster_size stayed 3' },
    { hold: [split, stayed], says: 'end of hold: cluster_size stayed 3' },
  ])('a fault that lapsed during the hold: $says', ({ hold, says }) => {
    const notes = goodNotes(subject, { prove: [split], hold });
    const { verdicts } = reportOf(story({ notes }));

    expect(verdicts.inForce.answer).toBe('refuted');
    expect(verdicts.inForce.evidence.some((text) => text.startsWith(says))).toBe(true);
  });

  test('a fault proven late counts as proven: the last look of the proof decides', () => {
    const notes = goodNotes(subject, { prove: [stayed, split] });
    expect(reportOf(story({ notes })).verdicts.inForce.answer).toBe('confirmed');
  });

  test('a fault nobody looked at', () => {
    const report = reportOf(story({ notes: goodNotes(subject, { prove: [] }) }));

    expect(report.outcome).toBe('not-confirmed');
    expect(report.says).toContain('in force inconclusive: the fault was never looked at');
  });

  test('a cluster that never recovered, which is what the sentence says', () => {
    const notes = goodNotes(subject, { prove: [split], recovery: [split] });
    const report = reportOf(story({ notes }));

    expect(report.outcome).toBe('not-confirmed');
    expect(report.says).toContain('run run1: recovered refuted: 1 node(s) say size 1');
  });

  test('a recovery nobody looked at', () => {
    const notes = goodNotes(subject, { prove: [split], recovery: [] });
    expect(reportOf(story({ notes })).says).toContain('recovered inconclusive: nothing was seen');
  });

  test('a cluster that was not steady, so that nothing was touched', () => {
    const notes = goodNotes(subject, { baseline: [split], prove: [], clean: [], recovery: [] });
    const report = reportOf(story({ notes, run: aRun({ intents: {} }) }));

    expect(report.outcome).toBe('not-confirmed');
    expect(report.says).toContain('run run1: steady refuted: 1 node(s) say size 1');
    expect(report.verdicts.clean).toEqual({
      answer: 'confirmed',
      evidence: ['nothing was ever touched'],
    });
    expect(report.verdicts.inForce.evidence).toEqual(['nothing was injected']);
  });

  test('a refusal after the first change', () => {
    const failure = { error: 'Refusal', cause: 'Cannot cut n1 as x must y: found z' };
    const report = reportOf(story({ failure }));

    expect(report.outcome).toBe('not-confirmed');
    expect(report.says).toContain('Cannot cut n1 as x must y: found z');
  });

  test('a run that was closed before it could inject', () => {
    const failure = { error: 'RunClosed', cause: 'Cannot apply as run must be open: found closed' };
    const run = aRun({ intents: {}, closedBy: 'person' });
    const report = reportOf(story({ failure, run, notes: [] }));

    expect(report.outcome).toBe('not-confirmed');
    expect(report.closedBy).toBe('person');
    expect(report.says).toContain('found closed');
  });
});

describe('refused, exit 2', () => {
  const cause = 'Cannot isolate 3 nodes as at least one node must stay: found 3 in all';
  const refused = (changes: Partial<Story> = {}): Report => {
    const failure = { error: 'Refusal', cause };
    return reportOf(
      story({ failure, record: undefined, notes: [], run: aRun({ intents: {} }), ...changes }),
    );
  };

  test('says the refusal and nothing else', () => {
    const report = refused();

    expect(report).toMatchObject({ outcome: 'refused', says: cause, failure: { cause } });
    expect(exitCodeOf(report.outcome)).toBe(2);
    expect(report.plan.steps).toEqual([]);
    expect(report.verdicts.steady.answer).toBe('inconclusive');
    expect(Report.parse(report)).toEqual(report);
  });

  test('is found in the notes too, when the report is made again later', () => {
    const noted: Note = { kind: 'failure', at: 2000, error: 'Refusal', cause };
    const report = refused({ failure: undefined, notes: [noted] });

    expect(report).toMatchObject({ outcome: 'refused', says: cause });
  });

  test('is not said before the run is final', () => {
    expect(refused({ run: aRun({ intents: {}, life: 'closed' }) })).toMatchObject({
      outcome: 'not-clean',
      says: 'NOT CLEAN isolate-one on orders, run run1: the run is closed, not final',
    });
  });
});

describe('not clean, exit 3', () => {
  const closed = aRun({ life: 'closed' });
  const bare = goodNotes(subject, { prove: [split] }).filter(({ kind }) => kind !== 'residue');
  const clean = (run: Story['run'], ...notes: Note[]): Report =>
    reportOf(story({ run, notes: [...bare, ...notes] }));

  test.each([
    { notes: [look(2), residue()], answer: 'refuted', saw: '2 step(s) were still in force' },
    { notes: [look(0), residue()], answer: 'inconclusive', saw: 'too early to be the last look' },
    { notes: [residue()], answer: 'inconclusive', saw: 'nobody has looked since' },
    {
      notes: [look(0, ['host-cut/i-n1']), residue()],
      answer: 'inconclusive',
      saw: 'could not look at host-cut/i-n1',
    },
  ])('a run that is not final: $saw', ({ notes, answer, saw }) => {
    const report = clean(closed, ...notes);

    expect(report.verdicts.clean.answer).toBe(answer);
    expect(report.outcome).toBe('not-clean');
    expect(exitCodeOf(report.outcome)).toBe(3);
    expect(report.says).toContain(`NOT CLEAN isolate-one on orders, run run1: `);
    expect(report.says).toContain(saw);
  });

  test('what others changed is listed, and makes no run unclean', () => {
    const others = ['sg-nodes: rule sgr-nodes-9 was added'];
    const report = clean(aRun(), { kind: 'residue', at: 37_500, residue: [], others });

    expect(report.verdicts.clean.answer).toBe('confirmed');
    expect(report.verdicts.clean.evidence.join()).toContain("others' 1 change(s)");
    expect(report.others).toEqual(others);
  });

  test('residue refutes, and is named in verdict, sentence and list', () => {
    const line = 'sg-nodes: rule sgr-nodes-1 differs';
    const report = clean(aRun(), residue(line));

    expect(report.verdicts.clean.answer).toBe('refuted');
    expect(report.says).toContain(`differs from before: ${line}`);
    expect(report.residue).toEqual([line]);
  });

  test('of several comparisons the last counts', () => {
    expect(clean(aRun(), residue('x'), residue()).verdicts.clean.answer).toBe('confirmed');
  });

  test('no comparison at all is inconclusive', () => {
    expect(clean(aRun()).verdicts.clean.answer).toBe('inconclusive');
  });

  test.each([
    { seen: [split], answer: 'refuted' },
    { seen: [], answer: 'inconclusive' },
  ])('connections that were not seen to open again: $answer', ({ seen, answer }) => {
    const report = reportOf(story({ notes: goodNotes(subject, { prove: [split], clean: seen }) }));

    expect(report.verdicts.clean.answer).toBe(answer);
    expect(report.outcome).toBe('not-clean');
  });

  test('comes before any failure: what is left matters most', () => {
    const failure = { error: 'TypeError', cause: 'x is undefined' };
    const { outcome } = reportOf(story({ failure, run: closed }));

    expect(outcome).toBe('not-clean');
  });
});

describe('broken, exit 70', () => {
  test('an error of ours never looks like a verdict', () => {
    const failure = { error: 'TypeError', cause: 'x is undefined' };
    const report = reportOf(story({ failure }));

    expect(report.outcome).toBe('broken');
    expect(exitCodeOf(report.outcome)).toBe(70);
    expect(report.says).toBe(
      'BROKEN isolate-one on orders, run run1: TypeError: x is undefined; restored and clean',
    );
  });

  test('the workflow says better what failed than an older note', () => {
    const noted: Note = { kind: 'failure', at: 2000, error: 'Refusal', cause: 'old' };
    const report = reportOf(
      story({ failure: { error: 'TypeError', cause: 'new' }, notes: [...goodIsolation, noted] }),
    );
    expect(report.failure).toEqual({ error: 'TypeError', cause: 'new' });
  });
});

test('every outcome has an exit code of its own', () => {
  const codes = Outcome.options.map(exitCodeOf);
  expect(codes).toEqual([0, 1, 2, 3, 70]);
});
