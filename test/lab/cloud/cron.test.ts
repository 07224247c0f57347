import { describe, expect, test } from 'vitest';
import { dueByCron } from '../../../lab/cloud/cron.ts';

/** Examples of the Scheduler user guide, and the days on which they must fire. */

describe('dueByCron()', () => {
  test.each([
    ['every day at 10:15', 'cron(15 10 * * ? *)', '2026-03-04T10:15:30Z', true],
    ['a minute late', 'cron(15 10 * * ? *)', '2026-03-04T10:16:00Z', false],
    ['weekdays at 18:00, on a Friday', 'cron(0 18 ? * MON-FRI *)', '2026-03-06T18:00:00Z', true],
    ['weekdays at 18:00, on a Sunday', 'cron(0 18 ? * MON-FRI *)', '2026-03-08T18:00:00Z', false],
    ['the first of a month', 'cron(0 8 1 * ? *)', '2026-04-01T08:00:00Z', true],
    ['every ten minutes', 'cron(0/10 * ? * MON-FRI *)', '2026-03-06T18:20:00Z', true],
    ['every ten minutes, between', 'cron(0/10 * ? * MON-FRI *)', '2026-03-06T18:25:00Z', false],
    ['Sunday is 1', 'cron(0 9 ? * 1 *)', '2026-03-08T09:00:00Z', true],
    ['a list of months', 'cron(0 9 1 JAN,JUL ? *)', '2026-07-01T09:00:00Z', true],
    ['another year', 'cron(0 9 * * ? 2027)', '2026-07-01T09:00:00Z', false],
  ])('%s', (_, expression, instant, due) => {
    expect(dueByCron(expression, 'UTC')(Date.parse(instant))).toBe(due);
  });

  test('goes by the clocks of its zone, in summer and winter', () => {
    const due = dueByCron('cron(0 9 * * ? *)', 'Europe/Berlin');

    expect(due(Date.parse('2026-01-15T08:00:00Z'))).toBe(true);
    expect(due(Date.parse('2026-07-15T07:00:00Z'))).toBe(true);
    expect(due(Date.parse('2026-07-15T08:00:00Z'))).toBe(false);
  });

  test.each(['cron(0 9 L * ? *)', 'cron(0 9 ? * 6#3 *)', 'cron(60 9 * * ? *)', 'cron(0 9 * * *)'])(
    'it refuses %s rather than firing at another time',
    (expression) => {
      expect(() => dueByCron(expression, 'UTC')).toThrow(RangeError);
    },
  );

  test('it refuses a zone that is none', () => {
    expect(() => dueByCron('cron(0 9 * * ? *)', 'Middle/Earth')).toThrow(RangeError);
  });
});
