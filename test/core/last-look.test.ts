import { describe, expect, test } from 'vitest';
import { lastLookFrom, mayBeLast } from '../../core/journal.ts';
import { quarantineOf, usualTiming } from '../../core/timing.ts';
import { anItem } from './runs.ts';

describe('the last look', () => {
  const quarantine = { troubledMs: 195_000, settledMs: 15_000 };
  const intents = { s1: 100 };

  test('quarantine is L + B + S, and S alone once all is settled', () => {
    expect(quarantineOf(usualTiming)).toEqual(quarantine);
    expect(
      quarantineOf({ ...usualTiming, lambdaSeconds: 1, sentSeconds: 2, staleSeconds: 4 }),
    ).toEqual({
      troubledMs: 7_000,
      settledMs: 4_000,
    });
  });

  test.each([
    { item: { intents: {} }, from: undefined },
    { item: { intents, closedAt: 5_000 }, from: 20_000 },
    { item: { intents, closedAt: 5_000, lastMutationAt: 3_000 }, from: 20_000 },
    { item: { intents, closedAt: 5_000, lastMutationAt: 7_000 }, from: 22_000 },
    { item: { intents, closedAt: 5_000, pending: ['a1'] }, from: 200_000 },
    { item: { intents, closedAt: 5_000, lastMutationAt: 7_000, pending: ['a1'] }, from: 202_000 },
  ])('of $item is from $from on', ({ item, from }) => {
    expect(lastLookFrom(anItem({ life: 'closed', ...item }), quarantine)).toBe(from);
  });

  test.each([
    { life: 'closed', beganAt: 20_000, last: false },
    { life: 'closed', beganAt: 20_001, last: true },
    { life: 'open', beganAt: 20_001, last: false },
    { life: 'opening', beganAt: 20_001, last: false },
    { life: 'final', beganAt: 20_001, last: false },
  ] as const)('begun at $beganAt on a run that is $life: $last', ({ life, beganAt, last }) => {
    expect(mayBeLast(anItem({ life, intents, closedAt: 5_000 }), beganAt, quarantine)).toBe(last);
  });

  test('with an answer missing, waits until nothing can come any more', () => {
    const item = anItem({ life: 'closed', intents, closedAt: 5_000, pending: ['a1'] });

    expect(mayBeLast(item, 200_000, quarantine)).toBe(false);
    expect(mayBeLast(item, 200_001, quarantine)).toBe(true);
  });

  test('may be the first look, where nothing was ever intended', () => {
    expect(mayBeLast(anItem({ life: 'closed', closedAt: 5_000 }), 5_000, quarantine)).toBe(true);
  });
});
