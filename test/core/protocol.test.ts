import { describe, expect, test } from 'vitest';
import {
  afterLook,
  afterRecheck,
  attemptOf,
  manyAttempts,
  mayContinue,
  mayRelease,
  maySettle,
  recheckMs,
  restoreTask,
  sweepTask,
  toLookAt,
} from '../../core/protocol.ts';
import { anItem } from './runs.ts';

const lives = ['opening', 'open', 'closed', 'final'] as const;
const quarantine = { troubledMs: 100, settledMs: 10 };

test.each([
  ['opening', 'arn:1', true],
  ['open', 'arn:1', true],
  ['closed', 'arn:1', false],
  ['final', 'arn:1', false],
  ['open', 'arn:2', false],
] as const)(
  'Open on a run that is %s and was opened by arn:1, asked by %s: %s',
  (life, by, goesOn) => {
    expect(mayContinue(anItem({ life }), by)).toBe(goesOn);
  },
);

test('a look covers every step with an intent', () => {
  expect(toLookAt(anItem({ intents: { s1: 1, s2: 2 } }))).toEqual(['s1', 's2']);
});

describe('a restorer', () => {
  const run = anItem({ life: 'closed', intents: { s1: 300 }, closedAt: 400, lastMutationAt: 500 });

  test('only frees what a final run held', () => {
    expect(restoreTask({ ...run, life: 'final' }, 999, quarantine)).toEqual({ kind: 'release' });
  });

  test.each([
    { pending: [], beganAt: 510, isLate: false },
    { pending: [], beganAt: 511, isLate: true },
    { pending: ['a1'], beganAt: 600, isLate: false },
    { pending: ['a1'], beganAt: 601, isLate: true },
  ])('looks: last change at 500, $pending pending, began at $beganAt, late: $isLate', (one) => {
    const { pending, beganAt, isLate } = one;
    expect(restoreTask({ ...run, pending }, beganAt, quarantine)).toEqual({ kind: 'look', isLate });
  });

  test.each([
    [0, [], true, 'finish'],
    [0, [], false, 'look again'],
    [1, [], true, 'look again'],
    [0, ['s1'], true, 'look again'],
  ] as const)('%i ours, %j unknown, late: %s: %s', (ours, unknown, isLate, next) => {
    expect(afterLook({ ours, unknown }, isLate)).toBe(next);
  });
});

describe('the sweeper', () => {
  test.each([
    ['opening', 999, 'leave'],
    ['open', 999, 'leave'],
    ['closed', 999, 'leave'],
    ['open', 1000, 'restore'],
    ['closed', 1000, 'restore'],
    ['final', 999, 'recheck'],
  ] as const)('a run that is %s, at %i with the deadline at 1000: %s', (life, now, task) => {
    expect(sweepTask(anItem({ life }), now)).toBe(task);
  });

  test('a recheck that finds something takes the run back, however late', () => {
    const run = anItem({ life: 'final', finalAt: 0 });
    expect(afterRecheck({ ours: 1 }, run, 2 * recheckMs)).toBe('reopen');
  });

  test('a clean recheck ends the watch only after the whole time', () => {
    const run = anItem({ life: 'final', finalAt: 50 });
    expect(afterRecheck({ ours: 0 }, run, recheckMs + 49)).toBe('look again');
    expect(afterRecheck({ ours: 0 }, run, recheckMs + 50)).toBe('strike off');
  });

  test('frees the locks of final runs alone', () => {
    expect(lives.filter((life) => mayRelease(anItem({ life })))).toEqual(['final']);
  });
});

test('attempts beyond the most that are kept apart share a name that is never settled', () => {
  const pending = Array.from({ length: 64 }, (_, index) => `a${index}`);

  expect(attemptOf(anItem({ pending: pending.slice(1) }), 'fresh')).toBe('fresh');
  expect(attemptOf(anItem({ pending }), 'fresh')).toBe(manyAttempts);
  expect(['fresh', manyAttempts].map(maySettle)).toEqual([true, false]);
});
