import { describe, expect, test } from 'vitest';
import { open } from '../../../lambda/engine/open.ts';
import { restoreAll } from '../../../lambda/engine/restore-all.ts';
import { faults } from '../../fakes/example-faults.ts';
import { named } from '../../fakes/intercept.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { executionOf } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { armed, injected, wrongIn } from './scenes.ts';

/** What a Lambda of 120 s has, but for the time to answer. */
const lambdaMs = 105_000;
const runId = 'run1';
const input = faults[0]!.input;

const all = (world: World, ...intercepts: Intercept[]): Promise<{ restored: number }> =>
  restoreAll(world.clock.now() + lambdaMs, world.gateways(...intercepts));

const another = (world: World, id = 'run2'): Promise<unknown> =>
  open({ runId: id, execution: executionOf(id), input }, world.gateways());

describe('restoreAll()', () => {
  test.each(faults.map((fault) => [fault.name, fault] as const))(
    'restores a run in the middle of its hold: %s',
    async (_, fault) => {
      const world = fault.world();
      await injected(runId, fault.input, world.gateways());
      expect(world.inForce()).not.toEqual([]);

      expect(await all(world)).toEqual({ restored: 1 });
      expect(await wrongIn(world)).toEqual([]);
    },
  );

  test('ends a run that was about to inject, and it cannot any more', async () => {
    const world = new World({});
    await armed(runId, input, world.gateways());

    expect(await all(world)).toEqual({ restored: 1 });
    expect(world.journal.now(runId)?.life).toBe('final');
  });

  test('where there is no run it has nothing to do, and says so when its list is sure', async () => {
    const world = new World({});
    const began = world.clock.now();

    expect(await all(world)).toEqual({ restored: 0 });
    expect(world.clock.now() - began).toBeGreaterThanOrEqual(15_000);
  });

  test('finds a run that the list, which lags, does not show at first', async () => {
    const world = new World({});
    await injected(runId, input, world.gateways());
    const began = world.clock.now();
    const lagging: Intercept = (call, proceed) =>
      named('journal.watchedRuns')(call) && world.clock.now() < began + 10_000
        ? Promise.resolve([])
        : proceed();

    expect(await all(world, lagging)).toEqual({ restored: 1 });
    expect(world.inForce()).toEqual([]);
  });

  test('no run begins meanwhile, nor until the stack has had time to go', async () => {
    const world = new World({});
    await all(world);

    await expect(another(world)).rejects.toThrow(
      /^Cannot open a run on cluster "[\w-]+" as the stack must not be about to go: found a delete of it under way$/,
    );
    expect(await wrongIn(world)).toEqual([]);
    await world.clock.sleep(30 * 60 * 1000);
    await expect(another(world, 'run3')).resolves.toBeDefined();
  });

  test('a run that begins at any moment of it is refused or restored', async () => {
    for (const atMs of [0, 1, 14_999, 15_000, 15_001]) {
      const world = new World({});
      const opened: Promise<unknown>[] = [];
      world.clock.at(world.clock.now() + atMs, () => {
        opened.push(another(world).catch((error: unknown) => error));
      });
      await all(world);
      await Promise.all(opened);
      expect(world.journal.now('run2')?.life ?? 'final', `${atMs} ms`).toBe('final');
    }
  });
});

const silent = async (): Promise<World> => {
  const world = new World({});
  await injected(runId, input, world.gateways());
  const { where = '' } = world.inForce()[0] ?? {};
  world.machines.get(where)!.reachable = false;
  return world;
};

describe('a host that does not answer', () => {
  test('fails the deletion in time, with the run and what to do', async () => {
    const world = await silent();
    const began = world.clock.now();

    await expect(all(world)).rejects.toThrow(
      /^Cannot delete the stack as every run must be over and restored: found run run1 on cluster "[\w-]+": .*1 unknown.*Nothing was deleted and restoring goes on; delete the stack again once the restore machine, started with \{"runId": "run1"\}, ends as Done$/,
    );
    expect(world.clock.now() - began).toBeLessThanOrEqual(lambdaMs);
    expect(world.journal.now(runId)?.life).toBe('closed');
  });

  test('leaves the journal open again, and the next deletion ends it once it answers', async () => {
    const world = await silent();
    await expect(all(world)).rejects.toThrow();
    expect(await world.journal.shutUntil()).toBe(0);
    for (const host of world.machines.values()) host.reachable = true;

    expect(await all(world)).toEqual({ restored: 1 });
    expect(await wrongIn(world)).toEqual([]);
  });
});
