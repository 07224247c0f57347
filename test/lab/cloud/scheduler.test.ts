import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { setTimeout as sleep } from 'node:timers/promises';
import { startScheduler } from '../../../lab/cloud/scheduler.ts';
import type { Scheduler } from '../../../lab/cloud/scheduler.ts';
import { labClient, until } from './until.ts';

let scheduler: Scheduler;
let client: SchedulerClient;
let started: { arn: string; input: unknown; at: number }[];
let failures: number;

beforeEach(async () => {
  started = [];
  failures = 0;
  scheduler = await startScheduler({
    host: '127.0.0.1',
    port: 0,
    groups: [{ logicalId: 'G', name: 'deadlines' }],
    start: async (arn, input) => {
      if (failures-- > 0) throw new Error('not now');
      started.push({ arn, input, at: Date.now() });
    },
    knobs: { retryAfter: 10 },
  });
  client = new SchedulerClient({ ...labClient, endpoint: scheduler.url });
});

afterEach(async () => {
  client.destroy();
  await scheduler.close();
});

/** The next whole second that is not too near. */
const soon = (): number => Math.ceil(Date.now() / 1000 + 0.2) * 1000;

function schedule(name: string, at: number, more: Partial<CreateScheduleCommandInput> = {}) {
  return new CreateScheduleCommand({
    Name: name,
    GroupName: 'deadlines',
    ScheduleExpression: `at(${new Date(at).toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: { Arn: 'arn:machine', RoleArn: 'arn:role', Input: '{"runId":"r1"}' },
    ...more,
  });
}

const names = () => scheduler.schedules().map(({ name }) => name);

test('a schedule can be made, read, listed and deleted', async () => {
  const at = Date.now() + 3_600_000;
  const { ScheduleArn } = await client.send(schedule('r1', at));
  const read = await client.send(new GetScheduleCommand({ Name: 'r1', GroupName: 'deadlines' }));
  const listed = await client.send(new ListSchedulesCommand({ GroupName: 'deadlines' }));
  const elsewhere = await client.send(new ListSchedulesCommand({ GroupName: 'default' }));

  expect(ScheduleArn).toBe('arn:aws:scheduler:eu-west-1:000000000000:schedule/deadlines/r1');
  expect(read).toMatchObject({
    Arn: ScheduleArn,
    State: 'ENABLED',
    ScheduleExpression: `at(${new Date(at).toISOString().slice(0, 19)})`,
    Target: { Input: '{"runId":"r1"}' },
  });
  expect(read.CreationDate).toBeInstanceOf(Date);
  expect(listed.Schedules).toMatchObject([{ Name: 'r1', GroupName: 'deadlines' }]);
  expect(elsewhere.Schedules).toEqual([]);
  await client.send(new DeleteScheduleCommand({ Name: 'r1', GroupName: 'deadlines' }));
  await expect(
    client.send(new GetScheduleCommand({ Name: 'r1', GroupName: 'deadlines' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a name that is taken is a conflict, but for the same request with the same token', async () => {
  const at = Date.now() + 3_600_000;
  await client.send(schedule('r1', at, { ClientToken: 'token-1' }));
  await client.send(schedule('r1', at, { ClientToken: 'token-1' }));

  await expect(client.send(schedule('r1', at, { ClientToken: 'token-2' }))).rejects.toMatchObject({
    name: 'ConflictException',
  });
  expect(names()).toEqual(['r1']);
});

test.each([
  ['a group that does not exist', { GroupName: 'nowhere' }, 'ResourceNotFoundException'],
  ['an expression that is none', { ScheduleExpression: 'at(noon)' }, 'ValidationException'],
  ['a name with a slash', { Name: 'a/b' }, 'ValidationException'],
])('%s is refused', async (_, more, error) => {
  await expect(client.send(schedule('r1', soon(), more))).rejects.toMatchObject({ name: error });
  expect(names()).toEqual([]);
});

test('it fires once, at its time and not before, and is gone afterwards', async () => {
  const at = soon();
  await client.send(schedule('r1', at));
  await until(() => started.length > 0);

  expect(started).toMatchObject([{ arn: 'arn:machine', input: { runId: 'r1' } }]);
  expect(started[0]!.at - at).toBeGreaterThanOrEqual(-2);
  expect(started[0]!.at - at).toBeLessThan(1_000);
  await until(() => names().length === 0);
});

test('one that is kept after completion stays, and does not fire again', async () => {
  await client.send(schedule('r1', soon(), { ActionAfterCompletion: 'NONE' }));
  await until(() => started.length > 0);
  await sleep(50);

  expect(names()).toEqual(['r1']);
  expect(started).toHaveLength(1);
});

test('one that was deleted, disabled or lost does not fire', async () => {
  const at = soon();
  scheduler.knobs.lose = new Set(['lost']);
  await client.send(schedule('deleted', at));
  await client.send(schedule('disabled', at, { State: 'DISABLED' }));
  await client.send(schedule('lost', at));
  await client.send(new DeleteScheduleCommand({ Name: 'deleted', GroupName: 'deadlines' }));
  await sleep(at - Date.now() + 150);

  expect(started).toEqual([]);
  expect(names()).toEqual(['disabled', 'lost']);
});

test('it can fire late, and twice', async () => {
  const at = soon();
  Object.assign(scheduler.knobs, { lateBy: 400, times: 2 });
  await client.send(schedule('r1', at));
  await until(() => started.length === 2);

  expect(started[0]!.at - at).toBeGreaterThanOrEqual(398);
});

test('a start that fails is repeated as the retry policy says, and then given up', async () => {
  const Target = {
    Arn: 'arn:machine',
    RoleArn: 'arn:role',
    RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 },
  };
  failures = 1;
  await client.send(schedule('r1', soon(), { Target }));
  await until(() => started.length === 1);
  expect(scheduler.deliveries.map(({ dead, error }) => [dead, error])).toEqual([
    [false, 'Error: not now'],
    [false, undefined],
  ]);
  failures = 99;
  await client.send(schedule('r2', soon(), { Target }));
  await until(() => scheduler.deliveries.some(({ dead }) => dead));

  expect(scheduler.deliveries.filter(({ name }) => name === 'r2')).toHaveLength(3);
});

test('groups can be made and deleted, with the schedules in them', async () => {
  await client.send(new CreateScheduleGroupCommand({ Name: 'mine' }));
  await client.send(schedule('r1', Date.now() + 3_600_000, { GroupName: 'mine' }));
  const { ScheduleGroups } = await client.send(new ListScheduleGroupsCommand({}));

  expect(ScheduleGroups!.map(({ Name }) => Name)).toEqual(['default', 'deadlines', 'mine']);
  await client.send(new DeleteScheduleGroupCommand({ Name: 'mine' }));
  expect(names()).toEqual([]);
});

test('an answer can be lost after the schedule was made', async () => {
  scheduler.misbehave('CreateSchedule', { kind: 'lose-answer' });

  await expect(client.send(schedule('r1', Date.now() + 3_600_000))).rejects.toThrow();
  expect(names()).toEqual(['r1']);
  expect(scheduler.calls).toMatchObject([{ action: 'CreateSchedule', params: { Name: 'r1' } }]);
});

test("a rate fires at once and then at its period, until it is deleted; the stack's own do, too", async () => {
  const machine = { arn: 'arn:workflow', input: '{"name":"game-day"}' };
  const gameDay = {
    logicalId: 'S',
    name: 'game-day',
    groupName: 'deadlines',
    enabled: true,
    scheduleExpression: 'rate(1 hour)',
    timeZone: 'Europe/Berlin',
    target: machine,
  };
  const other = await startScheduler({
    host: '127.0.0.1',
    port: 0,
    groups: [{ logicalId: 'G', name: 'deadlines' }],
    schedules: [gameDay, { ...gameDay, name: 'asleep', enabled: false }],
    start: async (arn, input) => void started.push({ arn, input, at: Date.now() }),
    knobs: { periodOf: (_, hour) => hour / 36_000 },
  });
  await until(() => started.length >= 3);
  const own = new SchedulerClient({ ...labClient, endpoint: other.url });
  await own.send(new DeleteScheduleCommand({ Name: 'game-day', GroupName: 'deadlines' }));
  const count = started.length;
  await sleep(300);
  own.destroy();
  await other.close();

  expect(started[0]).toMatchObject({ arn: 'arn:workflow', input: { name: 'game-day' } });
  expect(started[2]!.at - started[0]!.at).toBeGreaterThanOrEqual(150);
  expect(started.length).toBe(count);
});

test.each(['cron(0 9 L * ? *)', 'rate(0 minutes)', 'rate(5 fortnights)'])(
  '%s is refused, not kept without ever firing',
  async (ScheduleExpression) => {
    await expect(client.send(schedule('r1', soon(), { ScheduleExpression }))).rejects.toMatchObject(
      { name: 'ValidationException' },
    );
  },
);
