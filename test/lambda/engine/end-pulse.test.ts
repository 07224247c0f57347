import { expect, test } from 'vitest';
import { inject } from '../../../lambda/engine/inject.ts';
import { partition, sharedGroupInventory, usualAcl } from '../../fakes/example-cluster.ts';
import { movePlan } from '../../fakes/example-plans.ts';
import { lost, named, nth } from '../../fakes/intercept.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { restoreMachine } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { armed, wrongIn } from './scenes.ts';

const boundMs = 5_000;
const pulsing = (): World => new World({ inventory: sharedGroupInventory(), plan: movePlan });
const silent: Intercept = ({ name }, proceed) =>
  name === 'hosts.run probe'
    ? Promise.resolve({ kind: 'unknown', reason: 'the agent is silent' })
    : proceed();

/** Nodes that go on saying that they have a link. */
const linked: Intercept = async ({ name }, proceed) => {
  const reply = await proceed();
  if (name !== 'hosts.run probe') return reply;
  const said: unknown = JSON.parse(
    JSON.stringify(reply).replaceAll('"heartbeats":0', '"heartbeats":1'),
  );
  return said;
};
const noEffect: Intercept = async () => lost;

/** How long the pulse took, from the association of the clone to that of the original. */
async function pulseMs(world: World, ...intercepts: Intercept[]): Promise<number> {
  await armed('run1', partition, world.gateways());
  const at: number[] = [];
  const watch: Intercept = async ({ name }, proceed) => {
    if (name === 'network.associateAcl') at.push(world.clock.now());
    return proceed();
  };
  await inject('run1', world.gateways(watch, ...intercepts));
  const [from = 0, to = 0] = at;
  return to - from;
}

async function end(world: World): Promise<string[]> {
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });
  return wrongIn(world);
}

const aclsNow = (world: World): string[] => world.network.now.acls.map(({ id }) => id);

test('endPulse() ends as soon as the nodes say that the links are gone', async () => {
  const world = pulsing();

  expect(await pulseMs(world)).toBeLessThan(1_000);
  expect(aclsNow(world)).toEqual([usualAcl]);
  expect(await end(world)).toEqual([]);
});

test('endPulse() ends at its bound where the links stand', async () => {
  const world = pulsing();
  expect(await pulseMs(world, linked)).toBeGreaterThanOrEqual(boundMs);
  expect(aclsNow(world)).toEqual([usualAcl]);
  expect(await end(world)).toEqual([]);
});

test('endPulse() just waits its bound where no node answers', async () => {
  const world = pulsing();
  const took = await pulseMs(world, silent);

  expect(took).toBeGreaterThanOrEqual(boundMs);
  expect(took).toBeLessThan(boundMs + 1_000);
  expect(await end(world)).toEqual([]);
});

test('endPulse() never removes a network ACL that others associated', async () => {
  const world = pulsing();
  const others: Intercept = async (_, proceed) => {
    world.network.othersChange(({ acls, associations }) => ({
      associations: { ...associations, 'subnet-1': 'aclassoc-theirs' },
      acls: [
        ...acls.map((acl) => ({
          ...acl,
          subnetIds: acl.subnetIds.filter((id) => id !== 'subnet-1'),
        })),
        { ...acls[0]!, id: 'acl-theirs', isDefault: false, subnetIds: ['subnet-1'] },
      ],
    }));
    return proceed();
  };
  await armed('run1', partition, world.gateways());
  // The second time is that of the pulse's end: the first asks what the subnet has before the swap.
  await inject('run1', world.gateways(nth(2, named('network.aclOf'), others)));

  expect((await world.network.aclOf('subnet-1'))?.aclId).toBe('acl-theirs');
  expect(aclsNow(world)).toEqual([usualAcl, 'acl-theirs']);
});

test('endPulse() gives back what describes only show a while later', async () => {
  const world = pulsing();
  await armed('run1', partition, world.gateways());
  world.network.lagMs = 2_000;
  await inject('run1', world.gateways());

  expect(aclsNow(world)).toEqual([usualAcl]);
  world.network.lagMs = 0;
  expect(await end(world)).toEqual([]);
});

test('endPulse() whose answer is lost leaves the rest to restore', async () => {
  const world = pulsing();
  await armed('run1', partition, world.gateways());
  const injecting = inject('run1', world.gateways(nth(2, named('network.associateAcl'), noEffect)));

  await expect(injecting).rejects.toThrow('found unknown');
  expect(aclsNow(world)).toHaveLength(2);
  expect(await end(world)).toEqual([]);
});
