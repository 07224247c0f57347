import { describe, expect, test } from 'vitest';
import { parseExperiment } from '../../../core/experiment.ts';
import { digestedOf, heldToPlan, shownPlan } from '../../../core/plan/shown-plan.ts';
import { decide } from '../../../lambda/engine/decide.ts';
import { open } from '../../../lambda/engine/open.ts';
import { clientCut, clusterName, nodeGroup, partition } from '../../fakes/example-cluster.ts';
import { executionOf, runWorkflow } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';

/** A plan that is shown, and a run that may only do what was shown. */

const runId = 'run1';

/** The digest that a person reads, on this world as it is now. */
async function shownOn(world: World, asked: object): Promise<string> {
  const inventory = await world.network.observe(clusterName);
  const { digest } = world.gateways();
  return digest(digestedOf(shownPlan(parseExperiment(asked), inventory))).slice(0, 12);
}

async function decidedOn(world: World, input: object) {
  await open({ runId, execution: executionOf(runId), input }, world.gateways());
  await decide(runId, world.gateways());
  return world.journal.plan(runId);
}

const random = {
  ...partition,
  fault: { kind: 'partition', topology: { kind: 'isolate', count: 1, random: true } },
};

/** Somebody opens another port to the nodes, between the showing and the run. */
const openAnotherPort = (world: World) =>
  world.network.addRules(nodeGroup, {
    direction: 'ingress',
    rules: [
      {
        protocol: 'tcp',
        fromPort: 3000,
        toPort: 3003,
        peer: { kind: 'ipv4', cidr: '10.0.2.0/24' },
      },
    ],
    tags: {},
  });

describe('a run held to the plan that was shown', () => {
  test.each([
    { what: 'a security-group fault', asked: clientCut },
    { what: 'packet filters on hosts', asked: partition },
  ])(
    '$what runs where nothing has changed, and journal and report tell the same digest',
    async ({ asked }) => {
      const world = new World({});
      const planDigest = await shownOn(world, asked);
      await world.clock.sleep(3_600_000);
      const { outcome } = await runWorkflow(world.gateways(), {
        runId,
        input: { ...asked, planDigest },
      });

      expect(outcome).toBe('confirmed');
      expect((await world.journal.plan(runId))?.digest).toMatch(new RegExp(`^${planDigest}`));
      expect((await world.journal.report(runId))?.plan.digest).toMatch(
        new RegExp(`^${planDigest}`),
      );
    },
  );

  test('eight characters of it are enough', async () => {
    const world = new World({});
    const planDigest = (await shownOn(world, clientCut)).slice(0, 8);
    expect(await decidedOn(world, { ...clientCut, planDigest })).toBeDefined();
  });

  test('is refused where the inventory has changed, and no host was asked', async () => {
    const world = new World({});
    const planDigest = (await shownOn(world, clientCut)).slice(0, 8);
    await openAnotherPort(world);
    const now = (await shownOn(world, clientCut)).slice(0, 8);
    expect(now).not.toBe(planDigest);

    await expect(decidedOn(world, { ...clientCut, planDigest })).rejects.toThrow(
      `Cannot run cut-the-client as its plan must be ${planDigest}, as shown: found ${now}, for the cluster or its rules have changed; plan it again`,
    );
    expect(await world.journal.plan(runId)).toBeUndefined();
    expect(world.hosts.ran).toEqual([]);
  });

  test('is refused by the whole workflow as any other refusal', async () => {
    const world = new World({});
    const start = { runId, input: { ...clientCut, planDigest: '00000000' } };
    const { outcome, cause } = await runWorkflow(world.gateways(), start);

    expect(outcome).toBe('refused');
    expect(cause).toMatch(
      /^Cannot run cut-the-client as its plan must be 00000000, as shown: found /,
    );
    expect(world.isAsBefore).toBe(true);
  });

  test('where chance decides, the seed that was shown makes it the same', async () => {
    const world = new World({});
    const planDigest = await shownOn(world, random);
    const held = heldToPlan(parseExperiment(random), planDigest);

    const record = await decidedOn(world, held);
    expect(record?.plan.seed).toBe(held.seed);
    const inventory = await world.network.observe(clusterName);
    expect(record?.plan.targets).toEqual(shownPlan(parseExperiment(random), inventory).targets);
  });

  test('where chance decides anew, it is another plan', async () => {
    const world = new World({});
    const planDigest = await shownOn(world, { ...random, seed: 7 });
    await expect(decidedOn(world, { ...random, seed: 8, planDigest })).rejects.toThrow(
      /^Cannot run .* as its plan must be /,
    );
  });

  test('what only hosts can tell cannot be shown, nor held to', async () => {
    const world = new World({});
    const asked = { ...partition, portNumbers: 'node' };
    await expect(decidedOn(world, { ...asked, planDigest: '00000000' })).rejects.toThrow(
      /^Cannot read port numbers from/,
    );
  });
});

describe('a run that is held to nothing', () => {
  test('runs as ever, whatever has changed', async () => {
    const world = new World({});
    await openAnotherPort(world);
    const before = await shownOn(new World({}), clientCut);
    const record = await decidedOn(world, clientCut);
    expect(record?.digest).toMatch(/^[0-9a-f]+$/);
    expect(record?.digest.startsWith(before)).toBe(false);
  });
});
