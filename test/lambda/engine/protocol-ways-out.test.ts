/**
 * The counterexamples to rules 12 to 16 of the restore protocol (docs/safety.md), a test a row; see
 * protocol-inject.test.ts.
 *
 * Rule 13's loop is the state machine's and rule 14's checks are cut.sh's: here the fakes stand for them,
 * and what the engine adds is that its answers keep the loop going and that it hands over the deadline.
 * The definition and the scripts are held to it by their own tests. What stands for a mark where absence
 * has none is in protocol-witness.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { decide } from '../../../lambda/engine/decide.ts';
import { inject } from '../../../lambda/engine/inject.ts';
import { open } from '../../../lambda/engine/open.ts';
import { look } from '../../../lambda/engine/restore.ts';
import { sweep } from '../../../lambda/engine/sweep.ts';
import {
  clientRule,
  nodeGroup,
  oneRule,
  oneRuleInventory,
  partition,
} from '../../fakes/example-cluster.ts';
import { Gate } from '../../fakes/gate.ts';
import { late, named, nth } from '../../fakes/intercept.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { Mortal } from '../../fakes/mortality.ts';
import { executionOf, restoreMachine, sweepUntilQuiet } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { armed, injected, leftIn, scheduleRestores, unfinishedIn, wrongIn } from './scenes.ts';

const minute = 60_000;
const world1 = (): World => new World({ inventory: oneRuleInventory() });

/** Run 1 is final; its one call lands so much later. */
async function finalTooSoon(world: World, lateMs: number): Promise<void> {
  await armed('run1', oneRule, world.gateways());
  const broken = nth(1, named('network.editRules'), late(lateMs, world.clock));
  await expect(inject('run1', world.gateways(broken))).rejects.toThrow('unknown');
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });
  expect(await wrongIn(world)).toEqual([]);
}

const outcomeOf = async (world: World): Promise<string[]> => [
  ...(await leftIn(world)),
  ...(await unfinishedIn(world)),
];

test('rules 12/15, the sweeper ignores `final`: it frees the lock that a dead restorer left', async () => {
  const world = world1();
  await injected('run1', oneRule, world.gateways());
  const dies = new Mortal({ effect: 1, when: 'after', of: named('journal.write finish') });
  const restorer = world.gateways(dies.intercept);
  await restoreMachine(restorer, { runId: 'run1', by: 'workflow' }).catch(() => {});
  await sweepUntilQuiet(world.gateways());

  expect(dies.hasDied).toBe(true);
  expect(await wrongIn(world)).toEqual([]);
});

test('a late Open that finds the stack about to go closes a run with changes, and leaves its end to a last look', async () => {
  const world = world1();
  await injected('run1', oneRule, world.gateways());
  await world.journal.shut(world.clock.now() + minute);
  const again = { runId: 'run1', execution: executionOf('run1'), input: oneRule };
  await expect(open(again, world.gateways())).rejects.toThrow('a delete of it under way');

  expect(world.journal.now('run1')?.life).toBe('closed');
  expect(world.journal.holdsLock('run1')).toBe(true);
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'person' });
  expect(await wrongIn(world)).toEqual([]);
});

test('rule 13, the schedule looks once: it goes on until it could look at everything', async () => {
  const world = new World({});
  const restored = scheduleRestores(world);
  await injected('run1', partition, world.gateways());
  const machine = world.machines.get('i-node-1')!;
  machine.reachable = false;
  const { deadlineAt } = world.journal.now('run1')!;
  world.clock.at(deadlineAt + 2 * minute, () => {
    machine.reachable = true;
  });
  await world.clock.sleep(30 * minute);
  await restored();

  expect(await wrongIn(world)).toEqual([]);
});

describe('rule 14, all else off:', () => {
  test('rule 14, no deadline check: a cut that comes after restoreAt is refused', async () => {
    const world = new World({});
    await armed('run1', partition, world.gateways());
    world.hosts.delay('i-node-1', 'cut', minute);
    await expect(inject('run1', world.gateways())).rejects.toThrow('unknown');
    await world.clock.sleep(60 * minute);

    expect(await leftIn(world)).toEqual([]);
  });

  test('rule 14, deadline checked without the lock: a cut that hangs is taken away after', async () => {
    const world = new World({});
    world.machines.get('i-node-1')!.stallMs = 60_000;
    await injected('run1', partition, world.gateways()).catch(() => {});
    await world.clock.sleep(60 * minute);

    expect(await leftIn(world)).toEqual([]);
    expect(world.lastUndoneAt).toBeGreaterThan(world.journal.now('run1')!.restoreAt!);
  });

  test('rule 14, no tombstone: a cut that comes after an early restore is refused', async () => {
    const world = new World({});
    await armed('run1', partition, world.gateways());
    world.hosts.delay('i-node-1', 'cut', 8_000);
    const injecting = inject('run1', world.gateways()).catch((error: unknown) => String(error));
    await world.clock.sleep(5_000);
    await look('run1', 'person', world.gateways());

    const answer = await injecting;
    expect(await leftIn(world)).toEqual([]);
    expect(answer).toContain('restored already');
  });
});

