import { describe, expect, test } from 'vitest';
import { quarantineOf, usualTiming } from '../../../core/timing.ts';
import { Stuck } from '../../../core/refusal.ts';
import { notesOf } from '../../../core/story.ts';
import { look } from '../../../lambda/engine/restore.ts';
import { sayIfStuck } from '../../../lambda/engine/stuck.ts';
import { sweep } from '../../../lambda/engine/sweep.ts';
import type { Answer } from '../../../lambda/gateways.ts';
import { oneRule, oneRuleInventory, partition } from '../../fakes/example-cluster.ts';
import { named } from '../../fakes/intercept.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { restoreMachine, sweepUntilQuiet } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { injected, wrongIn } from './scenes.ts';

const minute = 60_000;
const denied = { kind: 'refused', reason: 'UnauthorizedOperation' } as const;
const edits = named('network.editRules');
const refusing: Intercept = (call, proceed) => (edits(call) ? Promise.resolve(denied) : proceed());

/** Says done and does nothing. */
const lying: Intercept = (call, proceed) =>
  edits(call) ? Promise.resolve<Answer>({ kind: 'done' }) : proceed();
/** No describe answers. */
const silent: Intercept = (call, proceed) =>
  call.gateway === 'network' ? Promise.reject(new Error('down')) : proceed();

async function silentHost(): Promise<World> {
  const world = new World({});
  await injected('run1', partition, world.gateways());
  world.machines.get('i-node-1')!.reachable = false;
  return world;
}

const itemIn = (world: World) => world.journal.now('run1')!;
const reportIn = async (world: World) => (await world.journal.report('run1'))!;

describe('a restore that keeps failing', () => {
  test('is stuck ten minutes and a quarantine after the deadline, not before', async () => {
    const world = await silentHost();
    const { deadlineAt } = itemIn(world);
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

    const since = itemIn(world).stuckSince! - deadlineAt - quarantineOf(usualTiming).troubledMs;
    expect(since).toBeGreaterThan(10 * minute);
    expect(since).toBeLessThan(13 * minute);
  });

  test('leaves which step and why in the journal and in the report, with what to do by hand', async () => {
    const world = await silentHost();
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

    const reason = 'DeliveryTimedOut';
    const [{ stepId } = { stepId: '' }] = itemIn(world).stuckSteps!;
    expect(stepId).toMatch(/i-node-1$/);
    expect(itemIn(world).stuckSteps).toEqual([{ stepId, reason }]);
    const { stuck, says, verdicts, outcome } = await reportIn(world);
    expect(stuck?.steps).toMatchObject([{ stepId, reason }]);
    expect(stuck?.steps[0]?.byHand[0]).toMatch(/^aws ssm send-command .*--instance-ids i-node-1/);
    expect(says).toContain(`${stepId}: ${reason}`);
    expect([outcome, verdicts.clean.answer]).toEqual(['not-clean', 'inconclusive']);
    const notes = notesOf(await world.journal.notes('run1'), 'undo');
    expect(notes[0]).toMatchObject({ stepId, answer: 'unknown', reason, by: 'workflow' });
  });

  test('says what EC2 refused, and which rule stands', async () => {
    const world = new World({ inventory: oneRuleInventory() });
    await injected('run1', oneRule, world.gateways());
    await restoreMachine(world.gateways(refusing), { runId: 'run1', by: 'workflow' });

    expect(itemIn(world).stuckSteps).toMatchObject([{ reason: denied.reason }]);
    const { stuck } = await reportIn(world);
    expect(stuck?.steps[0]?.byHand[0]).toMatch(/^aws ec2 modify-security-group-rules /);
  });

  test('goes on: once the host answers the sweeper ends it, and its report is a clean one', async () => {
    const world = await silentHost();
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });
    expect((await sweep(world.gateways())).failed).toMatchObject([{ error: 'Stuck' }]);
    world.machines.get('i-node-1')!.reachable = true;
    await sweepUntilQuiet(world.gateways());

    expect(await wrongIn(world)).toEqual([]);
    expect(itemIn(world)).not.toHaveProperty('stuckSince');
    const { life, stuck, residue, verdicts } = await reportIn(world);
    expect({ life, stuck, residue }).toEqual({ life: 'final', stuck: null, residue: [] });
    expect(verdicts.clean.answer).toBe('confirmed');
  });

  test('tells a person who restores it again at once, and ends by them when it can', async () => {
    const world = await silentHost();
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });
    await expect(look('run1', 'person', world.gateways())).rejects.toThrow(Stuck);
    world.machines.get('i-node-1')!.reachable = true;
    const again = await restoreMachine(world.gateways(), { runId: 'run1', by: 'person' });

    expect(again.outcome).not.toBe('not-clean');
    expect(await wrongIn(world)).toEqual([]);
  });

  test('notes the same step no more once it is stuck, however long that lasts', async () => {
    const world = await silentHost();
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });
    const count = async () => notesOf(await world.journal.notes('run1'), 'undo').length;
    const before = await count();
    for (let round = 0; round < 5; round += 1) await sweep(world.gateways());

    expect(await count()).toBe(before);
  });

  test('is stuck too where every undo says done and the rule is in force again at every look', async () => {
    const world = new World({ inventory: oneRuleInventory() });
    await injected('run1', oneRule, world.gateways());
    await restoreMachine(world.gateways(lying), { runId: 'run1', by: 'workflow' }).catch(() => {});
    await world.clock.sleep(20 * minute);
    const failures: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      failures.push(...(await sweep(world.gateways(lying))).failed.map(({ error }) => error));
    }

    expect(failures).toContain('Stuck');
    expect(itemIn(world).stuckSteps?.[0]?.reason).toMatch(/^in force at \d+ looks/);
  });
});

test('of very many steps the run item names the first fifty, and how many more there are', async () => {
  const world = await silentHost();
  const ids = Array.from({ length: 57 }, (_, index) => `step/${index}`);
  const left = ids.map((stepId) => ({ stepId, reason: 'silent' }));
  await look('run1', 'person', world.gateways()).catch(() => {});
  await world.clock.sleep(60 * minute);
  const found = { ours: 0, unknown: ids, undone: [], left, says: [] };
  await expect(sayIfStuck(itemIn(world), found, world.gateways())).rejects.toThrow(
    /found 57 .*step\/0: silent/,
  );

  expect(itemIn(world).stuckSteps).toHaveLength(51);
  expect(itemIn(world).stuckSteps?.at(-1)?.stepId).toBe('and 7 more');
});

test('a late first look that undoes all it finds calls nobody', async () => {
  const world = new World({ inventory: oneRuleInventory() });
  await injected('run1', oneRule, world.gateways());
  await look('run1', 'workflow', world.gateways(silent));
  await world.clock.sleep(60 * minute);
  const looked = await look('run1', 'sweeper', world.gateways());

  expect(looked.final).toBe(false);
  expect(itemIn(world)).not.toHaveProperty('stuckSince');
});
