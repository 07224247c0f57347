import { seedOf } from '../chance.ts';
import type { Experiment } from '../experiment.ts';
import type { OneExperiment } from '../experiment-parts.ts';
import type { PartRequest, PlanRequest } from './plan-request.ts';

/** Whether a fault leaves to chance whom it hits. */
export function isRandom({ fault }: Pick<OneExperiment, 'fault'>): boolean {
  if (fault.kind !== 'partition' || !('random' in fault.topology)) return false;
  return fault.topology.random ?? false;
}

/** The seed of a run's choices: what the experiment says, else made from the run id. */
export const seedOfRun = ({ seed }: Pick<Experiment, 'seed'>, runId: string): number =>
  seed ?? seedOf(runId);

/** The seed of one fault's choices. Later faults of a sequence choose anew, from the run's seed. */
export function seedOfRequest({
  experiment,
  runId,
  part = 0,
}: PlanRequest & Partial<Pick<PartRequest, 'part'>>): number {
  const seed = seedOfRun(experiment, runId);
  return part === 0 ? seed : seedOf(`${seed}/${part}`);
}
