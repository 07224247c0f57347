import * as z from 'zod';
import { Refusal } from './refusal.ts';

/**
 * When runs may be: weekly windows by the clock on a wall somewhere. Pure: whoever asks says what time it is.
 *
 * An instant lies in a window when that clock then shows one of its days and a time from `from` until
 * `to`. Instants are tried minute by minute by the time zone's own rules, so that an hour that comes twice
 * is twice in the window, and one that never comes is in none.
 */

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const TimeOfDay = z.string().regex(/^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/);
/** Most windows of one list. */
const windowsMax = 16;

/** One window of every week. */
export const AllowedWindow = z.strictObject({
  days: z.array(z.enum(weekdays)).min(1).max(7).optional().meta({
    description: 'Days on which it opens; every day when absent',
  }),
  from: TimeOfDay.meta({ description: 'When it opens, as 09:00' }),
  to: TimeOfDay.meta({
    description: 'When it closes, as 17:00; not after `from`: on the next day',
  }),
  timeZone: z
    .string()
    .regex(/^[A-Za-z0-9_+/-]{1,64}$/)
    .meta({ description: 'Whose clock it is: an IANA time zone, as Europe/Berlin' }),
});
export type AllowedWindow = z.infer<typeof AllowedWindow>;

/** Windows of which a run must lie in one. */
export const AllowedWindows = z.array(AllowedWindow).min(1).max(windowsMax);

/** From an instant until before another, epoch milliseconds. */
export interface Span {
  readonly startAt: number;
  readonly endAt: number;
}

const minuteMs = 60_000;

/** An opening of every week is seen within two, even where one is lost to a change of the clocks. */
const lookAheadMs = 15 * 24 * 60 * minuteMs;

/** Whether a span lies wholly in one of the windows. No windows: it always does. */
export function isAllowed(span: Span, windows: readonly AllowedWindow[]): boolean {
  if (windows.length === 0) return true;
  const instants = [span.startAt, ...minutesWithin(span)];
  return windows.some((window) => instants.every(opener(window)));
}

/**
 * The first whole minute from `at` on at which a span of so many milliseconds lies in a window of every
 * list; undefined where none does within two weeks.
 */
export function nextOpening(
  at: number,
  spanMs: number,
  lists: readonly (readonly AllowedWindow[])[],
): number | undefined {
  const needed = Math.ceil(spanMs / minuteMs);
  const followed = lists
    .filter(({ length }) => length > 0)
    .map((windows) => windows.map((window) => ({ isOpen: opener(window), minutes: 0 })));
  const first = minuteMs * Math.ceil(at / minuteMs);
  for (let minute = first; minute < first + lookAheadMs; minute += minuteMs) {
    for (const one of followed.flat()) one.minutes = one.isOpen(minute) ? one.minutes + 1 : 0;
    const fits = followed.every((list) => list.some(({ minutes }) => minutes >= needed));
    if (fits) return minute - (needed - 1) * minuteMs;
  }
  return undefined;
}

/** Why a window never opens, as the end of a sentence; undefined: it does. */
export function uselessWindow({ from, to, timeZone }: AllowedWindow): string | undefined {
  if (from === to)
    return `a window must close at another time than it opens: found ${from} for both`;
  return isTimeZone(timeZone)
    ? undefined
    : `timeZone must be of the IANA database, as Europe/Berlin: found '${timeZone}'`;
}

/**
 * Windows from outside data, for a deployment.
 *
 * @throws Refusal for one that could never be meant.
 */
export function usefulWindows(value: unknown): AllowedWindow[] {
  const { data, error } = z.array(AllowedWindow).max(windowsMax).safeParse(value);
  const must =
    data === undefined ? inOneLine(error.issues[0]) : data.map(uselessWindow).find((one) => one);
  if (data !== undefined && must === undefined) return data;
  throw new Refusal(`Cannot use these windows as ${must}`);
}

function inOneLine(issue: z.core.$ZodIssue | undefined): string {
  return `every window must be well formed: found ${issue?.path.join('.') ?? ''} is not (${issue?.message ?? ''})`;
}

/** An instant by the clock of a time zone, as "Mon 2026-03-02 09:00 Europe/Berlin". */
export function timeIn(timeZone: string, at: number): string {
  const clock = new Intl.DateTimeFormat('en-GB', {
    ...asRead,
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const found = fieldsOf(clock, at);
  const field = (name: string): string => found.get(name) ?? '';
  const date = `${field('year')}-${field('month')}-${field('day')}`;
  return `${field('weekday')} ${date} ${field('hour')}:${field('minute')} ${timeZone}`;
}

function minutesWithin({ startAt, endAt }: Span): number[] {
  const first = minuteMs * Math.ceil(startAt / minuteMs);
  const count = Math.max(0, Math.ceil((endAt - first) / minuteMs));
  return Array.from({ length: count }, (_, index) => first + index * minuteMs);
}

/** Whether a window is open at an instant. */
function opener({
  days = [...weekdays],
  from,
  to,
  timeZone,
}: AllowedWindow): (at: number) => boolean {
  const read = wallClock(timeZone);
  const [opens, closes] = [minuteOf(from), minuteOf(to)];
  const opened = new Set(days.map((day) => weekdays.indexOf(day)));
  return (at) => {
    const { day, minute } = read(at);
    if (opens < closes) return opened.has(day) && minute >= opens && minute < closes;
    const before = (day + weekdays.length - 1) % weekdays.length;
    return (opened.has(day) && minute >= opens) || (opened.has(before) && minute < closes);
  };
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return 60 * hour + minute;
}

const asRead = {
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
} as const;

/** What a clock on a wall of a time zone shows: the day of the week from Monday as 0, and the minute. */
function wallClock(timeZone: string): (at: number) => { day: number; minute: number } {
  const clock = new Intl.DateTimeFormat('en-GB', { ...asRead, timeZone });
  return (at) => {
    const fields = fieldsOf(clock, at);
    const name = (fields.get('weekday') ?? '').toLowerCase();
    return {
      day: weekdays.findIndex((day) => day === name),
      minute: 60 * Number(fields.get('hour')) + Number(fields.get('minute')),
    };
  };
}

function fieldsOf(clock: Intl.DateTimeFormat, at: number): Map<string, string> {
  return new Map(clock.formatToParts(at).map(({ type, value }) => [type, value]));
}

function isTimeZone(timeZone: string): boolean {
  try {
    wallClock(timeZone);
    return true;
  } catch {
    return false; // RangeError, by which Intl says that it knows no such zone.
  }
}
