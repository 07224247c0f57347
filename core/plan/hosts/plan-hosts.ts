import { connectionsOf } from '../../cut.ts';
import type { Cut } from '../../cut.ts';
import type { Experiment } from '../../experiment.ts';
import { partsOf } from '../../experiment-parts.ts';
import type { Inventory } from '../../inventory.ts';
import type { HostStep } from '../../step.ts';
import type { PartRequest } from '../plan-request.ts';
import { portsOfFault } from '../plan-request.ts';
import type { Plan, PlanPart, Prediction } from '../plan.ts';
import { cutsOfFault } from '../request-cuts.ts';
import type { FaultCuts } from '../request-cuts.ts';
import { unionOf } from '../union.ts';
import { holdServices } from './hold-services.ts';
import { hostCuts } from './host-cuts.ts';
import { hostReroutes } from './host-reroutes.ts';
import { hostRoutes } from './host-routes.ts';
import { membershipWarnings, movesNodes, sizesAtFirst } from './membership.ts';
import type { Stopping } from './membership.ts';
import { pauseXdr } from './pause-xdr.ts';
import { planPart } from './plan-part.ts';
import { refuseRivals } from './rivals.ts';
import { routeCuts } from './route-cuts.ts';

/** One fault of a run with the steps that do it. */
export interface PlannedPart extends Stopping {
  readonly steps: readonly HostStep[];
  readonly told: PlanPart;
}

/**
 * Plans what scripts on hosts do, on the fewest hosts: one fault, or those of a sequence each with its own
 * times.
 *
 * @throws Refusal where the request cannot be met exactly.
 */
export function planHosts(experiment: Experiment, inventory: Inventory, runId: string): Plan {
  const parts = partsOf(experiment).map((one) =>
    planned({ ...one, inventory, runId, ports: portsOfFault(one.experiment) }),
  );
  refuseRivals(parts, inventory);
  const steps = parts.flatMap((part) => part.steps);
  const cuts = unionOf(parts.filter(({ told }) => told.kind !== 'reroute').flatMap(cutsIn));
  const hitting = parts.filter(({ told }) => ['cut', 'service'].includes(told.kind));
  return {
    runId,
    steps,
    cuts,
    targets: [...new Set(hitting.flatMap(({ fault }) => fault.targets))],
    hosts: [...new Set(steps.map(({ instanceId }) => instanceId))],
    calls: { inject: 0, restore: 0 },
    prediction: predictionOf(parts, cuts),
    ...(!isOneWhole(experiment, parts) && { parts: parts.map(({ told }) => told) }),
    warnings: [...new Set(parts.flatMap(warningsOf))],
  };
}

function planned(request: PartRequest): PlannedPart {
  const found = cutsOfFault(request);
  const isRoute = request.experiment.mechanism === 'route';
  const fault = isRoute ? { ...found, cuts: routeCuts(found.cuts, request) } : found;
  const stopping = { request, fault };
  return { ...stopping, steps: stepsFor(request, found), told: planPart(stopping) };
}

function stepsFor(request: PartRequest, cuts: FaultCuts): HostStep[] {
  const { fault, mechanism } = request.experiment;
  switch (fault.kind) {
    case 'partition':
      return mechanism === 'route' ? hostRoutes(request, cuts) : hostCuts(request, cuts);
    case 'client-cut':
    case 'xdr-cut':
    case 'link-down':
      return hostCuts(request, cuts);
    case 'reroute':
      return hostReroutes(fault, cuts, request);
    case 'xdr-pause':
      return pauseXdr(fault, request);
    case 'service-stop':
    case 'service-freeze':
      return holdServices(fault, request);
  }
}

const cutsIn = ({ fault }: PlannedPart): Cut[] => fault.cuts;

/** One cut, whole and for the whole hold, is told by the plan's own cuts. */
function isOneWhole({ fault }: Experiment, [part]: readonly PlannedPart[]): boolean {
  return fault.kind !== 'sequence' && part !== undefined && isWhole(part);
}

const isWhole = ({ told }: PlannedPart): boolean =>
  told.kind === 'cut' && told.intensity === undefined && told.flapping === undefined;

/** What is stopped whole falls, whoever dialled when; of a share new connections are sure, or nothing is. */
function predictionOf(parts: readonly PlannedPart[], cuts: readonly Cut[]): Prediction {
  const stopped = parts.filter((part) => isWhole(part) || part.told.kind === 'service');
  const falls = unionOf(stopped.flatMap(cutsIn));
  const gentle = parts.filter((part) => !stopped.includes(part));
  const isNewOnly = gentle.every(({ told }) => told.intensity?.per === 'connection');
  const isFull = connectionsOf(falls).length === connectionsOf(cuts).length;
  const isTurned = parts.every(({ told }) => told.kind === 'reroute');
  const others = falls.length === 0 && isNewOnly ? 'new connections only' : 'partly established';
  return {
    clusterSizes: sizesAtFirst(parts),
    connections: isTurned ? 'new connections only' : isFull ? 'full' : others,
    falls,
  };
}

function warningsOf(part: PlannedPart): string[] {
  const { request, fault } = part;
  const chance = fault.warnings.filter((warning) => warning.startsWith('chosen at random'));
  return [
    ...oneWayWarnings(part),
    ...(request.experiment.fault.kind !== 'partition' || movesNodes(part)
      ? fault.warnings
      : chance),
    ...membershipWarnings(part),
    ...kindWarnings(part),
  ];
}

/** Where every pair is cut from both ends, inbound is as good as both. */
function oneWayWarnings({ request, fault }: PlannedPart): string[] {
  if (request.experiment.direction === 'both') return [];
  const connections = connectionsOf(fault.cuts);
  const dialled = new Set(connections.map(({ from, to }) => `${from} ${to}`));
  return connections.every(({ from, to }) => dialled.has(`${to} ${from}`))
    ? []
    : ['a cut of one direction does not last: heartbeat is redialled from the other end'];
}

function kindWarnings({ request, steps }: PlannedPart): string[] {
  const { fault } = request.experiment;
  if (fault.kind === 'reroute') {
    return ['connections that were turned stay so after restore, until they end'];
  }
  if (fault.kind === 'service-stop') {
    return ['a namespace that is only in memory comes back empty on a node that was stopped'];
  }
  const isWholeLink = steps.some(
    (step) => step.kind === 'pause-xdr' && step.how === 'force-linkdown',
  );
  return isWholeLink
    ? ['before server 5.0 a destination is paused whole, whichever namespaces are named']
    : [];
}
