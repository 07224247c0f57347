import { expect, test } from 'vitest';
import { usualTiming } from '../../../core/timing.ts';
import { look } from '../../../lambda/engine/restore.ts';
import { sweep } from '../../../lambda/engine/sweep.ts';
import type { NotSwept } from '../../../lambda/engine/sweep.ts';
import { oneRule, oneRuleInventory, partition } from '../../fakes/example-cluster.ts';
import { named } from '../../fakes/intercept.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { Died, Mortal } from '../../fakes/mortality.ts';
import { restoreMachine } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { injected } from './scenes.ts';

/** The runs that a round looks at, in its order, for whoever looks at one reads its plan first; and the locks. */
function lookedAtBy(order: string[]): Intercept {
  return (call, proceed) => {
    const [runId] = call.args;
    const isFirst = typeof runId === 'string' && !order.includes(runId);
    if (call.name === 'journal.locks') order.push('locks');
    if (call.name === 'journal.plan' && isFirst) order.push(runId);
    return proceed();
  };
}

test('a round goes through the locks, then what may be in force, then what is next off the list', async () => {
  const world = new World({ inventory: oneRuleInventory() });
  // Their names are in none of the orders that matter.
  for (const runId of ['b', 'c', 'a']) {
    await injected(runId, oneRule, world.gateways());
    await restoreMachine(world.gateways(), { runId, by: 'workflow' });
  }
  await injected('d', oneRule, world.gateways());
  const { deadlineAt = 0 } = (await world.journal.read('d')) ?? {};
  await world.clock.sleep(deadlineAt - world.clock.now());

  const order: string[] = [];
  await sweep(world.gateways(lookedAtBy(order)));

  expect(order).toEqual(['locks', 'd', 'b', 'c', 'a']);
});

const lambdaMs = 1000 * usualTiming.lambdaSeconds;
const minute = 60_000;

/** So many runs are stuck, one a cluster, for a host is silent; that of one more died right after its end. */
async function stuckRuns(count: number): Promise<World> {
  const world = new World({ inventory: oneRuleInventory() });
  for (const runId of namesOf(count)) {
    await injected(runId, { ...partition, cluster: runId }, world.gateways());
    await world.clock.sleep(10 * minute); // Its timer takes it away, so that the next one may begin.
  }
  await injected('other', oneRule, world.gateways());
  const dies = new Mortal({ effect: 1, when: 'after', of: named('journal.write finish') });
  const restoring = restoreMachine(world.gateways(dies.intercept), {
    runId: 'other',
    by: 'workflow',
  });
  await expect(restoring).rejects.toThrow(Died);
  expect(world.journal.holdsLock('other')).toBe(true);
  world.machines.get('i-node-1')!.reachable = false;
  await Promise.all(namesOf(count).map((runId) => look(runId, 'workflow', world.gateways())));
  await world.clock.sleep(30 * minute);
  return world;
}

const namesOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `stuck${index + 10}`);

/** A round as long as its Lambda lives, and what it has told until then. */
async function roundOf(world: World): Promise<{ ended: boolean; told: string[] }> {
  const told: string[] = [];
  const tell = ({ runId, error }: NotSwept): unknown => told.push(`${runId} ${error}`);
  const swept = await world.clock.within(lambdaMs, sweep(world.gateways(), tell));
  return { ended: swept !== undefined, told: told.toSorted() };
}

test('ten runs on silent hosts keep a round from none of its lists', async () => {
  const world = await stuckRuns(10);
  const { ended, told } = await roundOf(world);

  expect(ended).toBe(true);
  expect(told).toEqual(namesOf(10).map((runId) => `${runId} Stuck`));
  expect(world.journal.holdsLock('other')).toBe(false);
  expect((await world.journal.report('other'))?.life).toBe('final');
});

test('a round that is cut short has told of what it found stuck until then, and has freed the locks', async () => {
  const world = await stuckRuns(30);
  const { ended, told } = await roundOf(world);

  expect(ended).toBe(false);
  expect(told.length).toBeGreaterThanOrEqual(15);
  expect(world.journal.holdsLock('other')).toBe(false);
});

const noLocks: Intercept = (call, proceed) =>
  call.name === 'journal.locks' ? Promise.reject(new Error('throttled')) : proceed();

test('locks that cannot be listed fail a round once it has restored', async () => {
  const world = new World({ inventory: oneRuleInventory() });
  await injected('run1', oneRule, world.gateways());
  await world.clock.sleep(30 * minute);

  await expect(sweep(world.gateways(noLocks))).rejects.toThrow('throttled');
  expect(world.inForce()).toEqual([]);
});
