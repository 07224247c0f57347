import type { Experiment, PartitionFault } from '../experiment.ts';
import { portNumbersOf } from '../experiment.ts';
import type { Instance, Inventory } from '../inventory.ts';
import { nodesOf } from '../inventory.ts';
import type { HostCut } from '../step.ts';
import { cutsBetween, isolate } from '../topology.ts';
import type { Sides } from '../topology.ts';
import type { Plan } from './plan.ts';

/** What every fault's planner is given. */
export interface PlanRequest {
  readonly experiment: Experiment;
  readonly inventory: Inventory;
  readonly runId: string;
  readonly ports: readonly number[];
}

/** Plans a partition by packet filters on the hosts of one side. */
export function planPartition(fault: PartitionFault, request: PlanRequest): Plan {
  const { experiment, inventory, runId, ports } = request;
  const sides = isolate(fault.topology, inventory);
  const { edited, peers } = editedSide(sides, experiment.direction);
  const steps = edited.map((host) => hostCut(host, { peers, request }));
  return {
    runId,
    steps,
    cuts: cutsBetween(sides, { ports, direction: experiment.direction }),
    targets: sides.chosen.map(({ id }) => id),
    hosts: edited.map(({ id }) => id),
    prediction: {
      clusterSizes: experiment.expect?.clusterSizes ?? predictSizes(request, sides),
      connections: 'full',
    },
    warnings: warningsFor(experiment),
  };
}

/**
 * The fewest hosts that cover the cut: the smaller side. A cut of inbound connections only exists on
 * the hosts that accept them.
 */
function editedSide(
  { chosen, others }: Sides,
  direction: 'both' | 'inbound',
): { edited: readonly Instance[]; peers: readonly Instance[] } {
  return direction === 'inbound' || chosen.length <= others.length
    ? { edited: chosen, peers: others }
    : { edited: others, peers: chosen };
}

function hostCut(
  host: Instance,
  { peers, request }: { peers: readonly Instance[]; request: PlanRequest },
): HostCut {
  const { experiment, ports } = request;
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

/** Only the heartbeat decides membership (measured: rows G and H of the observed table). */
function predictSizes({ experiment, inventory, ports }: PlanRequest, sides: Sides): number[] {
  const splits = ports.includes(portNumbersOf(experiment).heartbeat);
  if (!splits) return [nodesOf(inventory).length];
  return [sides.chosen.length, sides.others.length].toSorted((a, b) => a - b);
}

function warningsFor({ direction }: Experiment): string[] {
  return direction === 'inbound'
    ? ['a cut of one direction does not last: heartbeat is redialled from the other end']
    : [];
}
