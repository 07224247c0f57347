/** What the Plan state asks hosts, and which of their answers end a run before anything is touched. */
import { describe, expect, test } from 'vitest';
import type { Survey } from '../../../core/inventory.ts';
import { decide } from '../../../lambda/engine/decide.ts';
import { open } from '../../../lambda/engine/open.ts';
import { grammar } from '../../core/inventories.ts';
import { oneRule, oneRuleInventory, partition } from '../../fakes/example-cluster.ts';
import { named, nth } from '../../fakes/intercept.ts';
import type { Call, Intercept } from '../../fakes/intercept.ts';
import { executionOf } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';

const runId = 'run1';

async function decided(world: World, input: unknown, ...intercepts: Intercept[]): Promise<void> {
  await open({ runId, execution: executionOf(runId), input }, world.gateways());
  await decide(runId, world.gateways(...intercepts));
}

async function surveysOf(world: World): Promise<ReadonlyMap<string, Survey>> {
  const record = await world.journal.plan(runId);
  return new Map(record?.inventory.surveys?.map((survey) => [survey.instanceId, survey]));
}

/** What the refusal says; nothing must have been stored. */
async function refusalOf(world: World, input: unknown, ...intercepts: Intercept[]) {
  const error = await decided(world, input, ...intercepts).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'Refusal' });
  expect(await world.journal.plan(runId)).toBeUndefined();
  const says = error instanceof Error ? error.message : '';
  expect(says).toMatch(grammar);
  return says;
}

const survey = named('hosts.run survey');
const ofFirst = (call: Call): boolean => survey(call) && call.args[0] === 'i-node-1';
const silent: Intercept = (call, proceed) =>
  survey(call) ? Promise.resolve({ kind: 'unknown', reason: 'lost' }) : proceed();

describe('decide()', () => {
  test('keeps what every machine said of itself, and the documents it will inject and restore with', async () => {
    const world = new World({});
    await decided(world, partition);
    const surveys = await surveysOf(world);

    expect([...surveys.keys()].toSorted()).toEqual([
      'i-client-1',
      'i-node-1',
      'i-node-2',
      'i-node-3',
    ]);
    expect(surveys.get('i-node-1')).toMatchObject({
      agent: '3.3.2746.0',
      timer: 'setsid',
      listens: [3000, 3001, 3002, 3003],
      node: { id: 'i-node-1', build: '8.1.2.0' },
    });
    expect(surveys.get('i-client-1')).not.toHaveProperty('node');
    expect((await world.journal.plan(runId))?.documents).toEqual({
      cut: { version: '1', hash: 'of-1' },
      restore: { version: '1', hash: 'of-1' },
    });
  });

  test('asks all nodes in the same words, and all machines without one, so that a command each does', async () => {
    const world = new World({});
    const asked: unknown[] = [];
    const listen: Intercept = (call, proceed) => {
      if (survey(call)) asked.push(Reflect.get(Object(call.args[2]), 'parameters'));
      return proceed();
    };
    await decided(world, partition, listen);
    const SentAt = String(world.clock.now() - 600);
    const common = { RunId: runId, SentAt, Ports: '3000,3001,3002,3003' };

    expect(asked).toContainEqual({ ...common, Info: 'none' });
    const each = ['1@10.0.1.11', '2@10.0.1.12', '3@10.0.1.13'].map((one) => `i-node-${one}=3000`);
    expect(asked).toContainEqual({ ...common, Info: each.join(';') });
  });

  test.each([0, 300, -2_000])(
    'knows a clock that is %i ms ahead to half the round trip, where chrony does not say',
    async (aheadMs) => {
      const world = new World({});
      const machine = world.machines.get('i-node-2')!;
      machine.clockAheadMs = aheadMs;
      // Another host is edited, so the run goes on, whatever this one's clock says.
      await decided(world, partition);
      const { clock } = (await surveysOf(world)).get('i-node-2')!;

      expect(clock!.by).toBe('round-trip');
      expect(Math.abs(clock!.offsetMs - aheadMs)).toBeLessThanOrEqual(clock!.errorMs);
      expect(clock!.errorMs).toBe(300);
    },
  );

  test('refuses a host to be changed whose clock is too far off', async () => {
    const world = new World({});
    world.machines.get('i-node-1')!.clockAheadMs = 5_000;

    expect(await refusalOf(world, partition)).toMatch(/^Cannot .*node-1.*clock/i);
  });

  test('refuses a host to be changed that finds something in the way', async () => {
    const world = new World({});
    const says = 'Cannot change anything here as flock must be installed: found it missing';
    world.machines.get('i-node-1')!.findings = [{ refuses: true, says }];

    expect(await refusalOf(world, partition)).toContain(says);
  });

  test('minds no finding of a host that is not to be changed', async () => {
    const world = new World({});
    const findings = [{ refuses: true, says: 'Something' }];
    world.machines.get('i-node-2')!.findings = findings;
    await decided(world, partition);

    expect((await surveysOf(world)).get('i-node-2')).toMatchObject({ findings });
  });

  test.each([
    ['is lost', { kind: 'unknown', reason: 'DeliveryTimedOut' }, 'DeliveryTimedOut'],
    ['cannot be read', { kind: 'answered', exitCode: 1, json: {} }, 'cannot be read'],
  ])('refuses a host to be changed whose answer %s', async (_, reply, reason) => {
    const world = new World({});
    const says = await refusalOf(
      world,
      partition,
      nth(1, ofFirst, async () => reply),
    );

    expect(says).toContain('node-1');
    expect(says).toContain(reason);
    expect(says).toContain('3.3.2746.0');
  });

  test('refuses an SSM agent that hands scripts no parameters', async () => {
    const world = new World({});
    world.hosts.agentVersion = '3.3.2000.0';

    expect(await refusalOf(world, partition)).toContain('3.3.2000.0');
  });

  test('goes on without the survey of a machine that the plan leaves alone', async () => {
    const world = new World({});
    world.machines.get('i-client-1')!.reachable = false;
    await decided(world, partition);

    expect((await surveysOf(world)).has('i-client-1')).toBe(false);
  });

  test('needs no survey for a plan on groups alone', async () => {
    const world = new World({ inventory: oneRuleInventory() });
    await decided(world, oneRule, silent);

    expect(await surveysOf(world)).toEqual(new Map());
    expect((await world.journal.plan(runId))?.documents).toEqual({});
  });
});
