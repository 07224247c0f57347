import { expect, onTestFinished, test } from 'vitest';
import { nextRuns } from '../../bin/cli/next-runs.ts';
import { startScheduler } from '../../lab/cloud/scheduler.ts';
import { deployed } from './deployed.ts';
import { startAerofault } from './run-aerofault.ts';

const after = Date.UTC(2026, 10, 22);
const runs = (expression: string, timeZone = 'Europe/Berlin'): string[] =>
  nextRuns(expression, timeZone, { count: 2, after }).map((at) => new Date(at).toISOString());

test.each([
  ['cron(0 3 ? * MON-FRI *)', '2026-11-23T02:00:00.000Z', '2026-11-24T02:00:00.000Z'],
  ['cron(0 9 ? * 1 *)', '2026-11-22T08:00:00.000Z', '2026-11-29T08:00:00.000Z'],
  ['cron(15 10 ? * 6L *)', '2026-11-27T09:15:00.000Z', '2026-12-25T09:15:00.000Z'],
  ['cron(0 9 ? * 2#1 *)', '2026-12-07T08:00:00.000Z', '2027-01-04T08:00:00.000Z'],
  ['cron(0 9 15W * ? *)', '2026-12-15T08:00:00.000Z', '2027-01-15T08:00:00.000Z'],
  ['cron(0 9 L * ? *)', '2026-11-30T08:00:00.000Z', '2026-12-31T08:00:00.000Z'],
  ['cron(5/30 9 * * ? *)', '2026-11-22T08:05:00.000Z', '2026-11-22T08:35:00.000Z'],
  ['cron(0 9 1 JAN ? 2030-2031)', '2030-01-01T08:00:00.000Z', '2031-01-01T08:00:00.000Z'],
])('%s', (expression, ...expected) => {
  expect(runs(expression)).toEqual(expected);
});

test('at() is once, in its own time zone; rate() and what is none tell nothing', () => {
  expect(runs('at(2026-12-01T09:00:00)')).toEqual(['2026-12-01T08:00:00.000Z']);
  expect(runs('at(2026-12-01T09:00:00)', 'UTC')).toEqual(['2026-12-01T09:00:00.000Z']);
  expect(runs('at(2020-12-01T09:00:00)')).toEqual([]);
  expect(runs('rate(5 minutes)')).toEqual([]);
  expect(runs('cron(nonsense)')).toEqual([]);
});

async function withSchedules() {
  const { environment } = await deployed();
  const scheduler = await startScheduler({
    host: '127.0.0.1',
    port: 0,
    groups: [{ logicalId: 'G', name: 'aerofault-schedules' }],
    schedules: [
      {
        logicalId: 'S',
        name: 'nightly',
        groupName: 'aerofault-schedules',
        enabled: true,
        scheduleExpression: 'cron(0 3 ? * MON-FRI *)',
        timeZone: 'Europe/Berlin',
        target: { arn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:w', input: '{"a":1}' },
      },
    ],
    start: () => Promise.resolve(),
  });
  onTestFinished(() => scheduler.close());
  const aerofault = (...words: string[]) =>
    startAerofault(words, { ...environment, AWS_ENDPOINT_URL_SCHEDULER: scheduler.url }).ended;
  return { aerofault, scheduler };
}

test('schedule list and next tell what starts when', async () => {
  const { aerofault } = await withSchedules();
  const list = await aerofault('schedule', 'list');
  const coming = await aerofault('schedule', 'next', '--count', '3', '--json');

  expect(list.stdout).toMatch(/^nightly {2}on {2}cron\(0 3 \? \* MON-FRI \*\) Europe\/Berlin\n/);
  const document: unknown = JSON.parse(coming.stdout);
  expect(document).toMatchObject({
    schemaVersion: 1,
    schedules: [{ name: 'nightly', paused: false }],
  });
  expect(coming.stdout.match(/T0[12]:00:00\.000Z/g)).toHaveLength(3);
  expect([list.code, coming.code]).toEqual([0, 0]);
});

test('pause and resume change whether it starts, and nothing else of it', async () => {
  const { aerofault, scheduler } = await withSchedules();
  const before = JSON.stringify(scheduler.schedules()[0]?.request);
  const paused = await aerofault('schedule', 'pause', 'nightly');
  expect(scheduler.schedules()[0]?.request).toMatchObject({ State: 'DISABLED' });
  const list = await aerofault('schedule', 'next');
  await aerofault('schedule', 'resume', 'nightly');

  expect(paused.stdout).toBe('nightly is paused: it starts nothing.\n');
  expect(list.stdout).toMatch(/^nightly {2}PAUSED /);
  expect(list.stdout).not.toContain('next ');
  expect(JSON.parse(JSON.stringify(scheduler.schedules()[0]?.request))).toMatchObject(
    JSON.parse(before),
  );
});

test('a schedule that is not there is refused with those that are', async () => {
  const { aerofault } = await withSchedules();
  const { code, stderr } = await aerofault('schedule', 'pause', 'nihgtly');
  expect(stderr).toMatch(
    /^Cannot pause "nihgtly" as it must be a schedule of stack .*: found nightly\n/,
  );
  expect(code).toBe(2);
});
