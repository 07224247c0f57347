import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseExperiment } from '../../core/experiment.ts';
import { ofCount, ofPairs, ofType } from './full-experiments.ts';
import { refusalOf } from './inventories.ts';
import { at, withAt } from './schema-fields.ts';
import type { Field } from './schema-fields.ts';

/** Whether the schema takes a value, which may still contradict itself. */
const isRead = (value: unknown): boolean => {
  try {
    parseExperiment(value);
    return true;
  } catch (error) {
    return String(error).startsWith('Refusal: Cannot use experiment');
  }
};

const refused = (value: unknown): string => refusalOf(() => parseExperiment(value));

describe('every bound holds', () => {
  test('there are bounds to try', () => {
    expect(ofType('integer').length).toBeGreaterThan(15);
    expect(ofType('array').length).toBeGreaterThan(8);
    expect(ofType('string').length).toBeGreaterThan(25);
    expect(ofType('object').length).toBeGreaterThan(12);
  });

  test.each(ofType('integer'))('$where: its ends, and nothing beyond', ({ experiment, ...it }) => {
    const { minimum, maximum } = bounds(it.schema);

    for (const inside of [minimum, maximum]) {
      expect(isRead(withAt(experiment, it.path, inside))).toBe(true);
    }
    expect(refused(withAt(experiment, it.path, minimum - 1))).toContain(
      `'${it.path.join('.')}' must be at least ${minimum}: found ${minimum - 1}`,
    );
    expect(refused(withAt(experiment, it.path, maximum + 1))).toContain(
      `'${it.path.join('.')}' must be at most ${maximum}: found ${maximum + 1}`,
    );
    expect(refused(withAt(experiment, it.path, minimum + 0.5))).toContain('a whole number');
  });

  const lists = ofType('array').filter(({ schema }) => !('prefixItems' in schema));

  test.each(lists)('$where: its length, and no more', ({ experiment, ...it }) => {
    const { minItems = 0, maxItems } = z
      .object({ minItems: z.int().optional(), maxItems: z.int() })
      .parse(it.schema);
    const one = at(experiment, [...it.path, 0]);
    const long = (length: number): unknown =>
      withAt(
        experiment,
        it.path,
        Array.from({ length }, () => one),
      );

    expect(isRead(long(maxItems))).toBe(true);
    expect(refused(long(maxItems + 1))).toContain(`must have at most ${maxItems} entries: found [`);
    if (minItems > 0) expect(refused(long(0))).toContain('must have at least 1 entry: found []');
  });

  test.each([
    { pair: ['n1'], says: "'fault.topology.pairs.1' must have at least 2 entries" },
    { pair: ['n1', 'n2', 'n3'], says: "'fault.topology.pairs.1' must have at most 2 entries" },
  ])('a pair is of two: $pair', ({ pair, says }) => {
    expect(refused(withAt(ofPairs, ['fault', 'topology', 'pairs', 1], pair))).toContain(says);
  });

  test.each([
    { length: 3, name: 'abc' },
    { length: 40, name: 'a'.repeat(40) },
  ])('a name of $length characters is taken', ({ name }) => {
    expect(parseExperiment({ ...ofCount, name }).name).toBe(name);
  });

  test.each(['', 'ab', 'a'.repeat(41), 'Abc', '1abc', '-abc', 'a_b', 'äbc'])(
    'the name "%s" is refused',
    (name) => {
      expect(refused({ ...ofCount, name })).toContain("'name' must match");
    },
  );

  test.each([22, 443])('port %i can be no listener of a cluster', (service) => {
    expect(refused({ ...ofCount, portNumbers: { service } })).toContain(
      `must be at least 1024: found ${service}`,
    );
  });
});

function bounds(field: Field['schema']): { minimum: number; maximum: number } {
  return z.object({ minimum: z.int(), maximum: z.int() }).parse(field);
}
