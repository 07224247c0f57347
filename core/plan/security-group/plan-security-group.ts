import type { Cut } from '../../cut.ts';
import { establishedOf, portNumbersOf } from '../../experiment.ts';
import { nodesOf } from '../../inventory.ts';
import type { EndPulse, Step, SwapAcl } from '../../step.ts';
import { coveringCuts } from '../covering-cuts.ts';
import { aclSwaps } from '../network-acl/swaps.ts';
import type { PlanRequest } from '../plan-request.ts';
import type { Plan, Prediction } from '../plan.ts';
import { refuseInexact } from '../reachability.ts';
import { cutsOfFault } from '../request-cuts.ts';
import type { FaultCuts } from '../request-cuts.ts';
import { trackingOf } from '../tracking.ts';
import { callsOf } from './calls.ts';
import { relationOf } from './relation.ts';
import { endsOf, severSteps } from './sever.ts';
import type { Ends } from './sever.ts';
import { phases } from './steps-between.ts';
import { cheapestSteps } from './strategies.ts';

/** How long a pulse lasts at most; Aerospike closes a silent heartbeat link after 450 ms (measured). */
const pulseSeconds = 10;

/**
 * Plans a cut by editing security groups, exactly: what was open and is not cut stays open, what was
 * closed stays closed, at every moment of inject, hold and restore.
 *
 * @throws Refusal that names the rule, interface or machine in the way, and what to do.
 */
export function planSecurityGroup(request: PlanRequest): Plan {
  const { experiment, inventory, runId, ports } = request;
  const fault = cutsOfFault(request);
  const { cuts, targets } = fault;
  const relation = relationOf(cuts);
  const edits = cheapestSteps({
    inventory,
    runId,
    cuts,
    ports,
    relation,
    detach: experiment.detach,
  });
  const severs = severing(edits, fault, request);
  const steps = [...edits, ...severs];
  return {
    runId,
    steps,
    cuts,
    targets,
    hosts: severs.flatMap((step) => (step.kind === 'sever' ? [step.instanceId] : [])),
    calls: callsOf(steps),
    prediction: predictionOf(fault, request),
    warnings: [...fault.warnings, ...warningsOf(edits, request)],
  };
}

/** The steps that close what already stands. */
function severing(edits: readonly Step[], fault: FaultCuts, request: PlanRequest): Step[] {
  const { experiment, inventory, ports } = request;
  const { cuts } = fault;
  if (establishedOf(experiment) === 'leave') return [];
  if (experiment.severBy === 'ss') return severSteps(endsFor(fault, request), ports, inventory);
  const swaps = aclSwaps(cuts, inventory, phases.swap);
  refuseInexact(inventory, [...edits, ...swaps], cuts);
  return [...swaps, endPulse(swaps, cuts, request)];
}

/** On the fewest nodes; of a cut of others on the cluster's own nodes. */
function endsFor({ cuts, targets }: FaultCuts, { experiment }: PlanRequest): Ends[] {
  const { fault, direction } = experiment;
  if (fault.kind === 'client-cut') return endsOf(cuts, 'to');
  if (fault.kind === 'xdr-cut') return endsOf(cuts, 'from');
  return endsOf(direction === 'inbound' ? cuts : coveringCuts(cuts, targets), 'to');
}

function endPulse(
  swaps: readonly SwapAcl[],
  cuts: readonly Cut[],
  { experiment, inventory }: PlanRequest,
): EndPulse {
  const nodes = nodesOf(inventory);
  const { heartbeat } = portNumbersOf(experiment);
  const links = nodes.flatMap(({ id }) => {
    const lost = new Set(
      cuts
        .filter(({ ports }) => ports.includes(heartbeat))
        .flatMap(({ from, to }) => [
          ...(from.includes(id) ? to : []),
          ...(to.includes(id) ? from : []),
        ]),
    );
    lost.delete(id);
    return lost.size === 0 ? [] : [{ instanceId: id, left: nodes.length - 1 - lost.size }];
  });
  return {
    id: 'end-pulse',
    kind: 'end-pulse',
    phase: phases.endPulse,
    says: `${swaps.map(({ subnetId }) => subnetId).join(', ')}: the ACLs come back once the links are gone, after ${pulseSeconds} s at most`,
    swaps: swaps.map(({ subnetId, originalId }) => ({ subnetId, originalId })),
    links,
    boundSeconds: pulseSeconds,
  };
}

/** A tracked connection outlives its rule; one that is not tracked falls with it (EC2 User Guide). */
function predictionOf({ cuts, clusterSizes }: FaultCuts, request: PlanRequest): Prediction {
  const { experiment, inventory } = request;
  if (establishedOf(experiment) === 'sever') {
    return { clusterSizes, connections: 'full', falls: cuts };
  }
  const parts = trackingOf(inventory, cuts);
  const falls = parts.filter(({ tracking }) => tracking === 'untracked').map(({ cut }) => cut);
  if (falls.length === parts.length) return { clusterSizes, connections: 'full', falls: cuts };
  const connections = falls.length === 0 ? 'new connections only' : 'partly established';
  return { clusterSizes: [nodesOf(inventory).length], connections, falls };
}

function warningsOf(edits: readonly Step[], { experiment }: PlanRequest): string[] {
  const before = edits.flatMap((step) => {
    if (step.kind === 'edit-rules') return step.edits.map((edit) => edit.before);
    return step.kind === 'revoke-rules' ? step.rules.map((rule) => rule.before) : [];
  });
  const isSplit = before.some(({ protocol }) => protocol === '-1');
  const revoked = edits.some(({ kind }) => kind === 'revoke-rules');
  const leaves = establishedOf(experiment) === 'leave';
  return [
    ...(leaves ? ['connections that already stand go on where they are tracked'] : []),
    ...(isSplit
      ? ['between machines that are cut, IP protocols other than TCP, UDP and ICMP stop, too']
      : []),
    ...(revoked ? ['revoked rules come back under new ids'] : []),
  ];
}
