/**
 * The counterexamples to rules 8 to 11 of the restore protocol (docs/safety.md), a test a row; see
 * protocol-inject.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { usualTiming } from '../../../core/timing.ts';
import { inject } from '../../../lambda/engine/inject.ts';
import { look } from '../../../lambda/engine/restore.ts';
import { oneRule, oneRuleInventory } from '../../fakes/example-cluster.ts';
import { Gate } from '../../fakes/gate.ts';
import { late, named, nth } from '../../fakes/intercept.ts';
import { Died, Mortal } from '../../fakes/mortality.ts';
import { restoreMachine } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { armed, injected, wrongIn } from './scenes.ts';

const world1 = (): World => new World({ inventory: oneRuleInventory() });
const lambdaMs = 1000 * usualTiming.lambdaSeconds;
const sentMs = 1000 * usualTiming.sentSeconds;
const staleMs = 1000 * usualTiming.staleSeconds;
const second = 1000;

const edit = named('network.editRules');
const describeRules = named('network.rules');

/** A run whose injector stands between its intent and its call. */
async function pausedInjector(world: World): Promise<{ gate: Gate; injecting: Promise<unknown> }> {
  const gate = new Gate();
  await armed('run1', oneRule, world.gateways());
  const injecting = inject('run1', world.gateways(nth(1, edit, gate.before)));
  await gate.reachedBy(injecting);
  return { gate, injecting };
}

/** Run 1 was undone a moment ago, and the sweeper sees it as it was before. */
async function justUndone(): Promise<World> {
  const world = world1();
  await injected('run1', oneRule, world.gateways());
  await world.clock.sleep(30 * second);
  await look('run1', 'workflow', world.gateways());
  await world.clock.sleep(10 * second);
  world.network.lagMs = staleMs - second;
  return world;
}

/** Brings run 2 to its hold, if it is let in. */
async function secondRun(world: World): Promise<void> {
  world.network.lagMs = 0;
  await injected('run2', oneRule, world.gateways()).catch(() => {});
}

async function endBoth(world: World): Promise<string[]> {
  const breaches = [...world.breaches];
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });
  await restoreMachine(world.gateways(), { runId: 'run2', by: 'workflow' });
  return [...new Set([...breaches, ...(await wrongIn(world))])];
}

/** Intent, then a pause of nearly L, then a call that takes nearly B and answers nobody. */
async function latestCall(world: World): Promise<void> {
  const gate = new Gate();
  await armed('run1', oneRule, world.gateways());
  const slow = nth(1, edit, late(sentMs - second, world.clock));
  const injector = world.gateways(nth(1, edit, gate.before), slow);
  const injecting = inject('run1', injector).catch((error: unknown) => String(error));
  await gate.reachedBy(injecting);
  const restoring = restoreMachine(world.gateways(), { runId: 'run1', by: 'status-change' });
  await world.clock.sleep(lambdaMs - second);
  gate.open();
  expect(await injecting).toContain('unknown');
  await restoring;
  await world.clock.sleep(2 * sentMs);
}

test('rule 8, only `applied` steps: what was intended is undone, noted or not', async () => {
  const world = world1();
  await armed('run1', oneRule, world.gateways());
  const dies = new Mortal({ effect: 1, when: 'after', of: edit });
  await expect(inject('run1', world.gateways(dies.intercept))).rejects.toThrow(Died);
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'status-change' });

  expect(await wrongIn(world)).toEqual([]);
});

test('rule 8, `restored` final per step: a step found off is looked at again', async () => {
  const world = world1();
  const { gate, injecting } = await pausedInjector(world);
  await look('run1', 'person', world.gateways());
  gate.open();
  await injecting;
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

  expect(await wrongIn(world)).toEqual([]);
});

