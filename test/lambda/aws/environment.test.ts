import { describe, expect, test } from 'vitest';
import { usualTiming } from '../../../core/timing.ts';
import { awsGateways } from '../../../lambda/aws/environment.ts';
import { connectionTo, httpFake, xmlError } from './http-fake.ts';

const nowhere = connectionTo(9);
const gatewaysOf = (environment: Record<string, string>) =>
  awsGateways({ JOURNAL_TABLE: 'Journal', ...environment }, nowhere);

describe('awsGateways()', () => {
  test('needs the journal’s table and nothing else', () => {
    expect(gatewaysOf({}).timing).toEqual(usualTiming);
    expect(() => awsGateways({}, nowhere)).toThrow(
      /^Cannot read the environment as JOURNAL_TABLE must be .*: found nothing$/,
    );
  });

  test('reads every span of the timing', () => {
    const { timing } = gatewaysOf({
      PREPARE_SECONDS: '1',
      LEAD_SECONDS: '2',
      GRACE_SECONDS: '3',
      SLICE_SECONDS: '4',
      PROVE_SECONDS: '5',
      RECOVERY_SECONDS: '6',
      LAMBDA_SECONDS: '7',
      SENT_SECONDS: '8',
      STALE_SECONDS: '0',
    });
    expect(Object.values(timing).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(timing).toMatchObject({
      prepareSeconds: 1,
      graceSeconds: 3,
      lambdaSeconds: 7,
      staleSeconds: 0,
    });
  });

  test('repeats throttled changes for as long as it is told', async () => {
    const fake = await httpFake(() => xmlError('RequestLimitExceeded', 503));
    try {
      const environment = { JOURNAL_TABLE: 'Journal', PATIENCE_SECONDS: '0' };
      const { network } = awsGateways(environment, fake.connection);
      expect((await network.deleteGroup('sg-1')).kind).toBe('refused');
      expect(fake.asked).toHaveLength(1);
    } finally {
      await fake.stop();
    }
  });

  test('reads the windows in which runs may be; none: always', () => {
    const office = { days: ['mon'], from: '09:00', to: '17:00', timeZone: 'Europe/Berlin' };
    expect(gatewaysOf({}).windows).toEqual([]);
    expect(gatewaysOf({ ALLOWED_WINDOWS: '[]' }).windows).toEqual([]);
    expect(gatewaysOf({ ALLOWED_WINDOWS: JSON.stringify([office]) }).windows).toEqual([office]);
  });

  test.each(['', '{', '{}', '[{"from":"9"}]'])('refuses %j as windows', (text) => {
    expect(() => gatewaysOf({ ALLOWED_WINDOWS: text })).toThrow(/ALLOWED_WINDOWS/);
  });

  test('reads the clusters that the deployment is for; none: all', () => {
    expect(gatewaysOf({}).clusters).toBeUndefined();
    expect(gatewaysOf({ CLUSTERS: '["orders","stock"]' }).clusters).toEqual(['orders', 'stock']);
  });

  test.each(['', 'orders', '[]', '[" orders"]'])('refuses %j as clusters', (text) => {
    expect(() => gatewaysOf({ CLUSTERS: text })).toThrow(/CLUSTERS/);
  });

  test.each(['', '1.5', '-1', 'ten', '999999'])('refuses %j as seconds', (seconds) => {
    expect(() => gatewaysOf({ SENT_SECONDS: seconds })).toThrow(/SENT_SECONDS/);
  });

  test('misses a variable only when a gateway needs it, and then by name', async () => {
    const { hosts, schedule } = gatewaysOf({});
    const order = { parameters: {}, waitSeconds: 1 };
    await expect(hosts.run('i-1', 'cut', order)).rejects.toThrow(/DOCUMENT_CUT must be set/);
    await expect(schedule.read('r1')).rejects.toThrow(/SCHEDULE_GROUP must be set/);
    await expect(gatewaysOf({}).freeze.frozen()).rejects.toThrow(/FREEZE_PARAMETER must be set/);
    const armless = gatewaysOf({ SCHEDULE_GROUP: 'g' }).schedule;
    await expect(armless.set('r1', 1)).rejects.toThrow(/RESTORE_MACHINE_ARN must be set/);
  });

  test('gives words that no two attempts share', () => {
    const { chance } = gatewaysOf({});
    const words = Array.from({ length: 1_000 }, () => chance.attempt());
    expect(new Set(words).size).toBe(words.length);
    expect(words.every((word) => /^[\w-]{12}$/.test(word))).toBe(true);
  });

  test('its clock sleeps at least as long as asked', async () => {
    const { clock } = gatewaysOf({});
    const before = clock.now();
    await clock.sleep(30);
    await clock.sleep(-1);
    expect(clock.now() - before).toBeGreaterThanOrEqual(29);
  });
});
