import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isAllowed,
  nextOpening,
  timeIn,
  uselessWindow,
  usefulWindows,
} from '../../core/windows.ts';
import type { AllowedWindow } from '../../core/windows.ts';
import { refusalOf } from './inventories.ts';

const hour = 3_600_000;
const berlin = 'Europe/Berlin';
const office: AllowedWindow = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '09:00',
  to: '17:00',
  timeZone: berlin,
};
const night: AllowedWindow = { days: ['fri'], from: '22:00', to: '06:00', timeZone: berlin };

const at = (iso: string): number => Date.parse(iso);
const allowed = (windows: AllowedWindow[], from: string, to: string): boolean =>
  isAllowed({ startAt: at(from), endAt: at(to) }, windows);

describe('isAllowed()', () => {
  test('without windows everything is', () => {
    expect(allowed([], '2026-03-01T00:00:00Z', '2026-03-01T01:00:00Z')).toBe(true);
  });

  test.each([
    {
      span: ['2026-03-02T08:00:00Z', '2026-03-02T08:10:00Z'],
      is: true,
      why: 'it begins as it opens',
    },
    {
      span: ['2026-03-02T15:50:00Z', '2026-03-02T16:00:00Z'],
      is: true,
      why: 'it ends as it closes',
    },
    {
      span: ['2026-03-02T07:59:59Z', '2026-03-02T08:10:00Z'],
      is: false,
      why: 'it begins too early',
    },
    { span: ['2026-03-02T15:50:00Z', '2026-03-02T16:00:01Z'], is: false, why: 'it ends too late' },
    { span: ['2026-03-01T09:00:00Z', '2026-03-01T09:10:00Z'], is: false, why: 'it is a Sunday' },
    {
      span: ['2026-03-02T10:00:00Z', '2026-03-03T10:00:00Z'],
      is: false,
      why: 'a night is between',
    },
  ])('office hours in Berlin: $why', ({ span: [from = '', to = ''], is }) => {
    expect(allowed([office], from, to)).toBe(is);
  });

  test.each([
    { span: ['2026-03-06T21:00:00Z', '2026-03-06T21:30:00Z'], is: true, why: 'Friday evening' },
    { span: ['2026-03-06T22:50:00Z', '2026-03-06T23:10:00Z'], is: true, why: 'over midnight' },
    {
      span: ['2026-03-07T04:00:00Z', '2026-03-07T05:00:00Z'],
      is: true,
      why: 'until Saturday, six',
    },
    { span: ['2026-03-06T04:00:00Z', '2026-03-06T05:00:00Z'], is: false, why: "Thursday's night" },
    { span: ['2026-03-07T21:00:00Z', '2026-03-07T21:30:00Z'], is: false, why: 'Saturday evening' },
  ])('the night from Friday on: $why', ({ span: [from = '', to = ''], is }) => {
    expect(allowed([night], from, to)).toBe(is);
  });

  test('a run must lie in one window, not in two that meet', () => {
    const morning = { ...office, to: '12:00' };
    const afternoon = { ...office, from: '12:00' };
    const noon = ['2026-03-02T10:55:00Z', '2026-03-02T11:05:00Z'] as const;
    expect(allowed([office], ...noon)).toBe(true);
    expect(allowed([morning, afternoon], ...noon)).toBe(false);
  });

  test('all day is until 24:00', () => {
    const sunday: AllowedWindow = { days: ['sun'], from: '00:00', to: '24:00', timeZone: 'UTC' };
    expect(allowed([sunday], '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z')).toBe(true);
    expect(allowed([sunday], '2026-03-01T23:00:00Z', '2026-03-02T00:00:01Z')).toBe(false);
  });
});

const two = (count: number): string => String(count).padStart(2, '0');

/** What a clock on the wall shows, by another way than the one tested. */
const shown = (zone: string, instant: number): string =>
  new Date(instant).toLocaleTimeString('sv-SE', { timeZone: zone }).slice(0, 5);

const isIn = ({ from, to, timeZone }: AllowedWindow, instant: number): boolean => {
  const now = shown(timeZone, instant);
  return from < to ? now >= from && now < to : now >= from || now < to;
};

const minuteOf = (text: string): number => {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return 60 * hours + minutes;
};
const lengthOf = ({ from, to }: { from: string; to: string }): number =>
  (minuteOf(to) - minuteOf(from) + 24 * 60) % (24 * 60);

