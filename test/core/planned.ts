import type { Experiment } from '../../core/experiment.ts';
import type { Inventory } from '../../core/inventory.ts';
import { plan } from '../../core/plan/plan.ts';
import type { Subject } from '../../core/probe.ts';

/** What a run knows: the experiment with the plan made of it. */
export function aSubject(experiment: Experiment, inventory: Inventory): Subject {
  return { experiment, inventory, plan: plan(experiment, inventory, 'run1') };
}
