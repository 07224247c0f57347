import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { startCloudWatch } from '../../../lab/cloud/cloudwatch.ts';
import type { CloudWatch } from '../../../lab/cloud/cloudwatch.ts';
import { labClient } from './until.ts';

let cloudWatch: CloudWatch;
let client: CloudWatchClient;

beforeAll(async () => {
  cloudWatch = await startCloudWatch({ host: '127.0.0.1', port: 0 });
  client = new CloudWatchClient({ ...labClient, endpoint: cloudWatch.url });
});

afterAll(async () => {
  client.destroy();
  await cloudWatch.close();
});

const states = async (AlarmNames: string[], more = {}) => {
  const answer = await client.send(new DescribeAlarmsCommand({ AlarmNames, ...more }));
  const all = [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])];
  return all.map(({ AlarmName, StateValue }) => [AlarmName, StateValue]);
};

test('alarms are described in the state they were set to, and only those that exist', async () => {
  cloudWatch.setAlarm('latency', 'OK');
  cloudWatch.setAlarm('errors', 'INSUFFICIENT_DATA');
  expect(await states(['latency', 'nobody'])).toEqual([['latency', 'OK']]);
  cloudWatch.setAlarm('latency', 'ALARM');

  expect(await states(['latency', 'errors'])).toEqual([
    ['latency', 'ALARM'],
    ['errors', 'INSUFFICIENT_DATA'],
  ]);
});

test('composite alarms are only described when they are asked for', async () => {
  cloudWatch.setAlarm('all-well', 'ALARM', 'composite');
  expect(await states(['all-well'])).toEqual([]);

  const AlarmTypes = ['CompositeAlarm', 'MetricAlarm'];
  expect(await states(['all-well'], { AlarmTypes })).toEqual([['all-well', 'ALARM']]);
});

test('metrics are taken, compressed ones too', async () => {
  const few = [{ MetricName: 'Residue', Value: 1 }];
  const many = Array.from({ length: 500 }, (_, Value) => ({ MetricName: 'Residue', Value }));
  await client.send(new PutMetricDataCommand({ Namespace: 'Aerofault', MetricData: few }));
  await client.send(new PutMetricDataCommand({ Namespace: 'Aerofault', MetricData: many }));

  expect(cloudWatch.metrics.map(({ MetricData }) => MetricData.length)).toEqual([1, 500]);
});

test('a throttled call is an error of its own name', async () => {
  cloudWatch.misbehave('DescribeAlarms', {
    kind: 'fail',
    code: 'ThrottlingException',
    message: 'Rate',
  });

  await expect(states(['latency'])).rejects.toMatchObject({ name: 'ThrottlingException' });
});
