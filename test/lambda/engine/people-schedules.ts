import * as fc from 'fast-check';
import { oneRule, oneRuleInventory } from '../../fakes/example-cluster.ts';
import { faults, hostFaults } from '../../fakes/example-faults.ts';
import type { Fault } from '../../fakes/example-faults.ts';
import { whims } from '../../fakes/people.ts';
import { World } from '../../fakes/world.ts';
import type { Lived, Phase, Schedule } from './people-scene.ts';

const parked: Fault = {
  name: 'a rule parked',
  input: oneRule,
  world: () => new World({ inventory: oneRuleInventory() }),
};

/** Groups and rules are what people share with a run; hosts less. */
const peopled: readonly Fault[] = [parked, ...faults, parked, ...faults.slice(1), ...hostFaults];

/** How many calls a phase has, or a few more: what comes later happens at its end. */
const callsOf: Record<Phase, number> = {
  opening: 60,
  inject: 50,
  hold: 60,
  restore: 90,
  after: 90,
};

const moment = fc
  .constantFrom<Phase>('hold', 'restore', 'inject', 'restore', 'hold', 'opening', 'after', 'hold')
  .chain((phase) => fc.record({ phase: fc.constant(phase), call: fc.nat(callsOf[phase]) }));

/** Rules and the groups of interfaces most of all: there a run and people meet. */
const shared = whims.filter((whim) => /rule|put a group on|take a group off|ACL/.test(whim));
const what = fc.oneof(
  { arbitrary: fc.constantFrom(...shared), weight: 3 },
  { arbitrary: fc.constantFrom(...whims), weight: 1 },
);

const plot = fc
  .tuple(moment, fc.record({ what, which: fc.oneof(fc.nat(3), fc.nat(23)), how: fc.nat(5) }))
  .map(([when, whim]) => ({ ...when, ...whim }));

const death = fc.record({
  effect: fc.integer({ min: 1, max: 90 }),
  when: fc.constantFrom('before' as const, 'during' as const, 'after' as const),
});

/** Any schedule; it shrinks to fewer people who do less. */
export const schedule: fc.Arbitrary<Schedule> = fc.record({
  fault: fc.constantFrom(...peopled),
  plots: fc.array(plot, { minLength: 1, maxLength: 7 }),
  death: fc.option(death, { nil: undefined, freq: 2 }),
  lagMs: fc.constantFrom(0, 0, 0, 4_000),
});

/** What happened, for whoever reads a counterexample. */
export function storyOf(lived: Lived, { fault, death: died, lagMs }: Schedule): string {
  const { deeds, run, report } = lived;
  const dies = died === undefined ? 'nobody dies' : `dies ${died.when} effect ${died.effect}`;
  return [
    `fault: ${fault.name}; describes ${lagMs} ms stale; ${dies}`,
    ...deeds.map(({ call, before, says }) => `  before call ${call} (${before}), people ${says}`),
    `  ends ${run?.life}; stuck at ${JSON.stringify(run?.stuckSteps ?? [])}`,
    `  residue ${JSON.stringify(report?.residue)}`,
    `  others ${JSON.stringify(report?.others)}`,
  ].join('\n');
}
