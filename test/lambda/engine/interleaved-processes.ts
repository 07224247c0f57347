/** Processes that run beside each other in tests of interleavings, and how many effects each has. */
import type { Actor } from '../../../core/journal.ts';
import { usualTiming } from '../../../core/timing.ts';
import { inject } from '../../../lambda/engine/inject.ts';
import { look } from '../../../lambda/engine/restore.ts';
import type { Gateways } from '../../../lambda/gateways.ts';
import { isEffect } from '../../fakes/intercept.ts';
import type { World } from '../../fakes/world.ts';

/** Something that runs beside something else. */
export type Process = (gateways: Gateways) => Promise<unknown>;

/** How long a Lambda lives: nobody is held for longer, for that is what the protocol asks. */
export const lambdaMs = 1000 * usualTiming.lambdaSeconds;

const looksMax = 20;

/** Inject of a run that is armed; a refusal ends it. */
export const injector: Process = (gateways) => inject('run1', gateways).catch(() => {});

/** Looks until the run is final. */
export const restorer =
  (by: Actor): Process =>
  async (gateways) => {
    for (let looks = 0; looks < looksMax; looks += 1) {
      const { final, lookAt } = await look('run1', by, gateways);
      if (final) return;
      await gateways.clock.sleep(Date.parse(lookAt) - gateways.clock.now());
    }
  };

/** How many effects a process has when nobody disturbs it. */
export async function effectsIn(world: World, process: Process): Promise<number> {
  let effects = 0;
  await process(
    world.gateways((call, proceed) => {
      if (isEffect(call)) effects += 1;
      return proceed();
    }),
  );
  return effects;
}

/** The numbers of that many effects. */
export const upTo = (effects: number): number[] =>
  Array.from({ length: effects }, (_, index) => index + 1);
