import { describe, expect, test } from 'vitest';
import { keyed } from '../../bin/cli/run-display.ts';
import { eventOf, isNews, situationOf } from '../../bin/cli/run-events.ts';
import type { RunItem } from '../../core/journal.ts';
import type { Note } from '../../core/note.ts';
import { aView } from '../core/answers.ts';

const at = 1_000_000;
const state = (name: string, says = ''): Note => {
  return { kind: 'state', at, state: name, says, startedAt: at, calls: {} };
};
const run: RunItem = {
  runId: 'run1',
  execution: 'arn',
  cluster: 'orders-staging',
  life: 'open',
  version: 1,
  openedAt: at,
  deadlineAt: at + 200_000,
  injectAt: at + 10_000,
  restoreAt: at + 70_000,
  intents: {},
  pending: [],
};

const view = (key: string, size: number) => aView('A', { key, size });

describe('situationOf()', () => {
  test.each([
    { after: [], now: 0, is: 'Open' },
    { after: ['Open'], now: 1, is: 'Plan' },
    { after: ['Open', 'Plan', 'Baseline', 'TryRestore', 'Arm'], now: 2, is: 'Inject' },
    { after: ['Inject'], now: 11, is: 'Prove' },
    { after: ['Prove'], now: 12, is: 'Hold' },
    { after: ['Prove', 'Watch'], now: 30, is: 'Hold' },
    { after: ['Prove', 'Watch'], now: 71, is: 'Restore' },
    { after: ['Restore'], now: 75, is: 'Restore' },
    { after: ['ProveClean'], now: 80, is: 'AwaitRecovery' },
    { after: ['AwaitRecovery'], now: 85, is: 'AwaitRecovery' },
  ])('after $after at $now s it is $is', ({ after, now, is }) => {
    const notes = after.map((name) => state(name));
    expect(situationOf(run, notes, at + 1000 * now).state).toBe(is);
  });

  test('tells the time left only while the fault is on', () => {
    expect(situationOf(run, [], at + 9_000).left).toBeUndefined();
    expect(situationOf(run, [], at + 29_500).left).toBe(41);
    expect(situationOf(run, [], at + 70_000).left).toBeUndefined();
    expect(situationOf({ ...run, life: 'closed' }, [], at + 30_000).left).toBeUndefined();
  });

  test('a run that is stuck is said to be', () => {
    expect(situationOf({ ...run, life: 'closed', stuckSince: at }, [], at).state).toBe('Stuck');
  });

  test('counts the looks at the fault, and the sizes of the clusters by their keys', () => {
    const seen = [
      { from: 'i-1', at, view: view('a', 1) },
      { from: 'i-2', at, view: view('b', 2) },
      { from: 'i-3', at, view: view('b', 2) },
      { from: 'i-4', at, view: null },
    ];
    const notes: Note[] = [
      { kind: 'probes', at, moment: 'baseline', seen: [] },
      { kind: 'probes', at, moment: 'prove', seen: [] },
      { kind: 'probes', at, moment: 'hold', seen: [] },
      { kind: 'views', at, moment: 'hold', views: seen },
    ];
    expect(situationOf(run, notes, at)).toMatchObject({ sizes: [2, 1], looks: 2 });
  });
});

describe('events', () => {
  test('each slice of a hold that says the same is told once', () => {
    const watch = eventOf(state('Watch', 'in force: confirmed'))!;
    expect(isNews(watch, undefined)).toBe(true);
    expect(isNews(watch, watch)).toBe(false);
    expect(isNews({ ...watch, says: 'in force: refuted' }, watch)).toBe(true);
  });

  test('evidence is none, and what went wrong is marked', () => {
    expect(eventOf({ kind: 'residue', at, residue: [], others: [] })).toBeUndefined();
    expect(eventOf({ kind: 'failure', at, error: 'E', cause: 'why' })).toMatchObject({ bad: true });
  });

  test.each([
    { says: 'in force: confirmed: 4 of 4 gone', line: 'in-force=confirmed 4 of 4 gone' },
    { says: 'steady: refuted: two keys', line: 'steady=refuted two keys' },
    { says: 'recovered: confirmed', line: 'recovered=confirmed ' },
    { says: 'held to its end', line: 'held to its end' },
  ])('$says', ({ says, line }) => {
    expect(keyed(says)).toBe(line);
  });
});
