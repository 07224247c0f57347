import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { sentence } from '../../core/sentence.ts';
import { grammar } from './inventories.ts';

function sentenceOf(schema: z.ZodType, value: unknown): string {
  const { error } = schema.safeParse(value);
  if (error === undefined) throw new Error('Expected the schema to refuse the value');
  const said = sentence(error, value);
  expect(said).toMatch(grammar);
  return said.replace('Cannot read experiment as ', '');
}

const kinds = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('a') }),
  z.strictObject({ kind: z.literal('b') }),
]);

const portsOrNode = z.union([
  z.literal('node'),
  z.strictObject({ service: z.int().min(1024).optional() }),
]);

describe('sentence()', () => {
  test.each([
    { schema: z.int(), value: 'x', says: `it must be a number: found "x"` },
    { schema: z.int(), value: 1.5, says: 'it must be a whole number: found 1.5' },
    { schema: z.int().max(3), value: 4, says: 'it must be at most 3: found 4' },
    { schema: z.int().min(3), value: 2, says: 'it must be at least 3: found 2' },
    {
      schema: z.string().max(2),
      value: 'abc',
      says: 'it must be at most 2 characters: found "abc"',
    },
    {
      schema: z.array(z.int()).max(1),
      value: [1, 2],
      says: 'it must have at most 1 entry: found [1,2]',
    },
    { schema: z.enum(['a', 'b']), value: 'c', says: 'it must be "a" or "b": found "c"' },
    { schema: z.literal(1), value: 2, says: 'it must be 1: found 2' },
    { schema: z.string().regex(/^a$/), value: 'b', says: 'it must match /^a$/: found "b"' },
    { schema: z.email(), value: 'b', says: 'it must be an email: found "b"' },
    { schema: z.object({}), value: null, says: 'it must be an object: found null' },
    { schema: kinds, value: { kind: 'c' }, says: `'kind' must be "a" or "b": found "c"` },
    {
      schema: z.union([z.int(), z.null()]),
      value: 'x',
      says: 'it must be a number or null: found "x"',
    },
    { schema: portsOrNode, value: 'x', says: 'it must be "node" or an object: found "x"' },
    {
      schema: portsOrNode,
      value: { service: 1 },
      says: `'service' must be at least 1024: found 1`,
    },
    {
      schema: portsOrNode,
      value: { colour: 1 },
      says: 'every key must be known: found "colour"',
    },
    {
      schema: z.object({ rewind: z.union([z.literal('all'), z.int().max(9)]) }),
      value: { rewind: 10 },
      says: `'rewind' must be at most 9: found 10`,
    },
    { schema: z.strictObject({}), value: { b: 1 }, says: 'every key must be known: found "b"' },
    {
      schema: z.strictObject({ a: z.strictObject({}) }),
      value: { a: { b: 1, c: 2 } },
      says: `every key in 'a' must be known: found "b", "c"`,
    },
    {
      schema: z.object({ a: z.array(z.object({ b: z.int() })) }),
      value: { a: [{ b: 1 }, {}] },
      says: `'a.1.b' must be a number: found nothing`,
    },
    {
      schema: z.int().refine((n) => n !== 7, { error: 'must not be 7' }),
      value: 7,
      says: 'it must not be 7: found 7',
    },
  ])('$says', ({ schema, value, says }) => {
    expect(sentenceOf(schema, value)).toBe(says);
  });

  test('counts what else is wrong', () => {
    expect(sentenceOf(z.object({ a: z.int(), b: z.int(), c: z.int() }), {})).toMatch(
      / \(and 2 more\)$/,
    );
  });

  test('shortens what was found', () => {
    const said = sentenceOf(z.int(), 'x'.repeat(500));
    expect(said).toHaveLength('it must be a number: found '.length + 80);
    expect(said).toMatch(/xx…$/);
  });

  test.each(['\n', '\r', '\0', '\u001b[31m', '\u009b31m', '\u202e', '\u2028', '\ufeff', '\ud800'])(
    'shows %j so that no terminal acts on it',
    (text) => {
      const found = sentenceOf(z.int(), `a${text}b`).replace('it must be a number: found ', '');
      expect(found).toMatch(/^"a[\x20-\x7e]+b"$/);
    },
  );

  test('shows the letters of any language as they are', () => {
    expect(sentenceOf(z.int(), 'größe 数')).toContain('"größe 数"');
  });

  test('without any issue still is a sentence', () => {
    expect(sentence(new z.ZodError([]), {})).toMatch(grammar);
  });
});
