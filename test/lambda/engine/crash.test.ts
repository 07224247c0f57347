/**
 * The promise of the project: wherever a run dies, one way out alone leaves nothing broken. So the run
 * is killed everywhere, one place at a time, and each way out is tried with all the others switched off.
 */
import { describe, expect, test } from 'vitest';
import { everyFault, hostFaults } from '../../fakes/example-faults.ts';
import type { Fault } from '../../fakes/example-faults.ts';
import { Died, Mortal } from '../../fakes/mortality.ts';
import type { Death } from '../../fakes/mortality.ts';
import { runWorkflow, sweepEveryMs, sweepUntilQuiet } from '../../fakes/workflow.ts';
import type { World } from '../../fakes/world.ts';
import { effectsOf, leftIn, scheduleRestores, unfinishedIn, wrongIn } from './scenes.ts';

const runId = 'run1';
const scenes = await Promise.all(
  everyFault.map(async (fault) => ({ ...fault, deaths: deathsAt(await effectsOf(fault)) })),
);

/** Before and after every effect; during those that go on without their caller. */
function deathsAt(effects: readonly string[]): (Death & { says: string })[] {
  return effects.flatMap((name, index) => {
    const whens = /^(network|hosts.run (cut|reroute|route|service|xdr|restore|sever))/.test(name)
      ? (['before', 'during', 'after'] as const)
      : (['before', 'after'] as const);
    return whens.map((when) => ({ effect: index + 1, when, says: `effect ${index + 1}, ${name}` }));
  });
}

/** Starts a run that dies, and stays dead: nothing catches it. */
async function killed({ input }: Fault, death: Death, world: World): Promise<void> {
  const mortal = new Mortal(death);
  const run = runWorkflow(world.gateways(mortal.intercept), { runId, input });
  await expect(run).rejects.toThrow(Died);
}

describe.each(scenes)(
  '$name: whatever dies, nothing is left when the only way out is',
  ({ deaths, ...fault }) => {
    test.each(deaths)('the sweeper: dies $when $says', async (death) => {
      const world = fault.world();
      await killed(fault, death, world);

      expect(await sweepUntilQuiet(world.gateways())).toEqual([]);

      expect(await wrongIn(world)).toEqual([]);
      const deadlineAt = world.journal.now(runId)?.deadlineAt ?? Infinity;
      expect(world.harmEndedAt).toBeLessThan(deadlineAt + sweepEveryMs + 10_000);
    });

    test.each(deaths)('the schedule: dies $when $says', async (death) => {
      const world = fault.world();
      const restored = scheduleRestores(world);
      await killed(fault, death, world);
      const isArmed = world.schedule.runIds.length > 0;
      await world.clock.sleep(30 * 60 * 1000);
      await restored();

      const run = world.journal.now(runId);
      const touched = Object.keys(run?.intents ?? {}).length > 0;
      // A run that died before it was armed touched nothing; closing it is left to the sweeper.
      const unfinished = isArmed || touched ? await unfinishedIn(world) : [];
      expect([...world.breaches, ...(await leftIn(world)), ...unfinished]).toEqual([]);
      expect(world.harmEndedAt).toBeLessThan((run?.deadlineAt ?? Infinity) + 10_000);
    });
  },
);

const onHosts = new Set(['packet filters', ...hostFaults.map(({ name }) => name)]);
const ofHosts = scenes.filter(({ name }) => onHosts.has(name));

describe.each(ofHosts)(
  '$name: the timers of hosts alone take everything away',
  ({ deaths, ...fault }) => {
    test.each(deaths)('dies $when $says', async (death) => {
      const world = fault.world();
      await killed(fault, death, world);
      await world.clock.sleep(60 * 60 * 1000);

      expect([...world.breaches, ...(await leftIn(world))]).toEqual([]);
    });
  },
);
