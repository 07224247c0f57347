import { afterEach, expect, test } from 'vitest';
import { cloudWatchAlarms } from '../../../lambda/aws/alarms.ts';
import { httpFake, json, jsonError, jsonIn } from './http-fake.ts';
import type { HttpFake } from './http-fake.ts';

/** Shapes: the CloudWatch API reference, DescribeAlarms. */

let fake: HttpFake | undefined;

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

const alarm = (AlarmName: string, StateValue: string) => ({ AlarmName, StateValue });

test('notOk() gives every named alarm that is not OK, of both kinds and all pages, and those that are not there', async () => {
  fake = await httpFake((request) =>
    jsonIn(request)['NextToken'] === undefined
      ? json({
          MetricAlarms: [alarm('a', 'OK'), alarm('b', 'ALARM')],
          CompositeAlarms: [],
          NextToken: 'n',
        })
      : json({
          MetricAlarms: [alarm('c', 'INSUFFICIENT_DATA')],
          CompositeAlarms: [alarm('d', 'ALARM')],
        }),
  );

  expect(await cloudWatchAlarms(fake.connection).notOk(['a', 'b', 'c', 'd', 'e', 'b'])).toEqual([
    { name: 'b', state: 'ALARM' },
    { name: 'c', state: 'INSUFFICIENT_DATA' },
    { name: 'd', state: 'ALARM' },
    { name: 'e', state: 'absent' },
  ]);
  expect(jsonIn(fake.asked[0]!)).toEqual({
    AlarmNames: ['a', 'b', 'c', 'd', 'e'],
    AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    MaxRecords: 100,
  });
});

test('notOk() of no names asks nothing', async () => {
  fake = await httpFake(() => json({}));
  expect(await cloudWatchAlarms(fake.connection).notOk([])).toEqual([]);
  expect(fake.asked).toEqual([]);
});

test('notOk() throws when it may not ask, rather than call all of them OK or absent', async () => {
  fake = await httpFake(() => jsonError('AccessDeniedException', 403));
  await expect(cloudWatchAlarms(fake.connection).notOk(['a'])).rejects.toThrow(/AccessDenied/);
});
