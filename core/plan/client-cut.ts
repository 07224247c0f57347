import { establishedOf } from '../experiment.ts';
import type { ClientCutFault } from '../experiment.ts';
import { clientsOf, clusterTag, markOf, nodesOf } from '../inventory.ts';
import type { Instance, Inventory, Rule, RuleSpec, SecurityGroup } from '../inventory.ts';
import { Refusal } from '../refusal.ts';
import { allowanceKey } from '../step.ts';
import type { RuleEdit, Sever, Step } from '../step.ts';
import { pick } from '../topology.ts';
import type { PlanRequest } from './partition.ts';
import type { Plan } from './plan.ts';
import { refuseInexact } from './reachability.ts';
import { covers, subtract } from './subtraction.ts';
import type { Hole } from './subtraction.ts';

/** Rules one group may have per direction (VPC quotas; IPv4 and IPv6 are counted apart). */
const rulesPerGroupMax = 60;

/** Plans a cut of clients from nodes by editing the ingress rules of the nodes' security groups. */
export function planClientCut(fault: ClientCutFault, request: PlanRequest): Plan {
  const { experiment, inventory, runId, ports } = request;
  const { nodes, clients } = targetsOf(fault, inventory);
  const hole = holeOf(clients, ports);
  const groups = coveringGroups(nodes, hole, inventory);
  const edits = groups.flatMap((group) => groupSteps(group, { hole, inventory, runId }));
  const cuts = [
    { from: clients.map(({ id }) => id), to: nodes.map(({ id }) => id), ports: [...ports] },
  ];
  refuseInexact({ inventory, steps: edits, cuts, hole });
  const severs =
    establishedOf(experiment) === 'sever' ? nodes.map((node) => sever(node, hole)) : [];
  return {
    runId,
    steps: [...edits, ...severs],
    cuts,
    targets: clients.map(({ id }) => id),
    hosts: severs.map(({ instanceId }) => instanceId),
    prediction: {
      clusterSizes: experiment.expect?.clusterSizes ?? [nodesOf(inventory).length],
      connections: severs.length > 0 ? 'full' : 'new connections only',
    },
    warnings: severs.length > 0 ? [] : ['connections that already stand go on (tracked flows)'],
  };
}

function targetsOf(
  fault: ClientCutFault,
  inventory: Inventory,
): { nodes: Instance[]; clients: Instance[] } {
  const allNodes = nodesOf(inventory);
  const allClients = clientsOf(inventory);
  const nodes = fault.nodes === undefined ? allNodes : pick(fault.nodes, allNodes, 'node');
  const clients =
    fault.clients === undefined ? allClients : pick(fault.clients, allClients, 'client');
  if (clients.length === 0) {
    throw new Refusal(
      `Cannot cut clients of "${inventory.cluster}" as an instance must carry the tag aerofault:role=client: found none`,
    );
  }
  return { nodes, clients };
}

function holeOf(clients: readonly Instance[], ports: readonly number[]): Hole {
  return {
    addresses: [...new Set(clients.flatMap(({ addresses }) => addresses))],
    instanceIds: new Set(clients.map(({ id }) => id)),
    ports,
  };
}

/** The nodes' groups that admit the cut, each checked to be ours to edit and on no other interface. */
function coveringGroups(
  nodes: readonly Instance[],
  hole: Hole,
  inventory: Inventory,
): SecurityGroup[] {
  const onNodes = new Set(nodes.flatMap(({ groupIds }) => groupIds));
  const covering = inventory.groups.filter(
    ({ id, rules }) => onNodes.has(id) && rules.some((rule) => covers(rule, hole, inventory)),
  );
  if (covering.length === 0) {
    throw new Refusal(
      `Cannot cut clients from port ${hole.ports.join(', ')} as a rule must admit them now: found none in ${[...onNodes].join(', ')}`,
    );
  }
  for (const group of covering) {
    refuseUntagged(group, inventory);
    refuseSharedGroup(group, nodes, inventory);
  }
  return covering;
}

function refuseUntagged({ id, tags }: SecurityGroup, { cluster }: Inventory): void {
  if (tags[clusterTag] === cluster) return;
  throw new Refusal(
    `Cannot edit group ${id} as it must carry the tag ${clusterTag}=${cluster}: found ${tags[clusterTag] ?? 'no such tag'}`,
  );
}

