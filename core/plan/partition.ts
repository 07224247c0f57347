import { connectionsOf } from '../cut.ts';
import type { Cut } from '../cut.ts';
import type { Experiment } from '../experiment.ts';
import type { Instance } from '../inventory.ts';
import type { HostCut } from '../step.ts';
import { coveringCuts } from './covering-cuts.ts';
import type { PlanRequest } from './plan-request.ts';
import type { Plan } from './plan.ts';
import { cutsOfFault } from './request-cuts.ts';

/** Plans a partition by packet filters, on the fewest hosts that cover every cut. */
export function planPartition(request: PlanRequest): Plan {
  const { experiment, runId } = request;
  const { cuts, targets, clusterSizes, warnings } = cutsOfFault(request);
  // A cut of inbound connections alone only exists on the hosts that accept them.
  const edited = experiment.direction === 'inbound' ? cuts : coveringCuts(cuts, targets);
  const steps = hostCuts(edited, request);
  return {
    runId,
    steps,
    cuts,
    targets,
    hosts: steps.map(({ instanceId }) => instanceId),
    calls: { inject: 0, restore: 0 },
    prediction: { clusterSizes, connections: 'full', falls: cuts },
    warnings: [...oneWayWarnings(experiment, cuts), ...warnings],
  };
}

/** Each accepting host stops exactly those it is cut from. */
function hostCuts(cuts: readonly Cut[], request: PlanRequest): HostCut[] {
  const known = new Map(request.inventory.instances.map((instance) => [instance.id, instance]));
  const named = (ids: readonly string[]): Instance[] => ids.flatMap((id) => known.get(id) ?? []);
  return cuts.flatMap(({ from, to }) =>
    named(to).map((host) => hostCut(host, named(from), request)),
  );
}

function hostCut(
  host: Instance,
  peers: readonly Instance[],
  { experiment, ports }: PlanRequest,
): HostCut {
  return {
    id: `host-cut/${host.id}`,
    kind: 'host-cut',
    phase: 1,
    says: `${host.name}: ${experiment.packets} ports ${ports.join(', ')} ${experiment.direction === 'both' ? 'from and to' : 'dialled from'} ${peers.map(({ name }) => name).join(', ')}`,
    instanceId: host.id,
    peers: peers.flatMap(({ addresses }) => addresses),
    ports: [...ports],
    packets: experiment.packets,
    direction: experiment.direction,
  };
}

/** Where every pair is cut from both ends, inbound is as good as both. */
function oneWayWarnings({ direction }: Experiment, cuts: readonly Cut[]): string[] {
  if (direction === 'both') return [];
  const connections = connectionsOf(cuts);
  const dialled = new Set(connections.map(({ from, to }) => `${from} ${to}`));
  return connections.every(({ from, to }) => dialled.has(`${to} ${from}`))
    ? []
    : ['a cut of one direction does not last: heartbeat is redialled from the other end'];
}
