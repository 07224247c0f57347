/** The fakes are what every other test stands on: that they refuse, delay and notice as they must. */
import { describe, expect, test } from 'vitest';
import { transition } from '../../core/journal.ts';
import type { RuleSpec } from '../../core/inventory.ts';
import { look } from '../../lambda/engine/restore.ts';
import { injected } from '../lambda/engine/scenes.ts';
import { nodeGroup, oneRule, oneRuleInventory, partition, wideRule } from './example-cluster.ts';
import { epoch } from './virtual-clock.ts';
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
    await world.clock.sleep(50_000);
    expect(world.inForce()).toEqual([{ runId: 'run1', where: 'i-node-1' }]);
  });
});

const service = (world: World): string => world.connect('i-client-1', '10.0.1.11', 3000);
const at = (seconds: number): string => String(epoch + 1_000 * seconds);

describe('a part that the kernel switches', () => {
  const window = { RunId: 'run1', InjectAt: at(10), RestoreAt: at(20) };
  const whom = { Ports: '3000', Peers: '10.0.2.11', Packets: 'drop', Direction: 'both' };

  test('stands from the command on, and is in force from InjectAt to RestoreAt alone', async () => {
    const world = new World({});
    await world.journal.takeLock('orders-staging', 'run1', 0);
    const machine = world.machines.get('i-node-1')!;
    await world.clock.within(1_000, machine.change('cut', { ...window, ...whom }));

    const seen: string[] = [service(world)];
    for (const seconds of [9, 2, 8, 1]) {
      await world.clock.sleep(1_000 * seconds);
      seen.push(service(world));
    }
    expect(seen).toEqual(['open', 'open', 'timed-out', 'timed-out', 'open']);
    expect(world.inForce()).toEqual([]);
  });

  test('flaps by its seconds on and off', async () => {
    const world = new World({});
    await world.journal.takeLock('orders-staging', 'run1', 0);
    const machine = world.machines.get('i-node-1')!;
    const flap = { ...window, ...whom, Flap: '2-3' };
    await world.clock.within(1_000, machine.change('cut', flap));
    await world.clock.sleep(10_500);

    const seen: string[] = [];
    for (let second = 0; second < 10; second += 1) {
      seen.push(service(world));
      await world.clock.sleep(1_000);
    }
    const on = ['timed-out', 'timed-out', 'open', 'open', 'open'];
    expect(seen).toEqual([...on, ...on]);
  });

  test('without the kernel it is in force once its script has waited', async () => {
    const world = new World({});
    await world.journal.takeLock('orders-staging', 'run1', 0);
    const machine = world.machines.get('i-node-1')!;
    machine.switchesByKernel = false;
    const changing = machine.change('cut', { ...window, ...whom });
    await world.clock.sleep(9_000);
    expect(world.inForce()).toEqual([]);
    await world.clock.sleep(2_000);

    expect((await changing).json).toMatchObject({ outcome: 'applied', switch: 'script' });
    expect(service(world)).toBe('timed-out');
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
