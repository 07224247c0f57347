/** The fakes are what every other test stands on: that they refuse, delay and notice as they must. */
import { describe, expect, test } from 'vitest';
import { transition } from '../../core/journal.ts';
import type { RuleSpec } from '../../core/inventory.ts';
import { look } from '../../lambda/engine/restore.ts';
import { injected } from '../lambda/engine/scenes.ts';
import { nodeGroup, oneRule, oneRuleInventory, partition, wideRule } from './example-cluster.ts';
import { World } from './world.ts';

const anywhere: RuleSpec = {
  protocol: 'tcp',
  fromPort: 3000,
  toPort: 3003,
  peer: { kind: 'ipv4', cidr: '10.0.0.0/16' },
};

/** Forgets what was intended when a run is closed. */
const hasty: typeof transition = (item, write) =>
  item !== undefined && write.kind === 'close'
    ? transition({ ...item, intents: {} }, write)
    : transition(item, write);

describe('the network', () => {
  test('refuses a duplicate, whatever its description, and adds none of the batch', async () => {
    const { network } = new World({});
    const before = network.now.groups;
    const another = { ...anywhere, fromPort: 5000, toPort: 5000 };
    const rules = [another, { ...anywhere, description: 'x' }];
    const answer = await network.addRules(nodeGroup, { direction: 'ingress', rules, tags: {} });

    expect(answer.kind).toBe('refused');
    expect(network.now.groups).toEqual(before);
  });

  test('refuses to edit a rule that is not there, and edits none of the batch', async () => {
    const { network } = new World({});
    const before = network.now.groups;
    const during = { ...anywhere, toPort: 3001 };
    const edits = [wideRule, 'sgr-unknown'].map((ruleId) => ({ ruleId, during }));
    const answer = await network.editRules(nodeGroup, edits);

    expect(answer.kind).toBe('refused');
    expect(network.now.groups).toEqual(before);
  });

  test('shows a change only once its lag is over', async () => {
    const { network, clock } = new World({});
    network.lagMs = 10_000;
    await network.removeRules(nodeGroup, { direction: 'ingress', ruleIds: [wideRule] });
    const ids = async (): Promise<string[]> =>
      (await network.rules(nodeGroup))!.map(({ id }) => id);

    expect(await ids()).toContain(wideRule);
    await clock.sleep(10_000);
    expect(await ids()).not.toContain(wideRule);
  });
});

describe('a machine', () => {
  test('runs a script late, though its caller has given up', async () => {
    const world = new World({});
    world.hosts.delay('i-node-1', 'cut', 55_000);
    const input = { ...partition, holdSeconds: 600 };

    await expect(injected('run1', input, world.gateways())).rejects.toThrow('DeliveryTimedOut');
    expect(world.inForce()).toEqual([]);
    await world.clock.sleep(10_000);
    expect(world.inForce()).toEqual([{ runId: 'run1', where: 'i-node-1' }]);
  });
});

describe('the world notices', () => {
  test('an apply without the lock', async () => {
    const world = new World({ inventory: oneRuleInventory() });
    await world.network.addRules(nodeGroup, {
      direction: 'ingress',
      rules: [anywhere],
      tags: { 'aerofault:run': 'run1' },
    });

    expect(world.breaches).toEqual(['run run1 applied sgr-born-1 without lock']);
  });

  test('an undo of a run that is open', async () => {
    const world = new World({ inventory: oneRuleInventory() });
    await injected('run1', oneRule, world.gateways());
    await world.network.removeRules(nodeGroup, { direction: 'ingress', ruleIds: ['sgr-client'] });

    expect(world.breaches).toEqual(['sgr-client of run run1 was undone while that run was open']);
  });

  test('a run called final too soon, by a journal that lets it', async () => {
    const world = new World({ inventory: oneRuleInventory(), transition: hasty });
    await injected('run1', oneRule, world.gateways());
    await look('run1', 'person', world.gateways());

    expect(world.breaches).toEqual(['run run1 final while sgr-client is in force']);
  });
});
