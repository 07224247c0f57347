/**
 * Two processes at once: each is held before each of its effects while the other goes on, for every pair
 * of effects. A process is never held for longer than a Lambda lives, for that is what the protocol asks.
 */
import { describe, expect, test } from 'vitest';
import { usualTiming } from '../../../core/timing.ts';
import { inject } from '../../../lambda/engine/inject.ts';
import { look } from '../../../lambda/engine/restore.ts';
import type { Actor } from '../../../core/journal.ts';
import type { Gateways } from '../../../lambda/gateways.ts';
import { everyFault } from '../../fakes/example-faults.ts';
import { Gate } from '../../fakes/gate.ts';
import { isEffect, nth } from '../../fakes/intercept.ts';
import type { World } from '../../fakes/world.ts';
import { armed, injected, wrongIn } from './scenes.ts';

/** Something that runs beside something else. */
type Process = (gateways: Gateways) => Promise<unknown>;

const lambdaMs = 1000 * usualTiming.lambdaSeconds;
const looksMax = 20;

const injector: Process = (gateways) => inject('run1', gateways).catch(() => {});

const restorer =
  (by: Actor): Process =>
  async (gateways) => {
    for (let looks = 0; looks < looksMax; looks += 1) {
      const { final, lookAt } = await look('run1', by, gateways);
      if (final) return;
      await gateways.clock.sleep(Date.parse(lookAt) - gateways.clock.now());
    }
  };

/** How many effects a process has when nobody disturbs it. */
async function effectsIn(world: World, process: Process): Promise<number> {
  let effects = 0;
  await process(
    world.gateways((call, proceed) => {
      if (isEffect(call)) effects += 1;
      return proceed();
    }),
  );
  return effects;
}

/** The first process stands before its effect i until the second stands before its effect j. */
async function interleave(
  world: World,
  [first, i]: readonly [Process, number],
  [second, j]: readonly [Process, number],
): Promise<void> {
  const [one, other] = [new Gate(), new Gate()];
  const firstEnds = first(world.gateways(nth(i, isEffect, one.before)));
  await world.clock.within(lambdaMs / 2, one.reachedBy(firstEnds));
  const secondEnds = second(world.gateways(nth(j, isEffect, other.before)));
  await world.clock.within(lambdaMs / 2 - 1_000, other.reachedBy(secondEnds));
  one.open();
  await world.clock.within(lambdaMs / 2, firstEnds);
  other.open();
  await Promise.all([firstEnds, secondEnds]);
}

const scenes = everyFault.flatMap((fault) => [
  { ...fault, start: armed, first: injector },
  { ...fault, start: injected, first: restorer('workflow') },
]);

describe.each(scenes)('$name, $start.name run: two processes leave nothing', async (scene) => {
  const { input, start, first } = scene;
  const second = restorer('schedule');
  const begun = async (): Promise<World> => {
    const world = scene.world();
    await start('run1', input, world.gateways());
    return world;
  };
  const ofFirst = await effectsIn(await begun(), first);
  const held = await begun();
  await injector(held.gateways());
  const ofSecond = await effectsIn(held, second);
  const holds = Array.from({ length: ofFirst }, (_, index) => index + 1);

  test.each(holds)(`the first held before effect %i of ${ofFirst}`, async (i) => {
    for (let j = 1; j <= ofSecond; j += 1) {
      const world = await begun();
      await interleave(world, [first, i], [second, j]);

      expect({ j, wrong: await wrongIn(world) }).toEqual({ j, wrong: [] });
    }
  });
});
