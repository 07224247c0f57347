import { describe, expect, test } from 'vitest';
import type { NodeView } from '../../../core/observation.ts';
import type { AllowedWindow } from '../../../core/windows.ts';
import { baseline } from '../../../lambda/engine/baseline.ts';
import { decide } from '../../../lambda/engine/decide.ts';
import { open } from '../../../lambda/engine/open.ts';
import { exampleInventory, halves, partition } from '../../fakes/example-cluster.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { executionOf, runWorkflow } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { nodeSays } from './node-says.ts';
import { injected, wrongIn } from './scenes.ts';

const runId = 'run1';
const opening = (world: World, input: unknown = partition) =>
  open({ runId, execution: executionOf(runId), input }, world.gateways());

/** Nothing was written, let alone touched. */
async function untouched(world: World): Promise<void> {
  expect(world.journal.all()).toEqual([]);
  expect(await world.journal.locks()).toEqual([]);
  expect(world.hosts.ran).toEqual([]);
}

describe('the freeze switch', () => {
  test('refuses new runs, and says why', async () => {
    const world = new World({});
    world.freeze.says = '/aerofault/freeze is "release week"';

    await expect(opening(world)).rejects.toThrow(
      'Cannot open a run as the freeze switch must be off: found that /aerofault/freeze is "release week"',
    );
    await untouched(world);
  });

  test('that cannot be read counts as on', async () => {
    const world = new World({});
    world.freeze.failure = new Error('User is not authorized to perform: ssm:GetParameter.');

    await expect(opening(world)).rejects.toThrow(
      /^Cannot open a run as the freeze switch must be readable: found .*ssm:GetParameter$/,
    );
    await untouched(world);
  });

  test('keeps no run from ending that is under way', async () => {
    const world = new World({});
    const invoke = async <Value>(state: string, handler: () => Promise<Value>): Promise<Value> => {
      const answer = await handler();
      if (state === 'Open') {
        world.freeze.says = 'on';
        world.windows = [{ from: '00:00', to: '00:01', timeZone: 'UTC' }];
      }
      return answer;
    };
    const { outcome } = await runWorkflow(world.gateways(), { runId, input: partition, invoke });

    expect(outcome).toBe('confirmed');
    expect(await wrongIn(world)).toEqual([]);
  });
});

function worldOf(clusters: readonly string[]): World {
  const world = new World({});
  world.clusters = clusters;
  return world;
}

describe('the clusters of the deployment', () => {
  const foreign = { ...partition, cluster: 'payments' };

  test.each([
    { is: 'alone', input: foreign },
    { is: 'wrapped', input: { experiment: foreign, startedBy: 'ci' } },
    { is: 'in a list, picked or not', input: { pick: [partition, partition, foreign], seed: 1 } },
  ])('refuse a run on another, asked for $is', async ({ input }) => {
    const world = worldOf([partition.cluster]);

    await expect(opening(world, input)).rejects.toThrow(
      'Cannot open a run on cluster "payments" as this deployment must be for it: found that it is for orders-staging',
    );
    await untouched(world);
  });

  test('let runs on their own begin', async () => {
    await expect(opening(worldOf(['stock', partition.cluster]))).resolves.toBeDefined();
  });

  test('are told by some where they are many', async () => {
    const refused = opening(worldOf(['a', 'b', 'c', 'd', 'e']));
    await expect(refused).rejects.toThrow('found that it is for a, b, c and 2 more');
  });
});

