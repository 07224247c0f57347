/**
 * Handlers are retried: by Lambda, by Step Functions, by a redrive. So every handler runs twice, and every
 * effect is made twice: its handler dies right after it and starts again from its beginning.
 */
import { describe, expect, test } from 'vitest';
import { everyFault } from '../../fakes/example-faults.ts';
import { Died, Mortal } from '../../fakes/mortality.ts';
import { runWorkflow, sweepUntilQuiet } from '../../fakes/workflow.ts';
import type { Invoke } from '../../fakes/workflow.ts';
import { effectsOf, wrongIn } from './scenes.ts';

const runId = 'run1';
const states = ['Open', 'Plan', 'Baseline', 'TryRestore', 'Arm', 'Inject', 'Prove', 'Watch'];
const tail = ['Restore', 'ProveClean', 'AwaitRecovery', 'Report'];
const scenes = await Promise.all(
  everyFault.map(async (fault) => ({ ...fault, effects: await effectsOf(fault) })),
);

/** A Lambda that dies is called again at once, as often as it takes. */
const retriedAfter =
  (mortal: Mortal): Invoke =>
  (_, handler) =>
    handler().catch((error: unknown) => {
      if (!(error instanceof Died)) throw error;
      mortal.revive();
      return handler();
    });

/** A Lambda that dies fails its state. */
const failedBy =
  (mortal: Mortal): Invoke =>
  (_, handler) =>
    handler().catch((error: unknown) => {
      if (!(error instanceof Died)) throw error;
      mortal.revive();
      throw new Error('Lambda.Unknown');
    });

describe.each(scenes)('$name: nothing is left', ({ effects, input, world: worldOf }) => {
  test.each([...states, ...tail])('when %s is called twice', async (twice) => {
    const world = worldOf();
    const invoke: Invoke = async (state, handler) => {
      if (state === twice) await handler();
      return handler();
    };
    const { outcome } = await runWorkflow(world.gateways(), { runId, input, invoke });

    expect(outcome).not.toBe('not-clean');
    expect(await wrongIn(world)).toEqual([]);
  });

  const places = effects.map((name, index) => ({ effect: index + 1, name }));

  test.each(places)('when effect $effect is repeated: $name', async ({ effect }) => {
    const world = worldOf();
    const mortal = new Mortal({ effect, when: 'after' });
    const start = { runId, input, invoke: retriedAfter(mortal) };
    const { outcome } = await runWorkflow(world.gateways(mortal.intercept), start);

    expect(outcome).not.toBe('not-clean');
    expect(mortal.hasDied).toBe(true);
    expect(await wrongIn(world)).toEqual([]);
  });

  test.each(places)(
    'when only one Lambda dies, after effect $effect, $name',
    async ({ effect }) => {
      const world = worldOf();
      const mortal = new Mortal({ effect, when: 'after' });
      const start = { runId, input, invoke: failedBy(mortal) };
      await runWorkflow(world.gateways(mortal.intercept), start).catch(() => {});
      const isOpened = world.journal.now(runId)?.life !== 'opening';
      if (!isOpened) await sweepUntilQuiet(world.gateways());

      expect(mortal.hasDied).toBe(true);
      expect(await wrongIn(world)).toEqual([]);
    },
  );
});
