import { callsOf } from '../security-group/calls.ts';
import type { PlanRequest } from '../plan-request.ts';
import type { Plan } from '../plan.ts';
import { refuseInexact } from '../reachability.ts';
import { cutsOfFault } from '../request-cuts.ts';
import { aclSwaps } from './swaps.ts';

/**
 * Plans a cut between subnets by network ACLs: stateless, so connections that stand fall, too.
 *
 * @throws Refusal where the cut is not one between subnets, or would hit more than the cut.
 */
export function planNetworkAcl(request: PlanRequest): Plan {
  const { inventory, runId } = request;
  const { cuts, targets, clusterSizes, warnings } = cutsOfFault(request);
  const steps = aclSwaps(cuts, inventory, 1);
  refuseInexact(inventory, steps, cuts);
  return {
    runId,
    steps,
    cuts,
    targets,
    hosts: [],
    calls: callsOf(steps),
    prediction: { clusterSizes, connections: 'full', falls: cuts },
    warnings: [...warnings, 'EC2 does not say how long a network ACL takes to spread'],
  };
}
