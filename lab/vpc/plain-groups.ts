import type { GroupPlan, PeerPlan, RulePlan } from './group-plan.ts';

/** The pieces that the lab's layouts are made of: usual groups, and rules as their people would write them. */

/** What a group is built for. */
export interface GroupSetting {
  readonly cluster: string;
  readonly dualStack: boolean;
}

/** The names of the usual groups. */
export const nodesGroup = 'aerospike-nodes';
export const clientsGroup = 'aerospike-clients';
const destinationsGroup = 'aerospike-destinations';

/** The lab's whole VPC. */
export const vpcCidr = '10.0.0.0/16';

/** A rule for TCP; its description is its Name tag, too. */
export function tcp(
  ports: readonly [from: number, to: number],
  peer: PeerPlan,
  description: string,
): RulePlan {
  return { protocol: 'tcp', ports, peer, description, tags: { Name: description } };
}

/** A rule for every protocol and port. */
export function anything(peer: PeerPlan, description: string): RulePlan {
  return { protocol: '-1', peer, description, tags: { Name: description } };
}

/** What nodes admit of each other in the usual layout. */
export const links = tcp([3001, 3002], { group: nodesGroup }, 'fabric and heartbeat');
export const service = tcp([3000, 3000], { group: nodesGroup }, 'service between nodes');

/** What nodes admit of clients in the usual layout: one rule, wider than any single port. */
export const fromClients = tcp([3000, 3003], { group: clientsGroup }, 'clients');

/** People's way in, which no fault may close. */
export const ssh = tcp([22, 22], { cidr4: vpcCidr }, 'ssh');

/** The nodes' group with these rules. */
export function nodesWith(ingress: readonly RulePlan[], setting: GroupSetting): GroupPlan {
  const description = `Aerospike nodes of ${setting.cluster}`;
  return groupOf(nodesGroup, { description, members: 'node', ingress }, setting);
}

/** A group with the opt-in tag on itself and its rules, and everything open outwards. */
export function groupOf(
  name: string,
  {
    description,
    members,
    ingress,
  }: {
    readonly description: string;
    readonly members: GroupPlan['members'];
    readonly ingress: readonly RulePlan[];
  },
  { cluster, dualStack }: GroupSetting,
): GroupPlan {
  const optIn = { 'aerofault:cluster': cluster };
  const rules = [...ingress, ...egressAll(dualStack)];
  return {
    name,
    description,
    members,
    tags: { Name: name, ...optIn },
    rules: rules.map((rule) => ({ ...rule, tags: { ...rule.tags, ...optIn } })),
  };
}

/** The clients' group: it admits nobody. */
export function clientGroup(setting: GroupSetting): GroupPlan {
  const description = `Clients of ${setting.cluster}`;
  return groupOf(clientsGroup, { description, members: 'client', ingress: [] }, setting);
}

/** The group of the nodes that the cluster ships to: it admits the cluster, and people. */
export function destinationGroup(setting: GroupSetting): GroupPlan {
  const description = `Nodes that ${setting.cluster} ships to`;
  const ingress = [tcp([3000, 3003], { group: nodesGroup }, 'shipping'), ssh];
  return groupOf(destinationsGroup, { description, members: 'xdr-destination', ingress }, setting);
}

/**
 * The groups of an ordinary Aerospike deployment, all of whose flows are tracked: nodes admit each
 * other's fabric, heartbeat and service, the clients' 3000–3003 by one rule that is wider than any
 * single port, and ssh from the VPC; both may send anything anywhere.
 */
export function defaultGroups(cluster: string, dualStack = false): GroupPlan[] {
  const setting = { cluster, dualStack };
  return [nodesWith([links, fromClients, service, ssh], setting), clientGroup(setting)];
}

function egressAll(dualStack: boolean): RulePlan[] {
  const all = { egress: true, protocol: '-1' };
  const v4: RulePlan = { ...all, peer: { cidr4: '0.0.0.0/0' }, description: 'anywhere' };
  const v6: RulePlan = { ...all, peer: { cidr6: '::/0' }, description: 'anywhere (IPv6)' };
  return dualStack ? [v4, v6] : [v4];
}
