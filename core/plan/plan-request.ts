import type { Experiment } from '../experiment.ts';
import type { Inventory } from '../inventory.ts';

/** What every planner is given. `ports` are the numbers of the fault's ports, ascending, each once. */
export interface PlanRequest {
  readonly experiment: Experiment;
  readonly inventory: Inventory;
  readonly runId: string;
  readonly ports: readonly number[];
}
