import { describe, expect, test } from 'vitest';
import { Report } from '../../../core/report.ts';
import { inject } from '../../../lambda/engine/inject.ts';
import { look } from '../../../lambda/engine/restore.ts';
import { restoreAll } from '../../../lambda/engine/restore-all.ts';
import { sweep } from '../../../lambda/engine/sweep.ts';
import type { ReportingGateways } from '../../../lambda/delivery.ts';
import { oneRule, oneRuleInventory, partition } from '../../fakes/example-cluster.ts';
import { faults, hostFaults } from '../../fakes/example-faults.ts';
import { restoreMachine, sweepUntilQuiet } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { armed, injected, leftIn, unfinishedIn, wrongIn } from './scenes.ts';

const minute = 60_000;
const target = { account: '222222222222', enter: () => Promise.resolve() };

/** The deployment as it acts in another account: the run's own one, seen by `there`. */
const across = (world: World): ReportingGateways => ({ ...world.gateways(), target });

/**
 * The deployment once somebody forgot its target: EC2 and SSM at home have never heard of anything of the
 * cluster's, and say so.
 */
const forgotten = (world: World): ReportingGateways =>
  world.gateways((call, proceed) => {
    const { gateway, method } = call;
    if (gateway === 'hosts') return Promise.resolve({ kind: 'refused', reason: 'InvalidDocument' });
    if (gateway !== 'network') return proceed();
    if (method === 'lifeOf') return Promise.resolve('gone');
    return Promise.resolve(method.endsWith('MadeBy') ? [] : undefined);
  });

describe.each([...faults, ...hostFaults])(
  '$name, whose target is forgotten during its hold',
  (fault) => {
    test('is looked at by no way out as if it were nowhere; with its target it is restored', async () => {
      const world = fault.world();
      await injected('run1', fault.input, across(world));
      expect(await leftIn(world)).not.toEqual([]);
      const looked = await look('run1', 'schedule', forgotten(world));
      expect(looked.final).toBe(false);
      await world.clock.sleep(60 * minute);
      const { failed } = await sweep(forgotten(world));

      expect(failed).toMatchObject([{ runId: 'run1', error: 'Stuck' }]);
      expect(world.journal.now('run1')).toMatchObject({ life: 'closed' });
      await sweepUntilQuiet(across(world));
      expect(await wrongIn(world)).toEqual([]);
    });
  },
);

async function held(): Promise<World> {
  const world = new World({ inventory: oneRuleInventory() });
  await injected('run1', oneRule, across(world));
  return world;
}

describe('a run whose target is forgotten during its hold', () => {
  test('is stuck with the accounts named, and its commands are for the account of the run', async () => {
    const world = await held();
    await restoreMachine(forgotten(world), { runId: 'run1', by: 'status-change' });

    expect(world.journal.now('run1')?.stuckSteps).toMatchObject([
      {
        reason:
          'Cannot go on with run run1 as this deployment must act in account 222222222222, where its cluster is, see docs/accounts.md: found that it acts in account 123456789012',
      },
    ]);
    const { stuck } = Report.parse(await world.journal.report('run1'));
    expect(stuck?.steps[0]?.byHand[0]).toBe('# With credentials of account 222222222222:');
  });

  test('keeps the stack from being deleted', async () => {
    const world = await held();
    const gateways = forgotten(world);
    const deleting = restoreAll(gateways.clock.now() + minute, gateways);
    await expect(deleting).rejects.toThrow('every run must be over and restored: found run run1');
  });
});

test('a run of home is not looked for in a target that was named during its hold', async () => {
  const world = new World({ inventory: oneRuleInventory() });
  await injected('run1', oneRule, world.gateways());
  const looked = await look('run1', 'person', { ...forgotten(world), target });

  expect(looked.says).toContain('0 step(s) undone, 1 unknown');
  await sweepUntilQuiet(world.gateways());
  expect(await wrongIn(world)).toEqual([]);
});

test('a run whose target is forgotten before it injects touches nothing, and says nothing of what it finds', async () => {
  const world = new World({});
  await armed('run1', partition, across(world));
  await expect(inject('run1', forgotten(world))).rejects.toThrow('in account 222222222222');
  await restoreMachine(forgotten(world), { runId: 'run1', by: 'workflow' });

  expect(await wrongIn(world)).toEqual([]);
  const { others, residue } = Report.parse(await world.journal.report('run1'));
  expect({ others, residue }).toEqual({ others: [], residue: [] });
});

test('a run that is final is watched for its hour as one that cannot be looked at, and then no longer', async () => {
  const world = new World({ inventory: oneRuleInventory() });
  await injected('run1', oneRule, across(world));
  await restoreMachine(across(world), { runId: 'run1', by: 'workflow' });
  expect((await sweep(forgotten(world))).failed).toMatchObject([{ runId: 'run1' }]);
  await world.clock.sleep(61 * minute);

  expect((await sweep(forgotten(world))).failed).toEqual([]);
  expect(await world.journal.watchedRuns()).toEqual([]);
  expect(await unfinishedIn(world)).toEqual([]);
});
