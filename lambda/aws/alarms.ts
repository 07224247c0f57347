import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import type { Alarms } from '../gateways.ts';
import { patient } from './connection.ts';
import type { Connection } from './connection.ts';

/** Most names and the largest page of one DescribeAlarms (CloudWatch API reference). */
const namesMax = 100;

/** CloudWatch alarms of both kinds. An alarm that cannot be found counts as not OK, with state `absent`. */
export function cloudWatchAlarms(connection: Connection): Alarms {
  const client = new CloudWatchClient(patient(connection));
  return {
    async notOk(names) {
      const states = await statesOf(client, [...new Set(names)]);
      return [...new Set(names)]
        .map((name) => ({ name, state: states.get(name) ?? 'absent' }))
        .filter(({ state }) => state !== 'OK');
    },
  };
}

async function statesOf(
  client: CloudWatchClient,
  names: readonly string[],
): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  for (let start = 0; start < names.length; start += namesMax) {
    const pages = paginateDescribeAlarms(
      { client, pageSize: namesMax },
      {
        AlarmNames: names.slice(start, start + namesMax),
        // Without this, composite alarms are left out (API reference, AlarmTypes).
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      },
    );
    for await (const { MetricAlarms = [], CompositeAlarms = [] } of pages) {
      for (const { AlarmName, StateValue } of [...MetricAlarms, ...CompositeAlarms]) {
        if (AlarmName !== undefined && StateValue !== undefined) states.set(AlarmName, StateValue);
      }
    }
  }
  return states;
}
