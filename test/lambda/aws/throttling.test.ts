import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { ec2Network } from '../../../lambda/aws/network.ts';
import type { NetworkOptions } from '../../../lambda/aws/network.ts';
import { pacer } from '../../../lambda/aws/pacer.ts';
import type { Network } from '../../../lambda/gateways.ts';
import { httpFake, quickClock, xml, xmlError } from './http-fake.ts';
import type { HttpFake, Reply } from './http-fake.ts';

/** Code and buckets: the EC2 developer guide, "Request throttling for the Amazon EC2 API". */

let fake: HttpFake | undefined;

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

async function network(
  answer: (count: number) => Reply,
  options: Partial<NetworkOptions> = {},
): Promise<{ network: Network; slept: number[] }> {
  fake = await httpFake((_request, count) => answer(count));
  const clock = quickClock(0);
  const made = ec2Network(fake.connection, { clock, random: () => 0.5, ...options });
  return { network: made, slept: clock.slept };
}

const throttled = xmlError('RequestLimitExceeded', 503);
const done = xml('<return>true</return>');

describe('a throttled change', () => {
  test('is sent again until EC2 takes it, after waits that double from 250 ms to 8 s', async () => {
    const { network: made, slept } = await network((count) => (count > 8 ? done : throttled), {
      patienceMs: 60_000,
    });
    expect(await made.setGroups('eni-1', ['sg-1'])).toEqual({ kind: 'done' });
    // Half of each limit, as the chance of this test has it.
    expect(slept).toEqual([125, 250, 500, 1_000, 2_000, 4_000, 4_000, 4_000]);
  });

  test('is refused when patience ends, which no wait outlasts', async () => {
    const { network: made, slept } = await network(() => throttled);
    const answer = await made.deleteGroup('sg-1');
    expect(answer).toEqual({
      kind: 'refused',
      reason: 'RequestLimitExceeded: RequestLimitExceeded said the fake',
    });
    const total = slept.reduce((sum, one) => sum + one, 0);
    expect(total).toBeGreaterThan(12_000);
    expect(total).toBeLessThanOrEqual(20_000);
  });

  test('waits anywhere between nothing and the limit (full jitter)', async () => {
    const chances = [0, 0.999, 0.25];
    const { network: made, slept } = await network((count) => (count > 3 ? done : throttled), {
      random: () => chances.shift() ?? 0,
    });
    await made.deleteGroup('sg-1');
    expect(slept).toEqual([0, 500, 250]);
  });

  test('is judged by its last answer', async () => {
    const answers = [throttled, xmlError('DependencyViolation')];
    const { network: made } = await network((count) => answers[count - 1] ?? done);
    expect(await made.deleteGroup('sg-1')).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('DependencyViolation'),
    });
  });

  test('is asked about again, too, when it is only tried out', async () => {
    const { network: made } = await network((count) =>
      count === 1 ? throttled : xmlError('DryRunOperation', 412),
    );
    const change = { kind: 'set-groups', interfaceId: 'eni-1', groupIds: ['sg-1'] } as const;
    expect(await made.tryOut(change)).toEqual({ kind: 'done' });
  });
});

test.each<[string, Reply]>([
  ['an internal error', xmlError('InternalError', 500)],
  ['unavailability, though it is a 503 as throttling is', xmlError('Unavailable', 503)],
  ['a connection cut', 'drop'],
  ['a refusal', xmlError('InvalidPermission.Duplicate')],
])('a change is never sent again after %s', async (_name, reply) => {
  const { network: made, slept } = await network(() => reply);
  await made.editRules('sg-1', [
    { ruleId: 'sgr-1', during: { protocol: '-1', peer: { kind: 'ipv4', cidr: '10.0.0.0/8' } } },
  ]);
  expect(fake!.asked).toHaveLength(1);
  expect(slept).toEqual([]);
});

/** A clock that stands still: what is slept is when the turn is. */
const stillClock = () => {
  const slept: number[] = [];
  return { slept, now: () => 0, sleep: async (ms: number) => void slept.push(ms) };
};

describe('pacer()', () => {
  test.each([
    ['ingress', 25],
    ['mutating', 25],
    ['interface', 50],
  ] as const)('lets half the bucket of %s go at once, then five a second', async (family, half) => {
    const clock = stillClock();
    const { turn } = pacer(clock);
    for (let count = 0; count < half; count += 1) await turn(family);
    expect(clock.slept).toEqual([]);
    for (let count = 0; count < 3; count += 1) await turn(family);
    expect(clock.slept).toEqual([200, 400, 600]);
  });

  test('counts each family alone', async () => {
    const clock = stillClock();
    const { turn } = pacer(clock);
    for (let count = 0; count < 25; count += 1) await turn('ingress');
    await turn('mutating');
    expect(clock.slept).toEqual([]);
  });

  test('never leaves a full bucket less than half full, however the calls come', async () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 60, maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(gaps, async (pauses) => {
        let now = 0;
        const sleep = async (ms: number): Promise<void> => void (now += ms);
        const { turn } = pacer({ now: () => now, sleep });
        let tokens = 50;
        let last = 0;
        for (const pause of pauses) {
          now += pause % 7 === 0 ? pause : 0;
          await turn('mutating');
          tokens = Math.min(50, tokens + (now - last) / 200) - 1;
          last = now;
          expect(tokens).toBeGreaterThanOrEqual(25 - 1e-6);
        }
      }),
    );
  });

  test('forgets: after a pause half the bucket goes at once again', async () => {
    const clock = quickClock(0);
    const { turn } = pacer(clock);
    for (let count = 0; count < 30; count += 1) await turn('ingress');
    const before = clock.slept.length;
    await clock.sleep(10_000);
    for (let count = 0; count < 25; count += 1) await turn('ingress');
    expect(clock.slept.length).toBe(before + 1);
  });
});

test('thirty changes at once are spread as the bucket refills', async () => {
  const { network: made, slept } = await network(() => done);
  const interfaces = Array.from({ length: 30 }, (_, index) => `sg-${index}`);
  await Promise.all(interfaces.map((id) => made.deleteGroup(id)));
  expect(fake!.asked).toHaveLength(30);
  expect(slept.length).toBe(5);
});
