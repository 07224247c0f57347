import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Survey } from '../../core/inventory.ts';
import { firstLookMs, guardMsOf, nextLookMs } from '../../core/probe.ts';
import { beingOf, lookMs, onSpans, partsInForce } from '../../core/probe/windows.ts';
import { anInventory, someNodes } from './inventories.ts';
import { aPart, inParts } from './part-answers.ts';
import { aPlan, bothWays } from './plans.ts';

const flapping = (onSeconds: number, offSeconds: number, endMs = 60_000) =>
  aPart({ flapping: { onSeconds, offSeconds }, window: { startMs: 0, endMs } });

describe('which parts are in force', () => {
  const first = aPart({ window: { startMs: 0, endMs: 10_000 } });
  const second = aPart({ part: 1, window: { startMs: 14_000, endMs: 24_000 } });
  const { plan } = inParts([first, second]);
  const numbers = (atMs: number) => {
    const { on, off, unsure } = partsInForce(plan, atMs);
    return [on, off, unsure].map((parts) => parts.map(({ part }) => part));
  };

  test.each([
    { atMs: -5_000, on: [], off: [0, 1], unsure: [] },
    { atMs: 0, on: [], off: [1], unsure: [0] },
    { atMs: 500, on: [0], off: [1], unsure: [] },
    { atMs: 7_000, on: [0], off: [1], unsure: [] },
    { atMs: 7_001, on: [], off: [1], unsure: [0] },
    { atMs: 10_500, on: [], off: [0, 1], unsure: [] },
    { atMs: 12_000, on: [], off: [0], unsure: [1] },
    { atMs: 20_000, on: [1], off: [0], unsure: [] },
    { atMs: 24_500, on: [], off: [0, 1], unsure: [] },
  ])('of a look at $atMs ms: $on are on, $off are off', ({ atMs, on, off, unsure }) => {
    expect(numbers(atMs)).toEqual([on, off, unsure]);
  });

  test('a plan without parts is one that is on from injectAt to its end', () => {
    const whole = aPlan(bothWays('n2', 'n1', 3001), {});
    expect(partsInForce(whole, 3_600_000).on).toHaveLength(1);
    expect(partsInForce(whole, -3_000).off).toHaveLength(1);
  });

  test('what flaps begins with on, and its last time ends with it', () => {
    expect(onSpans(flapping(4, 8, 26_000))).toEqual([
      { startMs: 0, endMs: 4_000 },
      { startMs: 12_000, endMs: 16_000 },
      { startMs: 24_000, endMs: 26_000 },
    ]);
  });

  test('a service is given time to stop, and more to start', () => {
    const part = aPart({ kind: 'service', window: { startMs: 0, endMs: 20_000 } });
    const at = (startMs: number) => beingOf(part, { startMs, endMs: startMs + 2_500 }, 500);
    expect([4_999, 5_000, 20_500, 49_999, 50_000].map(at)).toEqual([
      'unsure',
      'on',
      'unsure',
      'unsure',
      'off',
    ]);
  });

  test('never on and off at once, nor sure within reach of a switch', () => {
    const times = fc.record({
      on: fc.integer({ min: 1, max: 20 }),
      off: fc.integer({ min: 1, max: 20 }),
      at: fc.integer({ min: -5_000, max: 70_000 }),
      long: fc.integer({ min: 0, max: 3_000 }),
      guard: fc.integer({ min: 1, max: 1_200 }),
    });
    fc.assert(
      fc.property(times, ({ on, off, at, long, guard }) => {
        const part = flapping(on, off);
        const being = beingOf(part, { startMs: at, endMs: at + long }, guard);
        const isOn = (ms: number): boolean =>
          onSpans(part).some(({ startMs, endMs }) => startMs <= ms && ms < endMs);
        const near = [at - guard + 1, at, at + long, at + long + guard - 1].map(isOn);
        if (being === 'on') expect(near).toEqual([true, true, true, true]);
        if (being === 'off') expect(near).toEqual([false, false, false, false]);
      }),
      { numRuns: 2_000 },
    );
  });
});

