import { describe, expect, test } from 'vitest';
import type { InstanceLife } from '../../../lambda/gateways.ts';
import { partition } from '../../fakes/example-cluster.ts';
import { restoreMachine, sweepUntilQuiet } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { injected, unfinishedIn } from './scenes.ts';

/** A run in its hold, one of whose machines then ends, and with it all that was in its kernel. */
async function afterLosing(life: InstanceLife): Promise<World> {
  const world = new World({});
  await injected('run1', partition, world.gateways());
  const host = world.machines.get('i-node-1')!;
  host.reachable = false;
  world.network.lives.set('i-node-1', life);
  return world;
}

const othersIn = async (world: World) => (await world.journal.report('run1'))!.others;

describe('an instance that ends during the hold', () => {
  test.each([
    ['gone', 'instance i-node-1 is gone, and all that the run did to it'],
    [
      'stopped',
      'instance i-node-1 is stopped, and with it ended all that the run did to its kernel',
    ],
  ] as const)('%s: the run becomes final, and its report says so', async (life, says) => {
    const world = await afterLosing(life);
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

    expect(await unfinishedIn(world)).toEqual([]);
    expect(await othersIn(world)).toEqual([says]);
  });

  test('there, but silent: the run is stuck, whatever others say of the instance', async () => {
    const world = await afterLosing('there');
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

    expect(world.journal.now('run1')).toMatchObject({ life: 'closed', stuckSteps: [{}] });
  });

  test('where EC2 cannot be asked, it counts as there', async () => {
    const world = await afterLosing('gone');
    const down = world.gateways((call, proceed) =>
      call.method === 'lifeOf' ? Promise.reject(new Error('RequestLimitExceeded')) : proceed(),
    );
    await restoreMachine(down, { runId: 'run1', by: 'workflow' });

    expect(world.journal.now('run1')?.stuckSteps?.[0]?.reason).toBe('RequestLimitExceeded');
  });

  test('gone: the sweeper strikes the run off like any other', async () => {
    const world = await afterLosing('gone');
    const failures = await sweepUntilQuiet(world.gateways());

    expect(failures).toEqual([]);
    expect(await world.journal.watchedRuns()).toEqual([]);
  });
});
