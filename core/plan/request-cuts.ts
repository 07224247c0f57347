import type { Cut } from '../cut.ts';
import { portNumbersOf } from '../experiment.ts';
import type { ClientCutFault, PartitionFault, XdrCutFault } from '../fault.ts';
import { clientsOf, destinationsOf, nodesOf, roleTag } from '../inventory.ts';
import type { Instance } from '../inventory.ts';
import { pick } from '../pick.ts';
import { Refusal } from '../refusal.ts';
import { cutsOf } from '../topology.ts';
import type { PlanRequest } from './plan-request.ts';

/** What a fault stops, whatever the mechanism. */
export interface FaultCuts {
  /** As few as can be; no connection is in two of them. */
  readonly cuts: Cut[];
  /** Instance ids of those cut off. */
  readonly targets: string[];
  /** Sizes of the clusters once every cut has fallen, established connections included; ascending. */
  readonly clusterSizes: number[];
  /** What the operator should know of such cuts, a sentence each. */
  readonly warnings: string[];
}

/**
 * The flows that an experiment's fault stops, who is cut off, and what should be seen of the cluster.
 *
 * @throws Refusal when a name is unknown, a role is borne by nobody, or the nodes cannot be split so.
 */
export function cutsOfFault(request: PlanRequest): FaultCuts {
  const { fault } = request.experiment;
  switch (fault.kind) {
    case 'partition':
      return ofPartition(fault, request);
    case 'client-cut':
      return ofClients(fault, request);
    case 'xdr-cut':
      return ofXdr(fault, request);
  }
}

/** Only the heartbeat decides membership (measured: rows G and H of the observed table). */
function ofPartition(
  { topology }: PartitionFault,
  { experiment, inventory, ports }: PlanRequest,
): FaultCuts {
  const { direction, expect } = experiment;
  const found = cutsOf(topology, inventory, { ports, direction });
  const isSplit = ports.includes(portNumbersOf(experiment).heartbeat);
  const predicted = isSplit ? found.components : [nodesOf(inventory).length];
  return {
    cuts: found.cuts,
    targets: idsOf(found.targets),
    clusterSizes: expect?.clusterSizes ?? predicted,
    warnings: isSplit ? warningsOf(found) : [],
  };
}

function warningsOf({
  components,
  otherSizes,
}: Pick<ReturnType<typeof cutsOf>, 'components' | 'otherSizes'>): string[] {
  if (!components.includes(0)) return [];
  const blocked =
    'nodes that hear only some of a cluster are left out of it: after about 10 s they serve nobody, in AP mode too';
  const unsure = `the cluster that goes on may have ${otherSizes.join(' or ')} nodes instead: the highest node id decides`;
  return otherSizes.length > 0 ? [blocked, unsure] : [blocked];
}

function ofClients({ nodes, clients }: ClientCutFault, request: PlanRequest): FaultCuts {
  const { inventory } = request;
  const from = chosen(clients, clientsOf(inventory), 'client');
  const to = chosen(nodes, nodesOf(inventory), 'node');
  if (from.length === 0) {
    throw new Refusal(
      `Cannot cut clients of "${inventory.cluster}" as an instance must carry the tag ${roleTag}=client: found none`,
    );
  }
  return oneWay({ from, to, targets: from }, request);
}

/** Every node dials every node of the destination's, and none of those dials back. */
function ofXdr({ destinations }: XdrCutFault, request: PlanRequest): FaultCuts {
  const { inventory } = request;
  const to = chosen(destinations, destinationsOf(inventory), 'destination');
  if (to.length === 0) {
    throw new Refusal(
      `Cannot cut XDR of "${inventory.cluster}" as an instance must carry the tag ${roleTag}=xdr-destination: found none`,
    );
  }
  return oneWay({ from: nodesOf(inventory), to, targets: to }, request);
}

/** A cut that leaves the cluster whole. */
function oneWay(
  { from, to, targets }: Record<'from' | 'to' | 'targets', readonly Instance[]>,
  { experiment, inventory, ports }: PlanRequest,
): FaultCuts {
  return {
    cuts: [{ from: idsOf(from), to: idsOf(to), ports: [...ports] }],
    targets: idsOf(targets),
    clusterSizes: experiment.expect?.clusterSizes ?? [nodesOf(inventory).length],
    warnings: [],
  };
}

function chosen(
  names: readonly string[] | undefined,
  among: readonly Instance[],
  noun: Parameters<typeof pick>[2],
): readonly Instance[] {
  return names === undefined ? among : pick(names, among, noun);
}

const idsOf = (instances: readonly Instance[]): string[] => instances.map(({ id }) => id);
