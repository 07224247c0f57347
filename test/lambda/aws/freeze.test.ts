import { afterEach, describe, expect, test } from 'vitest';
import { parameterFreeze } from '../../../lambda/aws/freeze.ts';
import { httpFake, json, jsonError, jsonIn } from './http-fake.ts';
import type { HttpFake } from './http-fake.ts';

/** Shapes: the Systems Manager API reference, GetParameter. */

let fake: HttpFake | undefined;

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

const name = '/aerofault/freeze';
const frozenBy = async (answer: Parameters<typeof httpFake>[0]) => {
  fake = await httpFake(answer);
  return parameterFreeze(fake.connection, { name: () => name }).frozen();
};
const saying = (Value: string) => frozenBy(() => json({ Parameter: { Name: name, Value } }));

describe('the freeze switch', () => {
  test.each(['off', 'OFF', 'false', '0', '', ' off \n'])('%j lets runs start', async (value) => {
    expect(await saying(value)).toBeUndefined();
    expect(jsonIn(fake!.asked[0]!)).toEqual({ Name: name });
  });

  test.each([
    ['on', '/aerofault/freeze is "on"'],
    ['release week\nuntil "Friday"', '/aerofault/freeze is "release week until Friday"'],
    ['x'.repeat(500), `/aerofault/freeze is "${'x'.repeat(120)}"`],
  ])('%j keeps them, in its own words', async (value, says) => {
    expect(await saying(value)).toEqual({ says });
  });

  test('that is not there lets runs start', async () => {
    expect(await frozenBy(() => jsonError('ParameterNotFound'))).toBeUndefined();
  });

  test.each(['AccessDeniedException', 'ThrottlingException', 'InternalServerError'])(
    'that cannot be read for %s is no answer',
    async (code) => {
      await expect(frozenBy(() => jsonError(code))).rejects.toMatchObject({ name: code });
    },
  );
});
