import { clientCut, oneRuleInventory, partition, sharedGroupInventory } from './example-cluster.ts';
import { holdsPlan, partsPlan } from './example-host-plans.ts';
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

/** Plans on hosts that are about what stands there and goes again, and not about what it does. */
export const hostFaults: readonly Fault[] = [
  byHand('several parts on one host, and a reroute', { plan: partsPlan }),
  {
    name: 'a service held, a route, shipping paused',
    input: partition,
    world: () => {
      const world = new World({ plan: holdsPlan });
      // A kernel without the time match: its scripts wait for the instant themselves.
      world.machines.get('i-node-3')!.switchesByKernel = false;
      return world;
    },
  },
];

/** All of them. */
export const everyFault: readonly Fault[] = [...faults, ...hostFaults];
