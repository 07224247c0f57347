import { afterEach, describe, expect, test } from 'vitest';
import { oneTimeSchedule } from '../../../lambda/aws/schedule.ts';
import { httpFake, json, jsonIn } from './http-fake.ts';
import type { Asked, HttpFake, Reply } from './http-fake.ts';

/** Shapes: the EventBridge Scheduler API reference, CreateSchedule, GetSchedule, DeleteSchedule. */

const target = { machineArn: 'arn:machine', roleArn: 'arn:role', deadLetterArn: 'arn:queue' };
const noon = Date.UTC(2026, 10, 21, 12, 0, 0);

let fake: HttpFake | undefined;

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

/** A fake Scheduler that keeps what it is given; its errors are named as REST-JSON names them. */
async function scheduler(
  trouble: (request: Asked, count: number) => Reply | undefined = () => undefined,
) {
  const kept = new Map<string, string>();
  fake = await httpFake((request, count) => {
    const name = request.path.split('/')[2]!.split('?')[0]!;
    const lost = trouble(request, count);
    if (request.method === 'POST' && !kept.has(name)) {
      kept.set(name, request.body);
      return lost ?? json({ ScheduleArn: 'arn:schedule' });
    }
    const same = request.method === 'POST' && tokenIn(kept.get(name)!) === tokenIn(request.body);
    if (same) return json({ ScheduleArn: 'arn:schedule' });
    if (request.method === 'POST') return error('ConflictException', 409);
    if (!kept.has(name)) return error('ResourceNotFoundException', 404);
    if (request.method === 'GET') return { body: kept.get(name)! };
    kept.delete(name);
    return lost ?? json({});
  });
  return oneTimeSchedule(fake.connection, { group: () => 'Aerofault', target: () => target });
}

const tokenIn = (body: string): unknown => jsonIn({ body })['ClientToken'];
const error = (code: string, status: number): Reply =>
  json({ __type: code, Message: code }, status);

describe('set()', () => {
  test('makes one schedule that starts the restore machine once and then deletes itself', async () => {
    const schedule = await scheduler();
    await schedule.set('r1', noon);

    const { ClientToken, ...body } = jsonIn(fake!.asked[0]!);
    expect(fake!.asked[0]!.action).toBe('POST /schedules/aerofault-r1');
    expect(ClientToken).toMatch(/./);
    expect(body).toEqual({
      GroupName: 'Aerofault',
      Description: 'Restores run r1 of aerofault if nothing else has',
      ScheduleExpression: 'at(2026-11-21T12:00:00)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: 'arn:machine',
        RoleArn: 'arn:role',
        Input: '{"runId":"r1","by":"schedule"}',
        RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
        DeadLetterConfig: { Arn: 'arn:queue' },
      },
    });
  });

  test.each([
    [noon, noon],
    [noon + 1, noon + 1_000],
    [noon + 999, noon + 1_000],
  ])('rounds %i up to a whole second, never down', async (at, set) => {
    const schedule = await scheduler();
    await schedule.set('r1', at);
    expect(await schedule.read('r1')).toBe(set);
  });

  test('twice finds it set (ConflictException, read back)', async () => {
    const schedule = await scheduler();
    await schedule.set('r1', noon + 5);
    await schedule.set('r1', noon + 7);
    expect(await schedule.read('r1')).toBe(noon + 1_000);
  });

  test('refuses one that is there for another time', async () => {
    const schedule = await scheduler();
    await schedule.set('r1', noon);
    await expect(schedule.set('r1', noon - 60_000)).rejects.toThrow(
      'Cannot set the schedule of run r1 as it must fire at 2026-11-21T11:59:00.000Z: found 2026-11-21T12:00:00.000Z',
    );
  });

  test('with a lost answer is set (CreateSchedule, ClientToken)', async () => {
    const schedule = await scheduler((_request, count) => (count === 1 ? 'drop' : undefined));
    await schedule.set('r1', noon);
    expect(await schedule.read('r1')).toBe(noon);
  });

  test('throws what else Scheduler says', async () => {
    fake = await httpFake(() => error('ValidationException', 400));
    const schedule = oneTimeSchedule(fake.connection, { group: () => 'g', target: () => target });
    await expect(schedule.set('r1', noon)).rejects.toThrow('ValidationException');
  });
});

describe('read() and remove()', () => {
  test('read nothing where there is none, and take away nothing without complaint', async () => {
    const schedule = await scheduler();
    expect(await schedule.read('r1')).toBeUndefined();
    await schedule.remove('r1');

    await schedule.set('r1', noon);
    await schedule.remove('r1');
    expect(await schedule.read('r1')).toBeUndefined();
    expect(fake!.asked.at(-1)!.path).toBe('/schedules/aerofault-r1?groupName=Aerofault');
  });

  test('a removal with a lost answer is done', async () => {
    const schedule = await scheduler(({ method }) => (method === 'DELETE' ? 'drop' : undefined));
    await schedule.set('r1', noon);
    await schedule.remove('r1');
    expect(await schedule.read('r1')).toBeUndefined();
  });

  test('an expression that is not ours is an error, not "none"', async () => {
    fake = await httpFake(() => json({ ScheduleExpression: 'rate(5 minutes)' }));
    const schedule = oneTimeSchedule(fake.connection, { group: () => 'g', target: () => target });
    await expect(schedule.read('r1')).rejects.toThrow(
      'Cannot read the schedule of run r1 as its expression must be at(yyyy-mm-ddThh:mm:ss): found rate(5 minutes)',
    );
  });
});
