import type { Experiment } from '../../core/experiment.ts';
import type { Inventory } from '../../core/inventory.ts';
import { digestedOf, shownPlan } from '../../core/plan/shown-plan.ts';
import { Refusal } from '../../core/refusal.ts';
import type { Gateways } from '../gateways.ts';

/**
 * The digest of the plan as the command line shows it on this inventory; undefined where it cannot be shown,
 * for only hosts know what it needs.
 *
 * @throws Refusal where the experiment is held to a plan that was shown, and it is another by now or none.
 */
export function shownDigest(
  experiment: Experiment,
  inventory: Inventory,
  { digest }: Pick<Gateways, 'digest'>,
): string | undefined {
  const { planDigest, name } = experiment;
  const shown = digestIn(experiment, inventory, digest);
  if (typeof shown === 'object') {
    if (planDigest !== undefined) throw shown;
    return undefined;
  }
  if (planDigest === undefined || shown.startsWith(planDigest)) return shown;
  throw new Refusal(
    `Cannot run ${name} as its plan must be ${planDigest}, as shown: found ${shown.slice(0, planDigest.length)}, for the cluster or its rules have changed; plan it again`,
  );
}

function digestIn(
  experiment: Experiment,
  inventory: Inventory,
  digest: Gateways['digest'],
): string | Refusal {
  try {
    return digest(digestedOf(shownPlan(experiment, inventory)));
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
