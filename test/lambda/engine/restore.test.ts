import { describe, expect, test } from 'vitest';
import { usualTiming } from '../../../core/timing.ts';
import { look } from '../../../lambda/engine/restore.ts';
import { oneRule, oneRuleInventory, partition } from '../../fakes/example-cluster.ts';
import { lost, named, nth } from '../../fakes/intercept.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { Mortal } from '../../fakes/mortality.ts';
import { restoreMachine } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { injected, scheduleRestores, unfinishedIn, wrongIn } from './scenes.ts';

const oneRuleWorld = (): World => new World({ inventory: oneRuleInventory() });
const staleMs = 1000 * usualTiming.staleSeconds;
const minute = 60_000;

const noEffect: Intercept = async () => lost;
const noAnswer: Intercept = async (_, proceed) => {
  await proceed();
  return lost;
};
const throttled: Intercept = async () => {
  throw new Error('RequestLimitExceeded');
};
const calls = { edit: named('network.editRules'), describe: named('network.rules') };

/** A run in its hold whose one apply was never answered, so that its quarantine is the long one. */
async function troubledRun(world: World): Promise<void> {
  const injector = world.gateways(nth(1, calls.edit, noAnswer));
  await injected('run1', oneRule, injector).catch(() => {});
}

test('look() sends an undo again as soon as describes have caught up, not after the quarantine', async () => {
  const world = oneRuleWorld();
  await troubledRun(world);
  const restorer = world.gateways(nth(1, calls.edit, noEffect));
  await restoreMachine(restorer, { runId: 'run1', by: 'workflow' });

  expect(world.lastUndoneAt - world.journal.now('run1')!.closedAt!).toBeLessThan(staleMs + 1_000);
  expect(await wrongIn(world)).toEqual([]);
});

test('look() asks again within seconds what did not answer, not after the quarantine', async () => {
  const world = oneRuleWorld();
  await troubledRun(world);
  const restorer = world.gateways(nth(1, calls.describe, throttled));
  await restoreMachine(restorer, { runId: 'run1', by: 'workflow' });

  expect(world.lastUndoneAt - world.journal.now('run1')!.closedAt!).toBeLessThan(10_000);
  expect(await wrongIn(world)).toEqual([]);
});

test('look() never calls a run clean whose machine does not answer, and frees no lock', async () => {
  const world = new World({});
  await injected('run1', partition, world.gateways());
  world.machines.get('i-node-1')!.reachable = false;
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

  expect(world.inForce()).toEqual([]);
  expect(await unfinishedIn(world)).toEqual(['run run1 is closed', 'run run1 still holds a lock']);
  const { failure, outcome } = (await world.journal.report('run1'))!;
  expect({ failure: failure?.error, outcome }).toEqual({ failure: 'Stuck', outcome: 'not-clean' });
});

describe('the schedule alone', () => {
  test('ends a run that somebody closed long before, and then died', async () => {
    const world = oneRuleWorld();
    const restored = scheduleRestores(world);
    await injected('run1', { ...oneRule, holdSeconds: 3600 }, world.gateways());
    const dies = new Mortal({ effect: 1, when: 'after', of: named('journal.write close') });
    await look('run1', 'person', world.gateways(dies.intercept)).catch(() => {});
    await world.clock.sleep(90 * minute);
    await restored();

    expect(await wrongIn(world)).toEqual([]);
  });
});
