import type { Cut } from '../cut.ts';
import { numbersOf, portNumbersOf } from '../experiment.ts';
import type { Experiment } from '../experiment.ts';
import type { FaultOf, PartitionFault } from '../fault.ts';
import { clientsOf, nodesOf } from '../inventory.ts';
import type { Instance } from '../inventory.ts';
import { Refusal } from '../refusal.ts';
import { cutsOf } from '../topology.ts';
import { addressesOf } from '../surveyed.ts';
import { chosenClients, chosenNodes, chosenDestinations, servedNodes } from './chosen.ts';
import type { PlanRequest } from './plan-request.ts';
import { isRandom, seedOfRequest, seedOfRun } from './seed.ts';

/** What a fault stops, whatever the mechanism. */
export interface FaultCuts {
  /** As few as can be; no connection is in two of them. Of reroute: what it turns. */
  readonly cuts: Cut[];
  /** Instance ids of those cut off, or turned to, or whose service it is. */
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
    case 'client-cut': {
      const [from, to] = [chosenClients(fault, request), chosenNodes(fault.nodes, request)];
      return oneWay({ from, to, targets: from }, request);
    }
    case 'xdr-cut': {
      const to = chosenDestinations(fault.destinations, request);
      return oneWay({ from: nodesOf(request.inventory), to, targets: to }, request);
    }
    case 'link-down':
      return ofLink(fault, request);
    case 'reroute':
      return ofReroute(fault, request);
    case 'xdr-pause': // Nothing that is dialled stops: the server itself does not ship.
      return whole([], nodesOf(request.inventory), request);
    case 'service-stop':
      return ofService(cutsTowards(fault, request), fault, request);
    case 'service-freeze': // The kernel goes on accepting for a process that stands still.
      return ofService([], fault, request);
  }
}

/** Only the heartbeat decides membership (measured: rows G and H of the observed table). */
function ofPartition({ topology }: PartitionFault, request: PlanRequest): FaultCuts {
  const { experiment, inventory, ports } = request;
  const { direction } = experiment;
  const seed = seedOfRequest(request);
  const found = cutsOf(topology, inventory, { ports, direction, seed });
  const isSplit = ports.includes(portNumbersOf(experiment).heartbeat);
  return {
    cuts: found.cuts,
    targets: idsOf(found.targets),
    clusterSizes: isSplit ? componentsOf(found, experiment) : [nodesOf(inventory).length],
    warnings: [
      ...(isRandom(experiment) ? [chanceWarning(found.targets, request)] : []),
      ...(isSplit ? warningsOf(found, experiment) : []),
    ],
  };
}

function chanceWarning(targets: readonly Instance[], { experiment, runId }: PlanRequest): string {
  return `chosen at random with seed ${seedOfRun(experiment, runId)}: ${namesOf(targets)}`;
}

/** A node says that it is left without a cluster after 12 s (measured: row K), and is looked at twice. */
const orphanHoldSeconds = 20;

/** Where more than one outcome is possible, the author's, if it is one of them. */
function componentsOf(
  { components, otherSizes }: Outcome,
  { expect: { clusterSizes = [] } = {} }: Experiment,
): number[] {
  const largest = Math.max(...components);
  const wanted = ascending(clusterSizes).join();
  const others = otherSizes.map((other) =>
    ascending(components.map((size) => (size === largest ? other : size))),
  );
  return others.find((sizes) => sizes.join() === wanted) ?? components;
}

const ascending = (sizes: readonly number[]): number[] => sizes.toSorted((a, b) => a - b);

type Outcome = Pick<ReturnType<typeof cutsOf>, 'components' | 'otherSizes'>;

