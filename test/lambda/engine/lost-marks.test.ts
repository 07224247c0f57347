/** People take the marks off what is the run's; it is the run's all the same, or told as what is left of it. */
import { expect, test } from 'vitest';
import { inject } from '../../../lambda/engine/inject.ts';
import type { Rule } from '../../../core/inventory.ts';
import {
  clientCut,
  clientRule,
  nodeGroup,
  oneRuleInventory,
  partition,
  sharedGroupInventory,
} from '../../fakes/example-cluster.ts';
import { aclPlan, attachPlan, movePlan, revokePlan } from '../../fakes/example-plans.ts';
import { permitted } from '../../fakes/permitted.ts';
import { restoreMachine } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { armed, injected, wrongIn } from './scenes.ts';

const runTag = 'aerofault:run';
const without = ({ [runTag]: _, ...tags }: Readonly<Record<string, string>>) => tags;

/** Takes the run's tag off every rule, group and network ACL there is. */
function unmark(world: World): void {
  world.network.othersChange(({ groups, acls }) => ({
    groups: groups.map((group) => ({
      ...group,
      tags: without(group.tags),
      rules: group.rules.map((rule): Rule => ({ ...rule, tags: without(rule.tags) })),
    })),
    acls: acls.map((acl) => ({ ...acl, tags: without(acl.tags) })),
  }));
}

async function unmarkedInHold(world: World, input: unknown): Promise<World> {
  await injected('run1', input, world.gateways());
  unmark(world);
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'person' });
  return world;
}

const shared = (plan: typeof movePlan): World =>
  new World({ inventory: sharedGroupInventory(), plan });

test('added rules without their tag are removed by their description', async () => {
  expect(await wrongIn(await unmarkedInHold(new World({}), clientCut))).toEqual([]);
});

test('a revoked rule comes back though its witness has lost its tag', async () => {
  const world = new World({ inventory: oneRuleInventory(), plan: revokePlan });

  expect(await wrongIn(await unmarkedInHold(world, partition))).toEqual([]);
});

test.each([
  ['a group attached', attachPlan],
  ['an interface moved', movePlan],
  ['a network ACL swapped', aclPlan],
])('%s: what the run made goes though it has lost its tag', async (_, plan) => {
  expect(await wrongIn(await unmarkedInHold(shared(plan), partition))).toEqual([]);
});

test('where IAM then forbids to delete it, interfaces go back and the run is stuck at the group', async () => {
  const world = shared(attachPlan);
  await injected('run1', partition, world.gateways());
  unmark(world);
  const person = world.gateways(permitted(world));
  await restoreMachine(person, { runId: 'run1', by: 'person' });

  expect(world.network.now.interfaces.flatMap(({ groupIds }) => groupIds)).not.toContain(
    'sg-born-1',
  );
  expect(world.journal.now('run1')).toMatchObject({
    life: 'closed',
    stuckSteps: [
      { stepId: 'make-group/1', reason: 'UnauthorizedOperation sg-born-1 has no aerofault:run' },
    ],
  });
});

test('a rule whose tags others have changed since the plan is not revoked', async () => {
  const world = new World({ inventory: oneRuleInventory(), plan: revokePlan });
  await armed('run1', partition, world.gateways());
  const tags = { team: 'orders', owner: 'alice' };
  world.network.othersEdit(nodeGroup, (rules) =>
    rules.map((rule) => (rule.id === clientRule ? { ...rule, tags } : rule)),
  );

  await expect(inject('run1', world.gateways())).rejects.toThrow('not as it was planned from');
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });
  const { rules } = world.network.now.groups.find(({ id }) => id === nodeGroup)!;
  expect(rules.find(({ id }) => id === clientRule)?.tags).toEqual(tags);
});
