import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lambda/aws/digest.ts';
import { logOf } from '../../../lambda/aws/log.ts';
import { runIdOf } from '../../../lambda/run-id.ts';
import { jsonIn } from './http-fake.ts';

describe('runIdOf()', () => {
  test('is the same for the same execution, now and in later versions', () => {
    const execution = 'arn:aws:states:eu-central-1:111122223333:execution:aerofault:monday';
    expect(runIdOf(execution)).toBe(runIdOf(execution));
    expect(runIdOf('arn:x')).toBe('r5ucnxt2ndqf'); // SHA-256 modulo 36^12, in base 36.
  });

  test('is twelve characters that a chain name and a schedule name may hold, and differs', () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => runIdOf(`execution ${index}`));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[a-z0-9]{12}$/.test(id))).toBe(true);
  });
});

describe('digestOf()', () => {
  test('does not depend on the order of keys', () => {
    expect(digestOf({ a: 1, b: { c: [1, 2], d: null } })).toBe(
      digestOf({ b: { d: null, c: [1, 2] }, a: 1 }),
    );
  });

  test('survives the journal: a value and its JSON have the same digest', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(digestOf(JSON.parse(JSON.stringify(value)))).toBe(digestOf(value));
      }),
    );
    expect(digestOf({ a: 1, gone: undefined })).toBe(digestOf({ a: 1 }));
  });

  test('tells apart what differs, the order of a list included', () => {
    const values = [
      {},
      [],
      null,
      0,
      '',
      '0',
      [1, 2],
      [2, 1],
      { a: 1 },
      { a: '1' },
      { b: 1 },
      [{}],
      { a: {} },
    ];
    expect(new Set(values.map(digestOf)).size).toBe(values.length);
  });
});

function written(fields: Record<string, unknown>): Record<string, unknown> {
  const lines: string[] = [];
  logOf('r1', (line) => lines.push(line))('it happened', fields);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('\n');
  return jsonIn({ body: lines[0]! });
}

describe('logOf()', () => {
  test('writes one JSON line with the run id, which no field can take away', () => {
    expect(written({ stepId: 's1', runId: 'another', says: 'other words' })).toMatchObject({
      runId: 'r1',
      says: 'it happened',
      stepId: 's1',
    });
  });

  test('says an error with its cause', () => {
    const error = new Error('outer', { cause: new TypeError('inner') });
    expect(written({ error })).toMatchObject({
      error: { name: 'Error', message: 'outer', cause: { name: 'TypeError', message: 'inner' } },
    });
  });

  test('never throws, whatever it is given', () => {
    const circle: Record<string, unknown> = { size: 10n };
    expect(written(circle)).toMatchObject({ size: '10' });
    circle['self'] = circle;
    expect(written(circle)).toMatchObject({ runId: 'r1', fields: 'cannot be said in JSON' });
  });
});
