import * as z from 'zod';
import { Cut } from '../cut.ts';
import type { Experiment } from '../experiment.ts';
import { experimentOn } from '../experiment-on.ts';
import { partsOf } from '../experiment-parts.ts';
import { Flapping, Intensity } from '../fault.ts';
import { clusterTag, markedBy, nodesOf, runTag } from '../inventory.ts';
import type { Inventory } from '../inventory.ts';
import { Refusal } from '../refusal.ts';
import { Step, Window } from '../step.ts';
import { stopWarnings } from '../stop/stop-warnings.ts';
import { planHosts } from './hosts/plan-hosts.ts';
import { refuseUnfitHosts } from './hosts/unfit-hosts.ts';
import { planNetworkAcl } from './network-acl/plan-network-acl.ts';
import { portsOfFault } from './plan-request.ts';
import { isRandom, seedOfRun } from './seed.ts';
import { planSecurityGroup } from './security-group/plan-security-group.ts';

/** What the planner says will be seen. */
export const Prediction = z.strictObject({
  clusterSizes: z.array(z.int()).meta({ description: 'Of the sub-clusters, largest last' }),
  connections: z
    .enum(['full', 'new connections only', 'partly established'])
    .meta({ description: 'full: those that already stand fall, too' }),
  falls: z.array(Cut).meta({ description: 'The cuts whose established connections fall' }),
});
export type Prediction = z.infer<typeof Prediction>;

/** One fault of a plan with its own times and strength. */
export const PlanPart = z.strictObject({
  part: z.int(),
  kind: z.enum(['cut', 'reroute', 'service', 'xdr-pause']),
  cuts: z
    .array(Cut)
    .meta({ description: 'What it stops while it is on; of reroute: what it turns' }),
  targets: z.array(z.string()),
  window: Window.meta({ description: 'From injectAt' }),
  flapping: Flapping.optional(),
  intensity: Intensity.optional(),
  clusterSizes: z.array(z.int()).meta({ description: 'While it alone is on' }),
  says: z.string(),
});
export type PlanPart = z.infer<typeof PlanPart>;

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
  calls: z
    .strictObject({ inject: z.int(), restore: z.int() })
    .meta({ description: 'Calls to EC2 that change something, when nothing goes wrong' }),
  prediction: Prediction,
  parts: z.array(PlanPart).optional().meta({
    description: 'Absent: one cut, whole and for the whole hold',
  }),
  seed: z.int().optional().meta({ description: 'What choices at random were made from' }),
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
export function plan(asked: Experiment, inventory: Inventory, runId: string): Plan {
  refuseUnknownCluster(asked, inventory);
  refuseForeignMarks(inventory);
  const experiment = experimentOn(asked, inventory);
  const made = planBy(experiment, inventory, runId);
  refuseUnfitHosts(made, experiment, inventory);
  const isLeftToChance = partsOf(experiment).some((one) => isRandom(one.experiment));
  const warnings = [...made.warnings, ...stopWarnings(made, experiment, inventory)];
  return { ...made, warnings, ...(isLeftToChance && { seed: seedOfRun(experiment, runId) }) };
}

function planBy(experiment: Experiment, inventory: Inventory, runId: string): Plan {
  const { fault, mechanism } = experiment;
  if (fault.kind === 'sequence') return planHosts(experiment, inventory, runId);
  const one = { ...experiment, fault };
  const request = { experiment: one, inventory, runId, ports: portsOfFault(one) };
  switch (mechanism) {
    case 'security-group':
      return planSecurityGroup(request);
    case 'network-acl':
      return planNetworkAcl(request);
    case 'iptables':
    case 'nft':
    case 'route':
    case 'aerospike':
      return planHosts(experiment, inventory, runId);
  }
}

function refuseUnknownCluster({ cluster }: Experiment, inventory: Inventory): void {
  if (nodesOf(inventory).length > 0) return;
  throw new Refusal(
    `Cannot plan for cluster "${cluster}" as running instances must carry the tags ${clusterTag}=${cluster} and aerofault:role=node: found none`,
  );
}

/**
 * What another run left would be taken for the original (protocol rule 3): its marks on rules, the groups
 * and network ACLs that it made.
 */
function refuseForeignMarks({ groups, networkAcls }: Inventory): void {
  const marked = groups.flatMap(({ rules }) => rules).find((rule) => markedBy(rule) !== undefined);
  if (marked !== undefined) {
    throw new Refusal(
      `Cannot plan on group ${marked.groupId} as none of its rules must bear a run's mark: found ${marked.id} marked by run ${markedBy(marked)}; restore that run first`,
    );
  }
  const made = [...groups, ...networkAcls].find(({ tags }) => tags[runTag] !== undefined);
  if (made !== undefined) {
    throw new Refusal(
      `Cannot plan around ${made.id} as every group and network ACL must be the cluster's own: found it made by run ${made.tags[runTag]}; restore that run first`,
    );
  }
}