describe('rule 15, a bound is broken: a call lands after `final`', () => {
  test('rule 15, no recheck: the sweeper finds it', async () => {
    const world = world1();
    await finalTooSoon(world, 20 * minute);
    await sweepUntilQuiet(world.gateways());

    expect(await outcomeOf(world)).toEqual([]);
    expect(world.lastUndoneAt).toBeGreaterThan(0);
  });

  test('rule 15, recheck once: a recheck that dies is made again', async () => {
    const world = world1();
    await finalTooSoon(world, 20 * minute);
    await world.clock.sleep(20 * minute);
    const dies = new Mortal({
      effect: 1,
      when: 'before',
      of: named('journal.write reopen-restore'),
    });
    await sweep(world.gateways(dies.intercept)).catch(() => {});
    await sweepUntilQuiet(world.gateways());

    expect(await outcomeOf(world)).toEqual([]);
    expect(dies.hasDied).toBe(true);
  });

  test('rule 15, recheck gives up: one that finds the lock held is made again', async () => {
    const world = world1();
    await finalTooSoon(world, 20 * minute);
    await world.clock.sleep(20 * minute);
    const run2 = { runId: 'run2', execution: executionOf('run2'), input: oneRule };
    await open(run2, world.gateways());
    await expect(decide('run2', world.gateways())).rejects.toThrow('marked by run run1');
    await sweep(world.gateways());
    await restoreMachine(world.gateways(), { runId: 'run2', by: 'workflow' });
    await sweepUntilQuiet(world.gateways());

    expect(await outcomeOf(world)).toEqual([]);
  });

  test('rule 15, another run’s mark taken for its own: only the owner’s run undoes', async () => {
    const world = world1();
    await finalTooSoon(world, 20 * minute);
    await armed('run2', oneRule, world.gateways());
    await restoreMachine(world.gateways(), { runId: 'run2', by: 'person' });
    await world.clock.sleep(20 * minute);
    const [locked, onlyRun2] = [new Gate(), nth(1, named('journal.watchedRuns'), lists('run2'))];
    const holding = nth(1, named('journal.takeLock'), locked.after);
    const other = sweep(world.gateways(onlyRun2, holding));
    await locked.reachedBy(other);
    // It had been through the locks before this one was taken.
    const noLocks = nth(1, named('journal.locks'), async () => []);
    await sweep(world.gateways(noLocks));
    locked.open();
    await other;
    await sweepUntilQuiet(world.gateways());

    expect(await outcomeOf(world)).toEqual([]);
  });

  test('rule 15, two sweeps overlap: a run taken back keeps its lock from who saw it final', async () => {
    const world = world1();
    await finalTooSoon(world, 20 * minute);
    await world.clock.sleep(20 * minute);
    const [reopening, undoing, releasing] = [new Gate(), new Gate(), new Gate()];
    const holdReopen = nth(1, named('journal.write reopen-restore'), reopening.before);
    const holdUndo = nth(1, named('network.editRules'), undoing.before);
    const takesBack = sweep(world.gateways(holdReopen, holdUndo));
    await reopening.reachedBy(takesBack);
    const noRuns = nth(1, named('journal.watchedRuns'), async () => []);
    const holdRelease = nth(1, named('journal.releaseLock'), releasing.before);
    const other = sweep(world.gateways(noRuns, holdRelease));
    await releasing.reachedBy(other);
    reopening.open();
    await undoing.reachedBy(takesBack);
    releasing.open();
    await other;

    expect(world.journal.holdsLock('run1'), 'run1 is restored without lock').toBe(true);
    undoing.open();
    await takesBack;
    await sweepUntilQuiet(world.gateways());
    expect(await outcomeOf(world)).toEqual([]);
  });
});

/** The sweeper's index lags: it lists this run alone. */
const lists =
  (runId: string): Intercept =>
  async () => [runId];

test('rule 16, absence as the mark: a rule that others revoke is not ours to bring back', async () => {
  const world = world1();
  await injected('run1', oneRule, world.gateways());
  world.network.othersRemove(nodeGroup, clientRule);
  const { outcome } = await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

  expect(await unfinishedIn(world)).toEqual([]);
  expect(outcome).toBe('not-clean');
  const { residue, others } = (await world.journal.report('run1'))!;
  expect({ residue, others }).toEqual({
    residue: [],
    others: [`${nodeGroup}: rule ${clientRule} is gone`],
  });
});
