import { clientCut, oneRuleInventory, partition, sharedGroupInventory } from './example-cluster.ts';
import { aclPlan, attachPlan, movePlan, revokePlan } from './example-plans.ts';
import { World } from './world.ts';

/** A fault to run, and the world to run it in. */
export interface Fault {
  readonly name: string;
  readonly input: unknown;
  readonly world: () => World;
}

/** Whatever the experiment asks for, its run has the plan that was written by hand. */
const byHand = (name: string, options: ConstructorParameters<typeof World>[0]): Fault => ({
  name,
  input: partition,
  world: () => new World(options),
});

/** Between them every kind of step there is. */
export const faults: readonly Fault[] = [
  { name: 'packet filters', input: partition, world: () => new World({}) },
  { name: 'a rule split, connections severed', input: clientCut, world: () => new World({}) },
  byHand('a group attached', { inventory: sharedGroupInventory(), plan: attachPlan }),
  byHand('an interface moved, with a pulse', { inventory: sharedGroupInventory(), plan: movePlan }),
  byHand('a rule revoked', { inventory: oneRuleInventory(), plan: revokePlan }),
  byHand('a network ACL', { inventory: sharedGroupInventory(), plan: aclPlan }),
];
