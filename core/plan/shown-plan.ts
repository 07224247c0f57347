/**
 * A plan as it is shown before anybody runs it: made of what EC2 says alone, under a run id that stands for
 * any. Shown again by the run itself, it tells whether what was shown is what would be done now.
 */
import type { Experiment } from '../experiment.ts';
import { partsOf } from '../experiment-parts.ts';
import type { Inventory } from '../inventory.ts';
import { plan } from './plan.ts';
import type { Plan } from './plan.ts';
import { isRandom, seedOfRun } from './seed.ts';

/** What stands for the run id in a plan that is only shown. */
const shownRunId = 'run';

/**
 * The plan to show. What hosts say of themselves is not part of it: who shows a plan asks no host.
 *
 * @throws Refusal as {@link plan} does, and where only hosts could tell what it needs.
 */
export function shownPlan(experiment: Experiment, inventory: Inventory): Plan {
  const { surveys: _, ...observed } = inventory;
  return plan(experiment, observed, shownRunId);
}

/** Of a shown plan, what its digest is made of: every change, whom it hits, and when; no words about it. */
export function digestedOf({ steps, cuts, targets, hosts, parts, seed }: Plan): object {
  return { steps, cuts, targets, hosts, parts, seed };
}

/** The experiment that runs a plan that was shown: held to it, and with the choices that chance made for it. */
export function heldToPlan(experiment: Experiment, planDigest: string): Experiment {
  const chance = partsOf(experiment).some((part) => isRandom(part.experiment));
  return {
    ...experiment,
    planDigest,
    ...(chance && { seed: seedOfRun(experiment, shownRunId) }),
  };
}
