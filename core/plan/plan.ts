import * as z from 'zod';
import { Cut } from '../cut.ts';
import { portNumbersOf } from '../experiment.ts';
import type { Experiment } from '../experiment.ts';
import { clusterTag, markedBy, nodesOf } from '../inventory.ts';
import type { Inventory } from '../inventory.ts';
import { Refusal } from '../refusal.ts';
import { Step } from '../step.ts';
import { planClientCut } from './client-cut.ts';
import { planPartition } from './partition.ts';

/** What the planner says Aerospike will do: sub-cluster sizes, largest last. */
export const Prediction = z.strictObject({
  clusterSizes: z.array(z.int()),
  connections: z.enum(['full', 'new connections only']),
});
export type Prediction = z.infer<typeof Prediction>;

/** Ordered steps, the flows they stop, and what should follow from it. */
export const Plan = z.strictObject({
  runId: z.string(),
  steps: z.array(Step),
  cuts: z.array(Cut),
  targets: z
    .array(z.string())
    .meta({ description: 'Instance ids of the nodes or clients cut off' }),
  hosts: z
    .array(z.string())
    .meta({ description: 'Instance ids on which a script changes something' }),
  prediction: Prediction,
  warnings: z.array(z.string()),
});
export type Plan = z.infer<typeof Plan>;

/**
 * Decide every change `experiment` needs on the cluster seen in `inventory`.
 *
 * Pure: the same inputs give the same plan, byte for byte, so a plan can be shown, journalled and
 * compared.
 *
 * @throws Refusal where the request cannot be met exactly; it never plans something close to it.
 */
export function plan(experiment: Experiment, inventory: Inventory, runId: string): Plan {
  refuseUnknownCluster(experiment, inventory);
  refuseForeignMarks(inventory);
  const request = { experiment, inventory, runId, ports: portsOf(experiment) };
  const { fault } = experiment;
  switch (fault.kind) {
    case 'partition':
      return planPartition(fault, request);
    case 'client-cut':
      return planClientCut(fault, request);
  }
}

function portsOf(experiment: Experiment): number[] {
  const numbers = portNumbersOf(experiment);
  return [...new Set(experiment.fault.ports.map((name) => numbers[name]))].toSorted(
    (a, b) => a - b,
  );
}

function refuseUnknownCluster({ cluster }: Experiment, inventory: Inventory): void {
  if (nodesOf(inventory).length > 0) return;
  throw new Refusal(
    `Cannot plan for cluster "${cluster}" as running instances must carry the tags ${clusterTag}=${cluster} and aerofault:role=node: found none`,
  );
}

/** Another run's mark on a rule we would plan from would be taken for the original (protocol rule 3). */
function refuseForeignMarks({ groups }: Inventory): void {
  const marked = groups.flatMap(({ rules }) => rules).find((rule) => markedBy(rule) !== undefined);
  if (marked === undefined) return;
  throw new Refusal(
    `Cannot plan on group ${marked.groupId} as none of its rules must bear a run's mark: found ${marked.id} marked by run ${markedBy(marked)}; restore that run first`,
  );
}