describe('allowed windows', () => {
  const now = new World({}).clock.now();
  const minutes = (offset: number): string =>
    new Date(now + offset * 60_000).toISOString().slice(11, 16);
  const from = (start: number, end: number): AllowedWindow => ({
    from: minutes(start),
    to: minutes(end),
    timeZone: 'UTC',
  });
  const [wide, early, short] = [from(-60, 60), from(60, 120), from(-60, 2)];

  test.each([
    { of: 'deployment', window: wide, opens: true },
    { of: 'deployment', window: early, opens: false },
    { of: 'deployment', window: short, opens: false },
    { of: 'experiment', window: wide, opens: true },
    { of: 'experiment', window: early, opens: false },
    { of: 'experiment', window: short, opens: false },
  ])('of the $of: $window.from to $window.to', async ({ of, window, opens }) => {
    const world = new World({});
    if (of === 'deployment') world.windows = [window];
    const input = of === 'deployment' ? partition : { ...partition, allowedWindows: [window] };
    if (opens) {
      await expect(opening(world, input)).resolves.toBeDefined();
      return;
    }
    await expect(opening(world, input)).rejects.toThrow(/found the next one that has at .* UTC$/);
    await untouched(world);
  });
});

describe('more nodes than may be cut off', () => {
  test('are refused by Plan, and nothing is touched', async () => {
    const world = new World({ inventory: exampleInventory(4) });
    const { acceptDataLoss: _, ...unaccepted } = halves;
    await opening(world, unaccepted);

    await expect(decide(runId, world.gateways())).rejects.toThrow(
      'Cannot cut off 2 of 4 nodes of "orders-staging"',
    );
    expect(await world.journal.plan(runId)).toBeUndefined();
  });

  test('are cut off where the experiment accepts what follows', async () => {
    const world = new World({ inventory: exampleInventory(4) });
    const { outcome } = await runWorkflow(world.gateways(), { runId, input: halves });

    expect(outcome).toBe('confirmed');
    expect(await wrongIn(world)).toEqual([]);
  });
});

const saying = (changes: Partial<NodeView>): Intercept => nodeSays('i-node-2', changes);

describe('before the fault', () => {
  test.each([
    { said: { migrations: 7 }, why: '7 partitions migrating' },
    { said: { settled: false }, why: 'cluster not stable' },
    { said: { unavailable: 1 }, why: '1 unavailable' },
    { said: { stopWrites: true }, why: 'writes stopped' },
  ])('$why: no run', async ({ said, why }) => {
    const world = new World({});
    const { outcome } = await runWorkflow(world.gateways(saying(said)), {
      runId,
      input: partition,
    });
    const report = await world.journal.report(runId);

    expect(outcome).toBe('not-confirmed');
    expect(report?.verdicts.steady).toMatchObject({ answer: 'refuted' });
    expect(report?.verdicts.steady.evidence.join()).toContain(why);
    expect(report?.timing.injectedAt).toBeNull();
    expect(await wrongIn(world)).toEqual([]);
  });

  test.each([
    {
      stopOn: { clockSkewMs: 100 },
      said: { clockSkewMs: 101 },
      why: 'what stops it must not be so',
    },
    { stopOn: { clockSkewMs: 100 }, said: {}, why: 'every node must tell its clock skew' },
  ])('stopOn $stopOn where a node says $said: refused', async ({ stopOn, said, why }) => {
    const world = new World({});
    const gateways = world.gateways(saying(said));
    await opening(world, { ...partition, stopOn });
    await decide(runId, gateways);

    await expect(baseline(runId, gateways)).rejects.toThrow(why);
    expect(world.inForce()).toEqual([]);
  });

  test('an alarm that is not OK: refused', async () => {
    const world = new World({});
    world.alarms.set('latency', 'ALARM');
    await opening(world, { ...partition, stopOn: { alarms: ['latency'] } });
    await decide(runId, world.gateways());

    await expect(baseline(runId, world.gateways())).rejects.toThrow(
      'as alarm "latency" must be OK: found ALARM',
    );
  });

  test('another run on the cluster: refused, and the first goes on', async () => {
    const world = new World({});
    await injected(runId, partition, world.gateways());
    const second = { runId: 'run2', execution: executionOf('run2'), input: partition };

    await expect(open(second, world.gateways())).rejects.toThrow('found run run1');
    expect(world.journal.now(runId)?.life).toBe('open');
  });
});
