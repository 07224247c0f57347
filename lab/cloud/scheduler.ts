import * as z from 'zod';
import type { AssemblySchedule, AssemblyScheduleGroup } from '../assembly/assembly.ts';
import { labAccount, labRegion } from '../assembly/physical-names.ts';
import { AwsError } from './aws-error.ts';
import { startEndpoint } from './endpoint.ts';
import type { Endpoint, RawRequest, Route } from './endpoint.ts';
import type { ListenOptions } from './listener.ts';
import { pageOf } from './page.ts';
import { ScheduleBook } from './schedule-book.ts';
import type { Delivery, Schedule, SchedulerKnobs } from './schedule-book.ts';
import { CreateSchedule } from './schedule-request.ts';
import type { StartTarget } from './targets.ts';

/**
 * The lab's EventBridge Scheduler: schedules that start a target at their times, once or again and again.
 *
 * {@link startScheduler} starts it; `close()` ends it and nothing fires any more. A `rate()` fires at once
 * and then at its period, a `cron()` at the minutes of its time zone; times of `at()` are read in UTC only,
 * and one that is past fires at once (what AWS does then is not documented). Start and end dates and
 * flexible windows are not kept.
 */
export interface Scheduler extends Endpoint {
  /** May be changed at any time, also for schedules in being. */
  readonly knobs: SchedulerKnobs;
  /** Every attempt to start a target, oldest first; the ones that failed for good say why. */
  readonly deliveries: readonly Delivery[];
  /** Schedules in being. */
  schedules(): readonly Schedule[];
}

/** What the endpoint starts with. */
export interface SchedulerOptions extends ListenOptions {
  readonly groups: readonly AssemblyScheduleGroup[];
  /** Schedules that the stack itself has; left out: none. */
  readonly schedules?: readonly AssemblySchedule[];
  readonly start: StartTarget;
  readonly knobs?: SchedulerKnobs;
}

/** Start the endpoint; rejects when the address cannot be listened on. */
export async function startScheduler(options: SchedulerOptions): Promise<Scheduler> {
  const { groups, schedules = [], start, knobs = {}, ...listen } = options;
  const book = new ScheduleBook(
    groups.map(({ name }) => name),
    start,
    knobs,
  );
  for (const schedule of schedules) book.create(schedule.name, requestFor(schedule));
  const endpoint = await startEndpoint(listen, (request) => route(request, book));
  return {
    ...endpoint,
    knobs,
    deliveries: book.deliveries,
    schedules: () => book.schedules,
    forget() {
      book.forget();
      endpoint.forget();
    },
    async close() {
      book.close();
      await endpoint.close();
    },
  };
}

/** What CloudFormation asks for a schedule of the stack. */
function requestFor(schedule: AssemblySchedule): CreateSchedule {
  const { groupName, scheduleExpression, timeZone, enabled, target } = schedule;
  return CreateSchedule.parse({
    ScheduleExpression: scheduleExpression,
    ScheduleExpressionTimezone: timeZone,
    GroupName: groupName,
    State: enabled ? 'ENABLED' : 'DISABLED',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: target.arn,
      RoleArn: `arn:aws:iam::${labAccount}:role/lab`,
      ...(target.input === undefined ? {} : { Input: target.input }),
    },
  });
}

type Perform = (name: string, request: RawRequest, book: ScheduleBook) => object;

const actions: Readonly<Record<string, readonly [action: string, perform: Perform]>> = {
  'POST /schedules/': ['CreateSchedule', createSchedule],
  'PUT /schedules/': ['UpdateSchedule', updateSchedule],
  'GET /schedules/': ['GetSchedule', getSchedule],
  'DELETE /schedules/': ['DeleteSchedule', deleteSchedule],
  'GET /schedules': ['ListSchedules', listSchedules],
  'POST /schedule-groups/': ['CreateScheduleGroup', createGroup],
  'GET /schedule-groups/': ['GetScheduleGroup', getGroup],
  'DELETE /schedule-groups/': ['DeleteScheduleGroup', deleteGroup],
  'GET /schedule-groups': ['ListScheduleGroups', listGroups],
};