function refuseSharedGroup(
  { id }: SecurityGroup,
  nodes: readonly Instance[],
  { interfaces }: Inventory,
): void {
  const targets = new Set(nodes.map((node) => node.id));
  const bystander = interfaces.find(
    ({ groupIds, instanceId }) =>
      groupIds.includes(id) && (instanceId === undefined || !targets.has(instanceId)),
  );
  if (bystander === undefined) return;
  throw new Refusal(
    `Cannot edit group ${id} as every interface that holds it must be a target: found ${bystander.id} of ${bystander.instanceId ?? 'another service'}; target all its holders or give them a group of their own`,
  );
}

interface GroupContext {
  readonly hole: Hole;
  readonly inventory: Inventory;
  readonly runId: string;
}

/** Pieces are added before the original shrinks, so that no flow outside the cut ever stops. */
function groupSteps(group: SecurityGroup, context: GroupContext): Step[] {
  const { edits, pieces } = splitRules(group, context);
  refuseOverQuota(group, pieces);
  const added: Step[] =
    pieces.length === 0
      ? []
      : [
          {
            id: `add-rules/${group.id}`,
            kind: 'add-rules',
            phase: 1,
            says: `${group.id}: add ${pieces.length} temporary rules for what must stay open`,
            groupId: group.id,
            rules: pieces,
          },
        ];
  const edited: Step = {
    id: `edit-rules/${group.id}`,
    kind: 'edit-rules',
    phase: 2,
    says: `${group.id}: ${edits.map(({ ruleId }) => ruleId).join(', ')} narrowed or parked in place`,
    groupId: group.id,
    edits,
  };
  return [...added, edited];
}

function splitRules(
  group: SecurityGroup,
  { hole, inventory, runId }: GroupContext,
): { edits: RuleEdit[]; pieces: RuleSpec[] } {
  const mark = markOf(runId);
  const taken = new Set(group.rules.filter(ingress).map(({ spec }) => allowanceKey(spec)));
  const edits: RuleEdit[] = [];
  const pieces: RuleSpec[] = [];
  for (const rule of group.rules.filter((one) => covers(one, hole, inventory))) {
    const rest = subtract(rule, hole, inventory).filter((spec) => !taken.has(allowanceKey(spec)));
    const narrowed = rest.find(({ peer }) => peer.kind === rule.spec.peer.kind);
    const during = { ...(narrowed ?? parked(rule, taken)), description: mark };
    const extra = rest
      .filter((spec) => spec !== narrowed)
      .map((spec) => ({ ...spec, description: mark }));
    for (const spec of [during, ...extra]) taken.add(allowanceKey(spec));
    edits.push({ ruleId: rule.id, before: rule.spec, during });
    pieces.push(...extra);
  }
  return { edits, pieces };
}

const ingress = ({ direction }: Rule): boolean => direction === 'ingress';

/**
 * Where a rule waits when nothing of it may stay in force: the same peer on port 0, which no socket can
 * listen on. EC2 tells tcp from udp there, so two rules of one peer can wait side by side.
 */
function parked({ id, groupId, spec }: Rule, taken: ReadonlySet<string>): RuleSpec {
  const places = ['tcp', 'udp'].map((protocol) => ({ ...spec, protocol, fromPort: 0, toPort: 0 }));
  const free = places.find((place) => !taken.has(allowanceKey(place)));
  if (free !== undefined) return free;
  throw new Refusal(
    `Cannot park rule ${id} as port 0 of its peer must be free in group ${groupId}: found tcp and udp both taken; join the peer's rules into one`,
  );
}

function refuseOverQuota({ id, rules }: SecurityGroup, pieces: readonly RuleSpec[]): void {
  for (const family of ['ipv4', 'ipv6'] as const) {
    const other = family === 'ipv4' ? 'ipv6' : 'ipv4';
    const now = rules.filter(ingress).filter(({ spec }) => spec.peer.kind !== other).length;
    const more = pieces.filter(({ peer }) => peer.kind !== other).length;
    if (now + more > rulesPerGroupMax && more > 0) {
      throw new Refusal(
        `Cannot split the rules of group ${id} as it must have at most ${rulesPerGroupMax} ${family} rules: found ${now} and ${more} to add`,
      );
    }
  }
}

function sever({ id, name }: Instance, { addresses, ports }: Hole): Sever {
  return {
    id: `sever/${id}`,
    kind: 'sever',
    phase: 3,
    says: `${name}: close the clients' connections to port ${ports.join(', ')}`,
    instanceId: id,
    peers: [...addresses],
    ports: [...ports],
  };
}
