import { Cron } from 'croner';

/** The largest value of each field of an expression, for steps that begin at a number. */
const largest = [59, 23, 31, 12, 7, 2199];

/**
 * The next instants of an EventBridge Scheduler expression, in epoch milliseconds; none for `rate()`, whose
 * beginning nobody tells, and for what cannot be read.
 *
 * Its cron has minutes, hours, day of month, month, day of week (1 is Sunday) and year; croner has seconds
 * before them (Scheduler user guide, "Schedule types").
 */
export function nextRuns(
  expression: string,
  timeZone: string,
  { count, after }: { readonly count: number; readonly after: number },
): number[] {
  const [, once] = /^at\((.+)\)$/.exec(expression) ?? [];
  const [, body] = /^cron\((.+)\)$/.exec(expression) ?? [];
  const options = { timezone: timeZone, alternativeWeekdays: true };
  try {
    const pattern = once ?? `0 ${fieldsOf(body ?? '')}`;
    if (once === undefined && body === undefined) return [];
    const runs = new Cron(pattern, options).nextRuns(count, new Date(after));
    return runs.map((run) => run.getTime());
  } catch {
    return [];
  }
}

/** `0/15` is every 15 from 0 on: croner wants to know how far. */
const fieldsOf = (body: string): string =>
  body
    .trim()
    .split(/\s+/)
    .map((field, at) => field.replaceAll(/\b(\d+)\/(\d+)/g, `$1-${largest[at] ?? 59}/$2`))
    .join(' ');