const Body = z.record(z.string(), z.unknown());

function route(request: RawRequest, book: ScheduleBook): Route {
  const { method, url, body } = request;
  const [, path = '', encoded = ''] = /^(\/[\w-]+\/?)([^/]*)$/.exec(url.pathname) ?? [];
  const name = decodeURIComponent(encoded);
  const [action, perform] = actions[`${method} ${path}`] ?? [];
  if (action === undefined || perform === undefined) {
    throw new AwsError(
      'UnknownOperationException',
      `The lab does not know ${method} ${url.pathname}`,
    );
  }
  const query = Object.fromEntries(url.searchParams);
  const given = Body.parse(body ?? {});
  const params = { ...(name === '' ? {} : { Name: name }), ...query, ...given };
  return { action, params, perform: () => perform(name, request, book) };
}

function createSchedule(name: string, { body }: RawRequest, book: ScheduleBook): object {
  return { ScheduleArn: book.create(name, CreateSchedule.parse(body)).arn };
}

function updateSchedule(name: string, { body }: RawRequest, book: ScheduleBook): object {
  return { ScheduleArn: book.update(name, CreateSchedule.parse(body)).arn };
}

function getSchedule(name: string, { url }: RawRequest, book: ScheduleBook): object {
  const { arn, createdAt, request } = book.get(groupIn(url), name);
  const { ClientToken: _, ...rest } = request;
  const created = createdAt / 1000;
  return { Name: name, Arn: arn, ...rest, CreationDate: created, LastModificationDate: created };
}

function deleteSchedule(name: string, { url }: RawRequest, book: ScheduleBook): object {
  book.delete(groupIn(url), name);
  return {};
}

const groupIn = (url: URL): string => url.searchParams.get('groupName') ?? 'default';

const ListQuery = z.object({
  ScheduleGroup: z.string().optional(),
  NamePrefix: z.string().default(''),
  State: z.string().optional(),
  MaxResults: z.coerce.number().int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
});

function listSchedules(_: string, { url }: RawRequest, book: ScheduleBook): object {
  const query = ListQuery.parse(Object.fromEntries(url.searchParams));
  const found = book.schedules.filter(({ name, groupName, request }) => {
    return (
      name.startsWith(query.NamePrefix) &&
      groupName === (query.ScheduleGroup ?? groupName) &&
      request.State === (query.State ?? request.State)
    );
  });
  const { items, ...next } = pageOf(found, { size: query.MaxResults, token: query.NextToken });
  const Schedules = items.map(({ arn, name, groupName, createdAt, request }) => ({
    Arn: arn,
    Name: name,
    GroupName: groupName,
    State: request.State,
    CreationDate: createdAt / 1000,
    LastModificationDate: createdAt / 1000,
    Target: { Arn: request.Target.Arn },
  }));
  return { Schedules, ...next };
}

function createGroup(name: string, _: RawRequest, book: ScheduleBook): object {
  book.createGroup(name);
  return { ScheduleGroupArn: groupArn(name) };
}

function getGroup(name: string, _: RawRequest, book: ScheduleBook): object {
  book.checkGroup(name);
  return { Name: name, Arn: groupArn(name), State: 'ACTIVE' };
}

function deleteGroup(name: string, _: RawRequest, book: ScheduleBook): object {
  book.deleteGroup(name);
  return {};
}

function listGroups(_: string, { url }: RawRequest, book: ScheduleBook): object {
  const { NamePrefix, MaxResults, NextToken } = ListQuery.parse(
    Object.fromEntries(url.searchParams),
  );
  const found = book.groups.filter((name) => name.startsWith(NamePrefix));
  const { items, ...next } = pageOf(found, { size: MaxResults, token: NextToken });
  const ScheduleGroups = items.map((name) => ({
    Name: name,
    Arn: groupArn(name),
    State: 'ACTIVE',
  }));
  return { ScheduleGroups, ...next };
}

function groupArn(name: string): string {
  return `arn:aws:scheduler:${labRegion}:${labAccount}:schedule-group/${name}`;
}