describe('where clocks change', () => {
  const twoToFour: AllowedWindow = { from: '02:00', to: '04:00', timeZone: berlin };

  test('the day with 23 hours has one of the two', () => {
    expect(allowed([twoToFour], '2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z')).toBe(true);
    expect(allowed([twoToFour], '2026-03-29T00:59:00Z', '2026-03-29T02:00:00Z')).toBe(false);
    expect(allowed([twoToFour], '2026-03-29T01:00:00Z', '2026-03-29T02:01:00Z')).toBe(false);
  });

  test('the day with 25 hours has three', () => {
    expect(allowed([twoToFour], '2026-10-25T00:00:00Z', '2026-10-25T03:00:00Z')).toBe(true);
    expect(allowed([twoToFour], '2026-10-25T00:00:00Z', '2026-10-25T03:01:00Z')).toBe(false);
  });

  test('a window in the hour that never comes does not open that day', () => {
    const lost: AllowedWindow = { days: ['sun'], from: '02:10', to: '02:50', timeZone: berlin };
    const next = nextOpening(at('2026-03-28T00:00:00Z'), hour / 6, [[lost]]);
    expect(next).toBe(at('2026-04-05T00:10:00Z'));
  });

  const zones = [berlin, 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kolkata'];
  const changes = [
    '2026-03-08',
    '2026-03-29',
    '2026-04-05',
    '2026-10-04',
    '2026-10-25',
    '2026-11-01',
  ];
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 59))
    .map(([hours, minutes]) => `${two(hours)}:${two(minutes)}`);
  const aWindow = fc
    .record({ from: time, to: time, timeZone: fc.constantFrom(...zones) })
    .filter(({ from, to }) => from !== to);

  test('whatever is allowed is so at every instant of it by the clock on the wall', () => {
    const spans = fc.record({
      window: aWindow,
      day: fc.constantFrom(...changes),
      offset: fc.integer({ min: -24 * 60, max: 24 * 60 }),
      minutes: fc.integer({ min: 1, max: 240 }),
    });
    fc.assert(
      fc.property(spans, ({ window, day, offset, minutes }) => {
        const startAt = at(`${day}T00:00:00Z`) + offset * 60_000;
        const span = { startAt, endAt: startAt + minutes * 60_000 };
        const instants = Array.from({ length: minutes }, (_, index) => startAt + index * 60_000);
        expect(isAllowed(span, [window])).toBe(instants.every((one) => isIn(window, one)));
      }),
      { numRuns: 60 },
    );
  });

  test('the next opening is allowed, and none before it is', () => {
    // Long enough for the span, even where a change of the clocks takes an hour out of it.
    const asked = fc.record({
      window: aWindow.filter((window) => lengthOf(window) >= 90),
      day: fc.constantFrom(...changes),
      minutes: fc.integer({ min: 1, max: 15 }),
    });
    fc.assert(
      fc.property(asked, ({ window, day, minutes }) => {
        const from = at(`${day}T00:00:00Z`);
        const opening = nextOpening(from, minutes * 60_000, [[window]]) ?? Number.NaN;
        const fits = (startAt: number): boolean =>
          isAllowed({ startAt, endAt: startAt + minutes * 60_000 }, [window]);
        const [passed, last] = [(opening - from) / 60_000, 30];
        const before = Array.from({ length: passed }, (_, n) => from + n * 60_000).filter(
          (_, n) => n % 31 === 0 || n >= passed - last,
        );
        expect(fits(opening)).toBe(true);
        expect(before.filter(fits)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('nextOpening()', () => {
  test('is the next Monday from a Friday evening on', () => {
    const next = nextOpening(at('2026-03-06T16:30:20Z'), hour, [[office]]);
    expect(timeIn(berlin, next ?? 0)).toBe('Mon 2026-03-09 09:00 Europe/Berlin');
  });

  test('waits for windows of both lists', () => {
    const late: AllowedWindow = { from: '16:00', to: '23:00', timeZone: berlin };
    const next = nextOpening(at('2026-03-06T16:30:00Z'), hour, [[office], [late]]);
    expect(timeIn(berlin, next ?? 0)).toBe('Mon 2026-03-09 16:00 Europe/Berlin');
  });

  test('is none where no window has room', () => {
    expect(nextOpening(0, 9 * hour, [[office]])).toBeUndefined();
  });
});

describe('a window that could never be meant', () => {
  test.each([
    [{ ...office, to: '09:00' }, 'a window must close at another time than it opens'],
    [
      { ...office, timeZone: 'Europe/Berln' },
      "IANA database, as Europe/Berlin: found 'Europe/Berln'",
    ],
  ])('%j', (window, says) => {
    expect(uselessWindow(window)).toContain(says);
    expect(refusalOf(() => usefulWindows([office, window]))).toContain(says);
  });

  test('is none of office hours', () => {
    expect(uselessWindow(office)).toBeUndefined();
    expect(usefulWindows([office, night])).toEqual([office, night]);
  });

  test('is one that is no window at all', () => {
    expect(refusalOf(() => usefulWindows([{ ...office, from: '9' }]))).toMatch(
      /^Cannot use these windows as every window must be well formed: found 0\.from is not/,
    );
  });
});