describe('with run 2 on the same rule', () => {
  test('rule 9, undo without undo intent: a restorer that is late undoes no later run', async () => {
    const world = await justUndone();
    const seen = new Gate();
    const sweeper = world.gateways(nth(1, describeRules, seen.after));
    const sweeping = look('run1', 'sweeper', sweeper);
    await seen.reachedBy(sweeping);
    world.network.lagMs = 0;
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });
    await secondRun(world);
    seen.open();
    await sweeping;

    expect(world.breaches).toEqual([]);
    expect(world.inForce().map(({ runId }) => runId)).toEqual(['run2']);
    expect(await endBoth(world)).toEqual([]);
  });

  test('rule 11, no condition on lastMutation: an undo under way keeps a run from its end', async () => {
    const world = await justUndone();
    const [intending, calling, finishing] = [new Gate(), new Gate(), new Gate()];
    const undo = nth(1, named('journal.write intend-undo'), intending.before);
    const sweeping = look('run1', 'sweeper', world.gateways(undo, nth(1, edit, calling.before)));
    await intending.reachedBy(sweeping);
    await world.clock.sleep(staleMs);
    const last = nth(1, named('journal.write finish'), finishing.before);
    const looking = look('run1', 'workflow', world.gateways(last));
    await finishing.reachedBy(looking);
    intending.open();
    await calling.reachedBy(sweeping);
    finishing.open();
    await looking;
    await secondRun(world);
    calling.open();
    await sweeping;

    expect(await endBoth(world)).toEqual([]);
  });

  test('rule 16, mark without run id: a restorer that describes late knows its own', async () => {
    const world = await justUndone();
    world.network.lagMs = 0;
    const describing = new Gate();
    const sweeper = world.gateways(nth(1, describeRules, describing.before));
    const sweeping = look('run1', 'sweeper', sweeper);
    await describing.reachedBy(sweeping);
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });
    await secondRun(world);
    describing.open();
    await sweeping;

    expect(world.breaches).toEqual([]);
    expect(world.inForce().map(({ runId }) => runId)).toEqual(['run2']);
    expect(await endBoth(world)).toEqual([]);
  });
});

describe('a call that is still on its way', () => {
  test('rule 10, look once: a clean first look is not the last', async () => {
    const world = world1();
    const { gate, injecting } = await pausedInjector(world);
    const restoring = restoreMachine(world.gateways(), { runId: 'run1', by: 'status-change' });
    await world.clock.sleep(30 * second);
    gate.open();
    await injecting;
    await restoring;

    expect(await wrongIn(world)).toEqual([]);
  });

  test('rule 10, Q = L: the last look waits for what was sent', async () => {
    const world = world1();
    await latestCall(world);

    expect(await wrongIn(world)).toEqual([]);
  });

  test('rule 10, Q = L + B: the last look waits until describes have caught up', async () => {
    const world = world1();
    world.network.lagMs = staleMs - second;
    await latestCall(world);

    expect(await wrongIn(world)).toEqual([]);
  });

  test('rule 10, settling does not set lastMutation: a settled call is waited for too', async () => {
    const world = world1();
    const { gate, injecting } = await pausedInjector(world);
    await look('run1', 'workflow', world.gateways());
    await world.clock.sleep(staleMs + second);
    world.network.lagMs = staleMs - second;
    gate.open();
    await injecting;
    await world.clock.sleep(second);
    await look('run1', 'person', world.gateways());
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

    expect(await wrongIn(world)).toEqual([]);
  });

  test('rule 10, a lost answer settles: an apply without answer is waited for', async () => {
    const world = world1();
    await armed('run1', oneRule, world.gateways());
    const slow = nth(1, edit, late(sentMs - second, world.clock));
    await inject('run1', world.gateways(slow)).catch(() => {});
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });
    await world.clock.sleep(2 * sentMs);

    expect(await wrongIn(world)).toEqual([]);
  });

  test('rule 10, a lost undo settles: no run begins while an undo may land', async () => {
    const world = world1();
    await injected('run1', oneRule, world.gateways());
    const slow = nth(1, edit, late(sentMs - second, world.clock));
    const [first, then] = [world.gateways(slow), world.gateways()];
    const restoring = restoreMachine(first, { runId: 'run1', by: 'workflow' });
    for (let tries = 1; tries <= 12; tries += 1) {
      await world.clock.sleep(5 * second);
      await injected(`run${tries + 1}`, oneRule, then).catch(() => {});
    }
    await restoring;
    const breaches = [...world.breaches];
    for (const { runId } of world.journal.all()) {
      await restoreMachine(then, { runId, by: 'workflow' });
    }

    expect([...breaches, ...(await wrongIn(world))]).toEqual([]);
  });
});
