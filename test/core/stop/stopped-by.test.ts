import { describe, expect, test } from 'vitest';
import type { RunItem } from '../../../core/journal.ts';
import { exitCodeOf, reportOf } from '../../../core/report.ts';
import { stoppedByOf } from '../../../core/stop/stopped-by.ts';
import { partition } from '../answers.ts';
import { aRun, aStory, goodNotes } from '../stories.ts';

const stopped = (run: Partial<RunItem>) => stoppedByOf({ run: aRun(run), notes: [] });
const alarm = {
  kind: 'stopped',
  at: 24_000,
  cause: 'alarm',
  says: 'alarm "latency" is ALARM',
} as const;

describe('stoppedByOf()', () => {
  test('is what was noted', () => {
    const { kind: _, ...noted } = alarm;
    expect(stoppedByOf({ run: aRun(), notes: [alarm] })).toEqual(noted);
  });

  test('is a person who closed the run before its time', () => {
    expect(stopped({ closedBy: 'person', closedAt: 25_000 })).toEqual({
      at: 25_000,
      cause: 'person',
      says: 'a person ended it',
    });
  });

  test('is a person who closed it before it had a time', () => {
    const { restoreAt: _, injectAt: __, ...unarmed } = aRun();
    const run = { ...unarmed, closedBy: 'person' as const, closedAt: 2000 };
    expect(stoppedByOf({ run, notes: [] })?.cause).toBe('person');
  });

  test.each(['status-change', 'sweeper', 'schedule'] as const)(
    'is another way out: %s',
    (closedBy) => {
      expect(stopped({ closedBy, closedAt: 25_000 })?.cause).toBe('other-way-out');
    },
  );

  test.each<{ run: Partial<RunItem>; why: string }>([
    { run: {}, why: 'its workflow restored it in time' },
    { run: { closedBy: 'schedule', closedAt: 36_000 }, why: 'another way out did, after its time' },
    { run: { closedBy: 'workflow', closedAt: 25_000 }, why: 'it failed, and says so itself' },
  ])('is nothing where $why', ({ run }) => {
    expect(stopped(run)).toBeNull();
  });
});

describe('the report of a stopped run', () => {
  const run = aRun({ closedAt: 24_100 });
  const story = aStory(partition, { run, notes: [...goodNotes(partition), alarm] });
  const report = reportOf(story);

  test('names what stopped it, and when', () => {
    expect(report.stoppedBy).toEqual({ at: 24_000, cause: 'alarm', says: alarm.says });
    expect(report.says).toMatch(
      /^STOPPED \S+ on orders, run run1: alarm "latency" is ALARM, after 4 s of it; clean, /,
    );
  });

  test('is not confirmed, and its exit code is that of a run that is', () => {
    expect(report.outcome).toBe('not-confirmed');
    expect(exitCodeOf(report.outcome)).toBe(1);
  });

  test('is not clean where something is left, whatever stopped it', () => {
    const left = reportOf({ ...story, run: { ...run, life: 'closed' } });
    expect(exitCodeOf(left.outcome)).toBe(3);
  });

  test('says nothing of the kind of a run that came to its end', () => {
    expect(reportOf(aStory(partition)).stoppedBy).toBeNull();
  });
});
