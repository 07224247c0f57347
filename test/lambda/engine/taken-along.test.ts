/** What people put into something of the run's own goes with it, and is told. */
import { expect, test } from 'vitest';
import type { AclEntry, Rule } from '../../../core/inventory.ts';
import { partition, sharedGroupInventory } from '../../fakes/example-cluster.ts';
import { aclPlan, movePlan } from '../../fakes/example-plans.ts';
import { restoreMachine } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { injected, wrongIn } from './scenes.ts';

const theirRule = (groupId: string): Rule => ({
  id: 'sgr-theirs',
  groupId,
  direction: 'ingress',
  spec: { protocol: 'tcp', fromPort: 22, toPort: 22, peer: { kind: 'ipv4', cidr: '10.0.9.0/24' } },
  tags: {},
});

const theirEntry: AclEntry = {
  direction: 'ingress',
  number: 7,
  action: 'allow',
  protocol: '6',
  cidr: '10.0.9.0/24',
  fromPort: 22,
  toPort: 22,
};

async function othersAfter(world: World, edits: () => void): Promise<readonly string[]> {
  await injected('run1', partition, world.gateways());
  edits();
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'person' });
  expect(await wrongIn(world)).toEqual([]);
  return (await world.journal.report('run1'))?.others ?? [];
}

test('a rule in a temporary group', async () => {
  const world = new World({ inventory: sharedGroupInventory(), plan: movePlan });
  const others = await othersAfter(world, () => {
    world.network.othersChange(({ groups }) => ({
      groups: groups.map((group) =>
        group.id.startsWith('sg-born')
          ? { ...group, rules: [...group.rules, theirRule(group.id)] }
          : group,
      ),
    }));
  });

  expect(others).toEqual([
    expect.stringMatching(/^sg-born\S*: rule sgr-theirs was added, and went with the run's group$/),
  ]);
});

test('an entry in a cloned network ACL', async () => {
  const world = new World({ inventory: sharedGroupInventory(), plan: aclPlan });
  const others = await othersAfter(world, () => {
    world.network.othersChange(({ acls }) => ({
      acls: acls.map((acl) =>
        acl.id.startsWith('acl-born') ? { ...acl, entries: [...acl.entries, theirEntry] } : acl,
      ),
    }));
  });

  expect(others).toEqual([
    expect.stringMatching(
      /^acl-born\S*: ingress entry 7 was added, and went with the run's network ACL$/,
    ),
  ]);
});

test('where nobody put anything in, nothing is told', async () => {
  for (const plan of [movePlan, aclPlan]) {
    const world = new World({ inventory: sharedGroupInventory(), plan });
    expect(await othersAfter(world, () => undefined)).toEqual([]);
  }
});
