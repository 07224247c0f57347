import * as z from 'zod';
import { labAccount, labRegion } from '../assembly/physical-names.ts';
import { AwsError } from './aws-error.ts';
import { startEndpoint, targetOf } from './endpoint.ts';
import type { Endpoint, RawRequest, Route } from './endpoint.ts';
import type { ListenOptions } from './listener.ts';
import { pageOf } from './page.ts';

/**
 * The lab's CloudWatch: alarms whose state a test or a person sets, and metrics that are only kept.
 *
 * {@link startCloudWatch} starts it, `close()` ends it. It evaluates no alarm. It speaks AWS JSON 1.0,
 * which is what the pinned client sends; older clients speak the query protocol.
 */
export interface CloudWatch extends Endpoint {
  /** Make an alarm, or change its state. */
  setAlarm(name: string, state: AlarmState, kind?: 'metric' | 'composite'): void;
  /** What PutMetricData brought, oldest first. */
  readonly metrics: readonly PutMetrics[];
}

/** State of an alarm. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

const PutMetrics = z.object({
  Namespace: z.string().min(1),
  MetricData: z.array(z.looseObject({ MetricName: z.string() })).default([]),
});

/** One call of PutMetricData. */
export type PutMetrics = z.infer<typeof PutMetrics>;

interface Alarm {
  readonly name: string;
  readonly state: AlarmState;
  readonly kind: 'metric' | 'composite';
  readonly since: number;
}

/** Start the endpoint; rejects when the address cannot be listened on. */
export async function startCloudWatch(options: ListenOptions): Promise<CloudWatch> {
  const alarms = new Map<string, Alarm>();
  const metrics: PutMetrics[] = [];
  const endpoint = await startEndpoint(options, (request) => route(request, { alarms, metrics }));
  return {
    ...endpoint,
    metrics,
    forget() {
      metrics.splice(0);
      endpoint.forget();
    },
    setAlarm(name, state, kind = 'metric') {
      alarms.set(name, { name, state, kind, since: Date.now() });
    },
  };
}

interface Kept {
  readonly alarms: ReadonlyMap<string, Alarm>;
  readonly metrics: PutMetrics[];
}

function route(request: RawRequest, { alarms, metrics }: Kept): Route {
  const action = targetOf(request);
  const { body } = request;
  switch (action) {
    case 'DescribeAlarms':
      return { action, params: body, perform: () => describe(body, [...alarms.values()]) };
    case 'PutMetricData':
      return { action, params: body, perform: () => void metrics.push(PutMetrics.parse(body)) };
    default:
      throw new AwsError('UnknownOperationException', `The lab does not know ${action}`);
  }
}

const DescribeAlarms = z.object({
  AlarmNames: z.array(z.string()).max(100).optional(),
  AlarmNamePrefix: z.string().default(''),
  AlarmTypes: z
    .array(z.enum(['CompositeAlarm', 'MetricAlarm', 'LogAlarm']))
    .default(['MetricAlarm']),
  StateValue: z.string().optional(),
  MaxRecords: z.int().min(1).max(100).default(50),
  NextToken: z.string().optional(),
});

function describe(body: unknown, alarms: readonly Alarm[]): object {
  const { AlarmNames, AlarmNamePrefix, AlarmTypes, StateValue, MaxRecords, NextToken } =
    DescribeAlarms.parse(body);
  const found = alarms.filter(({ name, state, kind }) => {
    return (
      AlarmTypes.includes(kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm') &&
      AlarmNames?.includes(name) !== false &&
      name.startsWith(AlarmNamePrefix) &&
      state === (StateValue ?? state)
    );
  });
  const { items, ...next } = pageOf(found, { size: MaxRecords, token: NextToken });
  const of = (kind: Alarm['kind']): object[] =>
    items.filter((alarm) => alarm.kind === kind).map(alarmAnswer);
  return { MetricAlarms: of('metric'), CompositeAlarms: of('composite'), ...next };
}

function alarmAnswer({ name, state, since }: Alarm): object {
  return {
    AlarmName: name,
    AlarmArn: `arn:aws:cloudwatch:${labRegion}:${labAccount}:alarm:${name}`,
    StateValue: state,
    StateReason: 'Set in the lab',
    StateUpdatedTimestamp: since / 1000,
    StateTransitionedTimestamp: since / 1000,
    ActionsEnabled: true,
  };
}
