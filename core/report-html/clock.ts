/** Times as the page tells them: seconds since the fault began, and exact instants in UTC. */
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import type { Report } from '../report.ts';

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** Farther from 1970 there is no calendar, in milliseconds. */
const calendarMax = 8.64e15;

/** Epoch milliseconds as 2026-11-21T12:01:11.000Z. */
export function utcOf(at: number): string {
  if (Math.abs(at) > calendarMax) return `${at} ms`;
  const fields = new Map(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  const field = (name: Intl.DateTimeFormatPartTypes): string => fields.get(name) ?? '';
  const date = `${field('year').padStart(4, '0')}-${field('month')}-${field('day')}`;
  const time = `${field('hour')}:${field('minute')}:${field('second')}`;
  return `${date}T${time}.${field('fractionalSecond')}Z`;
}

/** An instant for people and programs; without its day where that is told beside it. */
export function instant(at: number, part: 'whole' | 'time' = 'whole'): Markup {
  const utc = utcOf(at);
  if (!utc.endsWith('Z')) return markup`${utc}`;
  const shown = part === 'whole' ? utc.replace('T', ' ') : utc.replace(/^.*T/, '');
  return markup`<time datetime="${utc}">${shown.replace('Z', '')}</time>`;
}

/** Milliseconds as seconds with all that is known of them. */
export const seconds = (milliseconds: number): string =>
  signed((milliseconds / 1000).toFixed(3), milliseconds);

/** The same, for a first glance. */
export const roughly = (milliseconds: number): string =>
  signed((milliseconds / 1000).toFixed(1), milliseconds);

function signed(text: string, value: number): string {
  return value < 0 ? `\u2212${text.replace('-', '')}` : text.replace('-', '');
}

/** The zero of the page's clock, and what it is. */
export function zeroOf({ timing }: Report): { at: number; says: string } {
  const { injectAt, injectedAt, openedAt } = timing;
  if (injectedAt !== null) return { at: injectedAt, says: 'the fault was injected' };
  if (injectAt !== null) return { at: injectAt, says: 'the fault was to begin' };
  return { at: openedAt ?? 0, says: 'the run was opened' };
}

/** Seconds since the zero, with a sign. */
export const since = (at: number, zero: number): string =>
  `${at < zero ? '' : '+'}${seconds(at - zero)}`;