const surveyed = (...offsets: readonly (number | undefined)[]) =>
  guardMsOf({
    ...anInventory({ instances: someNodes(offsets.length) }),
    surveys: offsets.map((offsetMs, index): Survey => ({
      instanceId: `i-n${index + 1}`,
      ...(offsetMs !== undefined && { clock: { offsetMs, errorMs: 1, by: 'chrony' } }),
      tools: [],
      abilities: [],
      timer: 'systemd',
      container: false,
      listens: [],
      findings: [],
    })),
  });

describe("how far hosts' clocks may be apart", () => {
  test('is little where all were measured and are right', () => {
    expect(surveyed(3, -5, 1)).toBe(208);
    expect(surveyed(303, 295, 301)).toBe(208);
  });

  test('is what preflight allows where one was not', () => {
    expect(surveyed(3, undefined, 1)).toBe(500);
    expect(guardMsOf(anInventory())).toBe(500);
  });

  test('is more where one is far from another, as far as preflight allows', () => {
    expect(surveyed(3, -400)).toBe(603);
    expect(surveyed(9_000, -9_000)).toBe(1_200);
  });
});

describe('when to look next', () => {
  const sliceMs = 10_000;
  const aims = (part: ReturnType<typeof aPart>, guardMs = 300, looks = 60) => {
    const { plan } = inParts([part]);
    const found: number[] = [];
    let nowMs = 4_000;
    for (let index = 0; index < looks && nowMs < part.window.endMs; index += 1) {
      const at = nextLookMs(plan, { nowMs, sliceMs, guardMs });
      expect(at).toBeGreaterThan(nowMs);
      expect(at).toBeLessThanOrEqual(nowMs + sliceMs);
      found.push(at);
      nowMs = at + 2_800;
    }
    return found.map((at) => beingOf(part, { startMs: at, endMs: at + lookMs }, guardMs));
  };

  test('without parts it is a slice later', () => {
    const whole = aPlan(bothWays('n2', 'n1', 3001), {});
    expect(nextLookMs(whole, { nowMs: 7_000, sliceMs, guardMs: 500 })).toBe(17_000);
  });

  test('both times on and times off of 4 s and more are really looked at, whatever their rhythm', () => {
    const rhythm = fc.record({
      on: fc.integer({ min: 4, max: 40 }),
      off: fc.integer({ min: 4, max: 40 }),
    });
    fc.assert(
      fc.property(rhythm, ({ on, off }) => {
        const seen = aims(flapping(on, off, 20_000 * (on + off)));
        expect(seen.filter((being) => being === 'on').length).toBeGreaterThan(1);
        expect(seen.filter((being) => being === 'off').length).toBeGreaterThan(1);
      }),
    );
  });

  test('a time on that comes once in six slices is not missed', () => {
    expect(aims(flapping(4, 56, 600_000)).filter((being) => being === 'on').length).toBeGreaterThan(
      5,
    );
  });

  test('nor is it missed for other parts that come round often', () => {
    const rare = flapping(4, 56, 300_000);
    const seconds = fc.integer({ min: 4, max: 9 });
    fc.assert(
      fc.property(seconds, seconds, (on, off) => {
        const often = [1, 2].map((part) => ({ ...flapping(on, off, 300_000), part }));
        const { plan } = inParts([...often, rare]);
        let [seen, nowMs] = [0, 4_000];
        while (nowMs < 290_000) {
          const at = nextLookMs(plan, { nowMs, sliceMs, guardMs: 300 });
          if (beingOf(rare, { startMs: at, endMs: at + lookMs }, 300) === 'on') seen += 1;
          nowMs = at + 2_800;
        }
        expect(seen).toBe(4);
      }),
    );
  });

  test('times too short for a look are left to the slices', () => {
    const { plan } = inParts([flapping(1, 1)]);
    expect(nextLookMs(plan, { nowMs: 7_000, sliceMs, guardMs: 500 })).toBe(17_000);
  });

  test('a proof waits until a part is on, but not for one that comes too late', () => {
    const late = inParts([aPart({ window: { startMs: 12_000, endMs: 30_000 } })]).plan;
    expect(firstLookMs(late, { nowMs: 0, byMs: 20_000, guardMs: 500 })).toBe(12_500);
    expect(firstLookMs(late, { nowMs: 0, byMs: 10_000, guardMs: 500 })).toBe(0);
    expect(firstLookMs(late, { nowMs: 13_000, byMs: 20_000, guardMs: 500 })).toBe(13_000);
  });
});
