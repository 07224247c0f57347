/**
 * The promise of the project: wherever a run dies, one way out alone leaves nothing broken. So the run
 * is killed everywhere, one place at a time, and each way out is tried with all the others switched off.
 */
import { describe, expect, test } from 'vitest';
import { clientCut, partition } from '../../fakes/example-cluster.ts';
import { Died, Mortal } from '../../fakes/mortality.ts';
import type { Death } from '../../fakes/mortality.ts';
import { runWorkflow, sweepEveryMs, sweepUntilQuiet } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { effectsOf, leftIn, scheduleRestores, unfinishedIn, wrongIn } from './scenes.ts';

const runId = 'run1';
const faults = [
  { ...partition, effects: await effectsOf(partition) },
  { ...clientCut, effects: await effectsOf(clientCut) },
];

/** Before and after every effect; during those that go on without their caller. */
function deathsAt(effects: readonly string[]): (Death & { says: string })[] {
  return effects.flatMap((name, index) => {
    const whens = /^(network|hosts.run (cut|restore|sever))/.test(name)
      ? (['before', 'during', 'after'] as const)
      : (['before', 'after'] as const);
    return whens.map((when) => ({ effect: index + 1, when, says: `effect ${index + 1}, ${name}` }));
  });
}

/** Starts a run that dies, and stays dead: nothing catches it. */
async function killed(input: unknown, death: Death, world: World): Promise<void> {
  const mortal = new Mortal(death);
  const run = runWorkflow(world.gateways(mortal.intercept), { runId, input });
  await expect(run).rejects.toThrow(Died);
}

describe.each(faults)(
  '$name: whatever dies, nothing is left when the only way out is',
  ({ effects, ...input }) => {
    const deaths = deathsAt(effects);

    test.each(deaths)('the sweeper: dies $when $says', async (death) => {
      const world = new World({});
      await killed(input, death, world);

      expect(await sweepUntilQuiet(world.gateways())).toEqual([]);

      expect(await wrongIn(world)).toEqual([]);
      const deadlineAt = world.journal.now(runId)?.deadlineAt ?? Infinity;
      expect(world.lastUndoneAt).toBeLessThan(deadlineAt + sweepEveryMs + 10_000);
    });

    test.each(deaths)('the schedule: dies $when $says', async (death) => {
      const world = new World({});
      const restored = scheduleRestores(world);
      await killed(input, death, world);
      const isArmed = world.schedule.runIds.length > 0;
      await world.clock.sleep(30 * 60 * 1000);
      await restored();

      const run = world.journal.now(runId);
      const touched = Object.keys(run?.intents ?? {}).length > 0;
      // A run that died before it was armed touched nothing; closing it is left to the sweeper.
      const unfinished = isArmed || touched ? await unfinishedIn(world) : [];
      expect([...world.breaches, ...(await leftIn(world)), ...unfinished]).toEqual([]);
      expect(world.lastUndoneAt).toBeLessThan((run?.deadlineAt ?? Infinity) + 10_000);
    });
  },
);

describe('the timer of a host alone takes its rules away', () => {
  test.each(deathsAt(faults[0]?.effects ?? []))('dies $when $says', async (death) => {
    const world = new World({});
    await killed(partition, death, world);
    await world.clock.sleep(60 * 60 * 1000);

    expect([...world.breaches, ...(await leftIn(world))]).toEqual([]);
  });
});
