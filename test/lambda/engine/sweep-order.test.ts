import { expect, test } from 'vitest';
import { sweep } from '../../../lambda/engine/sweep.ts';
import { oneRule, oneRuleInventory } from '../../fakes/example-cluster.ts';
import type { Intercept } from '../../fakes/intercept.ts';
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

test('a round that is cut short has been through what may be in force, the locks, and what is next off the list', async () => {
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

  expect(order).toEqual(['d', 'locks', 'b', 'c', 'a']);
});