function warningsOf({ components, otherSizes }: Outcome, { holdSeconds }: Experiment): string[] {
  if (!components.includes(0)) return [];
  const blocked =
    'nodes that hear only some of a cluster are left out of it: after about 10 s they serve nobody, in AP mode too';
  const unsure = `the cluster that goes on may have ${otherSizes.join(' or ')} nodes instead: the highest node id decides`;
  const short = `they say so after 12 s: a hold of ${holdSeconds} s may be over before that is proven, ${orphanHoldSeconds} s are enough`;
  return [
    blocked,
    ...(otherSizes.length > 0 ? [unsure] : []),
    ...(holdSeconds < orphanHoldSeconds ? [short] : []),
  ];
}

/** Each of the nodes loses all others over that link, and they it. */
function ofLink({ nodes: names }: FaultOf<'link-down'>, request: PlanRequest): FaultCuts {
  const { experiment, inventory, ports } = request;
  const nodes = nodesOf(inventory);
  if (nodes.length < 2) {
    throw new Refusal(
      `Cannot take down a link of "${inventory.cluster}" as it must have at least 2 nodes: found ${nodes.length}`,
    );
  }
  const losing = chosenNodes(names, request);
  const rest = nodes.filter((node) => !losing.includes(node));
  const towards = losing.map((node) => ({
    from: idsOf(nodes.filter((other) => other !== node)),
    to: [node.id],
    ports: [...ports],
  }));
  const away = { from: idsOf(losing), to: idsOf(rest), ports: [...ports] };
  const isBoth = experiment.direction === 'both' && rest.length > 0;
  return whole(isBoth ? [...towards, away] : towards, losing, request);
}

/** Where nobody is named, all dial but the peer and whom they are turned to. */
function ofReroute(fault: FaultOf<'reroute'>, request: PlanRequest): FaultCuts {
  const to = chosenNodes([fault.peer], request);
  const dialling = chosenNodes(fault.nodes, request).filter(
    (node) =>
      fault.nodes !== undefined ||
      !(to.includes(node) || addressesOf(node, request.inventory).includes(fault.to)),
  );
  const cut = { from: idsOf(dialling), to: idsOf(to), ports: [...request.ports] };
  return whole(dialling.length === 0 ? [] : [cut], to, request);
}

type ServiceFault = FaultOf<'service-stop'> | FaultOf<'service-freeze'>;

/** Everybody who dialled the nodes finds nobody there. */
function cutsTowards(fault: ServiceFault, { experiment, inventory }: PlanRequest): Cut[] {
  const served = servedNodes(fault, inventory);
  const others = nodesOf(inventory).filter((node) => !served.includes(node));
  const [to, clients] = [idsOf(served), clientsOf(inventory)];
  const between = numbersOf(
    fault.of === 'cluster' ? ['fabric', 'heartbeat'] : ['service'],
    experiment,
  );
  const service = numbersOf(['service'], experiment);
  return [
    { from: idsOf(others), to, ports: between },
    ...(fault.of === 'cluster' && clients.length > 0
      ? [{ from: idsOf(clients), to, ports: service }]
      : []),
  ];
}

function ofService(cuts: Cut[], fault: ServiceFault, request: PlanRequest): FaultCuts {
  const { inventory } = request;
  const served = servedNodes(fault, inventory);
  const left = nodesOf(inventory).filter((node) => !served.includes(node)).length;
  return {
    cuts,
    targets: idsOf(served),
    clusterSizes: [left],
    warnings: [],
  };
}

/** One cut in the direction that is dialled. */
function oneWay(
  { from, to, targets }: Record<'from' | 'to' | 'targets', readonly Instance[]>,
  request: PlanRequest,
): FaultCuts {
  return whole([{ from: idsOf(from), to: idsOf(to), ports: [...request.ports] }], targets, request);
}

/** What leaves the cluster whole. */
function whole(cuts: Cut[], targets: readonly Instance[], { inventory }: PlanRequest): FaultCuts {
  return {
    cuts,
    targets: idsOf(targets),
    clusterSizes: [nodesOf(inventory).length],
    warnings: [],
  };
}

const idsOf = (instances: readonly Instance[]): string[] => instances.map(({ id }) => id);

const namesOf = (instances: readonly Instance[]): string =>
  instances.map(({ name }) => name).join(', ');
