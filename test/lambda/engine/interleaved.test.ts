/**
 * Two processes at once: each is held before each of its effects while the other goes on, for every pair
 * of effects. A process is never held for longer than a Lambda lives, for that is what the protocol asks.
 */
import { describe, expect, test } from 'vitest';
import { everyFault } from '../../fakes/example-faults.ts';
import { Gate } from '../../fakes/gate.ts';
import { isEffect, nth } from '../../fakes/intercept.ts';
import type { World } from '../../fakes/world.ts';
import { effectsIn, injector, lambdaMs, restorer, upTo } from './interleaved-processes.ts';
import type { Process } from './interleaved-processes.ts';
import { armed, injected, wrongIn } from './scenes.ts';

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

  test.each(upTo(ofFirst))(
    `the first held before effect %i of ${ofFirst}, ${ofSecond} pairs`,
    async (i) => {
      for (let j = 1; j <= ofSecond; j += 1) {
        const world = await begun();
        await interleave(world, [first, i], [second, j]);

        expect({ j, wrong: await wrongIn(world) }).toEqual({ j, wrong: [] });
      }
    },
  );
});
