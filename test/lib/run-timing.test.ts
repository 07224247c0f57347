import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { quarantineOf, usualTiming } from '../../core/timing.ts';
import { timingOf } from '../../lib/run-timing.ts';
import { aStack } from './synthesised.ts';

const seconds = (count: number): Duration => Duration.seconds(count);

test('is the usual one unless something is chosen', () => {
  expect(timingOf()).toEqual(usualTiming);
  expect(timingOf({ sent: seconds(90), slice: seconds(5) })).toEqual({
    ...usualTiming,
    sentSeconds: 90,
    sliceSeconds: 5,
  });
});

describe('spans that safety rests on', () => {
  test.each(['lambda', 'sent', 'stale', 'lead', 'grace'] as const)(
    '%s may be as usual or longer, never shorter',
    (name) => {
      const usual = usualTiming[`${name}Seconds`];
      expect(timingOf({ [name]: seconds(usual) })).toEqual(usualTiming);
      expect(timingOf({ [name]: seconds(usual + 1) })).toHaveProperty(`${name}Seconds`, usual + 1);
      for (const less of [0, usual - 1]) {
        expect(() => timingOf({ [name]: seconds(less) })).toThrow(
          new RegExp(
            `^Cannot use this timing as ${name} must be ${usual} to \\d+ .*: found ${less}$`,
          ),
        );
      }
    },
  );

  test('leave a quarantine no shorter than the usual one, whatever is chosen', () => {
    const chosen = { lambda: seconds(900), sent: seconds(60), stale: seconds(60) };
    const { troubledMs, settledMs } = quarantineOf(timingOf(chosen));
    expect(troubledMs).toBeGreaterThanOrEqual(quarantineOf(usualTiming).troubledMs);
    expect(settledMs).toBeGreaterThanOrEqual(quarantineOf(usualTiming).settledMs);
  });

  test('slice may be shorter, never longer: who stops a run waits for one', () => {
    expect(timingOf({ slice: seconds(1) }).sliceSeconds).toBe(1);
    for (const wrong of [0, 11]) {
      expect(() => timingOf({ slice: seconds(wrong) })).toThrow(
        `Cannot use this timing as slice must be 1 to 10 whole seconds: found ${wrong}`,
      );
    }
  });
});

/** Rows of the table that people read. */
const page = readFileSync(join(import.meta.dirname, '../../docs/construct.md'), 'utf8');
const rows = [...page.matchAll(/^\| `(\w+)` +\| (\d+) +\| (\d+) to (\d+) +\|$/gm)].map(
  ([, name = '', usual, least, most]) => ({
    name,
    usual: Number(usual),
    least: Number(least),
    most: Number(most),
  }),
);

test('the table has every span', () => {
  const spans = Object.keys(usualTiming).map((key) => key.replace('Seconds', ''));
  expect(rows.map(({ name }) => name)).toEqual(spans);
});

test.each(rows)(
  '$name is usually $usual s, of $least to $most s',
  ({ name, usual, least, most }) => {
    const key = `${name}Seconds`;
    expect(usualTiming).toHaveProperty(key, usual);
    for (const allowed of [least, most]) {
      expect(timingOf({ [name]: seconds(allowed) })).toHaveProperty(key, allowed);
    }
    for (const wrong of [least - 1, most + 1].filter((one) => one >= 0)) {
      expect(() => timingOf({ [name]: seconds(wrong) })).toThrow(
        `Cannot use this timing as ${name} must be ${least} to ${most} whole seconds: found ${wrong}`,
      );
    }
  },
);

test('is refused at synth, in whole seconds alone', () => {
  expect(() => aStack({ timing: { sent: seconds(0), stale: seconds(0) } })).toThrow(
    'Cannot use this timing as sent must be 60 to 3600 whole seconds: found 0',
  );
  expect(() => aStack({ timing: { recovery: Duration.millis(1_500) } })).toThrow(
    'Cannot use this timing as recovery must be 0 to 3600 whole seconds: found 1.5',
  );
});
