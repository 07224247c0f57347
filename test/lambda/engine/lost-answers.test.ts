/**
 * Every call to a security group or a machine loses its answer once, in each of the ways in which that
 * happens; and every call of any kind fails once. The run's own workflow must still end it clean.
 */
import { describe, expect, test } from 'vitest';
import { everyFault } from '../../fakes/example-faults.ts';
import type { Fault } from '../../fakes/example-faults.ts';
import { isChange, late, lost, nth } from '../../fakes/intercept.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { runWorkflow, sweepUntilQuiet } from '../../fakes/workflow.ts';
import type { World } from '../../fakes/world.ts';
import { callsOf, changesOf, wrongIn } from './scenes.ts';

const runId = 'run1';
/** Just inside B: the longest a sent request may still take effect. */
const lateMs = 59_000;

const anyCall = (): boolean => true;
const scenes = await Promise.all(
  everyFault.map(async (fault) => ({
    ...fault,
    changes: await changesOf(fault),
    calls: await callsOf(fault, anyCall),
  })),
);

const numbered = (names: readonly string[]): { n: number; name: string }[] =>
  names.map((name, index) => ({ n: index + 1, name }));

const happened: Intercept = async (_, proceed) => {
  await proceed();
  return lost;
};
const didNotHappen: Intercept = async () => lost;
const throttled: Intercept = async ({ name }) => {
  throw new Error(`ThrottlingException ${name}`);
};
const brokeOff: Intercept = async ({ name }, proceed) => {
  await proceed();
  throw new Error(`TimeoutError ${name}`);
};

async function runWith(
  { input, world: worldOf }: Fault,
  strike: (world: World) => Intercept,
): Promise<{ world: World; outcome: string }> {
  const world = worldOf();
  const run = runWorkflow(world.gateways(strike(world)), { runId, input });
  const { outcome } = await run.catch(() => ({ outcome: 'failed' }));
  await world.clock.sleep(2 * lateMs);
  return { world, outcome };
}

describe.each(scenes)(
  '$name ends clean by its own workflow when the answer is lost',
  ({ changes, ...fault }) => {
    test.each(numbered(changes))('after the effect of call $n, $name', async ({ n }) => {
      const { world, outcome } = await runWith(fault, () => nth(n, isChange, happened));

      expect(await wrongIn(world)).toEqual([]);
      expect(outcome).not.toBe('failed');
    });

    test.each(numbered(changes))('and nothing happens, of call $n, $name', async ({ n }) => {
      const { world, outcome } = await runWith(fault, () => nth(n, isChange, didNotHappen));

      expect(await wrongIn(world)).toEqual([]);
      expect(outcome).not.toBe('failed');
    });

    test.each(numbered(changes))('and the effect is late, of call $n, $name', async ({ n }) => {
      const { world, outcome } = await runWith(fault, (at) =>
        nth(n, isChange, late(lateMs, at.clock)),
      );

      expect(await wrongIn(world)).toEqual([]);
      expect(outcome).not.toBe('failed');
    });
  },
);

describe.each(scenes)('$name leaves nothing when a call fails', ({ calls, ...fault }) => {
  const strikes = [
    { how: 'before its effect', intercept: throttled },
    { how: 'after its effect', intercept: brokeOff },
  ];
  const places = strikes.flatMap((strike) =>
    numbered(calls).map((place) => ({ ...strike, ...place })),
  );

  test.each(places)('$how: call $n, $name', async ({ n, intercept }) => {
    const { world, outcome } = await runWith(fault, () => nth(n, anyCall, intercept));
    // Open and Report have nothing behind them; what they leave is the sweeper's.
    if (outcome === 'failed') await sweepUntilQuiet(world.gateways());

    expect(await wrongIn(world)).toEqual([]);
  });
});
