const unitMilliseconds: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** The period of a `rate()` expression in milliseconds; undefined for any other. */
export function ratePeriod(expression: string | undefined): number | undefined {
  const match = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression ?? '');
  const [, count = '', unit = ''] = match ?? [];
  const milliseconds = unitMilliseconds[unit];
  return milliseconds === undefined ? undefined : Number(count) * milliseconds;
}
