import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DIFFERENCES } from './differences.ts';
import { endpointsOf } from './endpoints.ts';
import type { OpenEndpoint } from './endpoints.ts';
import { Ground } from './ground.ts';
import { complaint } from './judge.ts';
import type { Plain, Row } from './row.ts';
import { ROWS } from './rows.ts';
import type { Undecided } from './undecided-reporter.ts';

const ROW_MS_MAX = 600_000;

describe.each(endpointsOf(process.env))('$title', ({ name, open, missing }) => {
  if (missing !== undefined) {
    test('can be asked', ({ skip }) => {
      if (process.env['CI'] === 'true') throw new Error(missing);
      skip(missing);
    });
    return;
  }

  let endpoint: OpenEndpoint;
  let ground: Ground;
  beforeAll(async () => {
    endpoint = await open();
    ground = await Ground.prepare(endpoint);
  });
  afterEach(() => ground.clear(), ROW_MS_MAX);
  afterAll(() => endpoint.close());

  test.for(ROWS)('$name', { timeout: ROW_MS_MAX }, async (row, { skip, task }) => {
    if (row.wantsInstance && endpoint.machine === undefined) {
      skip('AEROFAULT_EC2_IMAGE names no image to run an instance from');
    }
    const found = await observed(row, ground);
    if (row.decides === 'unknown') {
      const isAsAssumed = isDeepStrictEqual(found, row.expected);
      const answer: Undecided = { endpoint: name, row: row.name, found, isAsAssumed };
      task.meta.undecided = answer;
    }
    const wrong = complaint({ endpoint: name, row, found }, DIFFERENCES);
    if (wrong !== undefined) expect.fail(wrong);
  });

  test('nothing that the suite made is left', { timeout: ROW_MS_MAX }, async () => {
    await ground.leave();
    expect(ground.left.join(', ')).toBe('');
  });
});

/** What the row sees; a refusal that the row did not foresee is an answer, too. */
async function observed(row: Row, ground: Ground): Promise<Plain> {
  try {
    return await row.observe(ground);
  } catch (error) {
    if (error instanceof EC2ServiceException) return { unforeseen: error.name };
    if (error instanceof Error && error.message.includes('Deserialization error')) {
      return { unforeseen: 'an answer that is not of EC2' };
    }
    throw error;
  }
}
