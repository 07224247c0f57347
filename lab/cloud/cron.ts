/** Whether a schedule is due in the minute that an instant (epoch milliseconds) lies in. */
export type Due = (at: number) => boolean;

interface Field {
  readonly least: number;
  readonly most: number;
  /** Words for values, the first for the least. */
  readonly words?: readonly string[];
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** In the order of the expression. Source: Scheduler user guide, cron-based schedules. */
const fields: Record<'minute' | 'hour' | 'day' | 'month' | 'weekday' | 'year', Field> = {
  minute: { least: 0, most: 59 },
  hour: { least: 0, most: 23 },
  day: { least: 1, most: 31 },
  month: { least: 1, most: 12, words: months },
  weekday: { least: 1, most: 7, words: weekdays },
  year: { least: 1970, most: 2199 },
};

type FieldName = keyof typeof fields;
const fieldNames = ['minute', 'hour', 'day', 'month', 'weekday', 'year'] as const;

/**
 * When a `cron(minutes hours day-of-month month day-of-week year)` expression is due, by the clocks of an
 * IANA time zone.
 *
 * `L`, `W` and `#` are not known. Where clocks go back an hour, the hour that comes twice is due twice.
 *
 * @throws RangeError where the expression or the zone is not one that the lab knows.
 */
export function dueByCron(expression: string, timeZone: string): Due {
  const [, body = ''] = /^cron\((.+)\)$/.exec(expression) ?? [];
  const texts = body.trim().split(/\s+/);
  if (texts.length !== fieldNames.length) throw unknown(expression);
  const allowed = fieldNames.map(
    (name, index) => [name, valuesOf(name, texts[index] ?? '')] as const,
  );
  const clock = clockIn(timeZone);
  return (at) => {
    const now = clock(at);
    return allowed.every(([name, values]) => values.has(now[name]));
  };
}

/** The values that a field's text allows: `*`, `?`, lists, ranges and steps. */
function valuesOf(name: FieldName, text: string): ReadonlySet<number> {
  const { least, most } = fields[name];
  return new Set(
    text.split(',').flatMap((part) => {
      const [, first = '', last, step = '1'] =
        /^([*?]|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
      const all = first === '*' || first === '?';
      const from = all ? least : valueOf(name, first);
      const open = all || part.includes('/');
      const to = last === undefined ? (open ? most : from) : valueOf(name, last);
      const every = Math.max(1, Number(step));
      return Array.from(
        { length: Math.floor((to - from) / every) + 1 },
        (_, n) => from + n * every,
      );
    }),
  );
}

function valueOf(name: FieldName, text: string): number {
  const { least, most, words = [] }: Field = fields[name];
  const word = words.indexOf(text.toUpperCase());
  const value = word === -1 ? Number(text) : least + word;
  if (/^\w+$/.test(text) && Number.isInteger(value) && value >= least && value <= most)
    return value;
  throw unknown(text);
}

function unknown(text: string): RangeError {
  return new RangeError(
    `Cannot keep time as the schedule must be a cron expression that the lab knows: found "${text}"`,
  );
}

function clockIn(timeZone: string): (at: number) => Record<FieldName, number> {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (at) => {
    const said = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const number = (type: Intl.DateTimeFormatPartTypes): number => Number(said.get(type));
    return {
      minute: number('minute'),
      hour: number('hour'),
      day: number('day'),
      month: number('month'),
      weekday: weekdays.indexOf(said.get('weekday')?.toUpperCase() ?? '') + 1,
      year: number('year'),
    };
  };
}
