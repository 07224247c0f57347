import type {
  Ec2Snapshot,
  Group,
  Instance,
  Interface,
  Peer,
  Rule,
  Subnet,
} from '../cloud/ec2/model.ts';
import { resourceId } from '../cloud/ec2/state.ts';
import { defaultGroups } from './group-plan.ts';
import type { GroupPlan, Role, RulePlan } from './group-plan.ts';

/** One instance of the lab by the name its people use, with what the network needs to build it. */
export interface Host {
  readonly name: string;
  readonly role: Role;
  readonly instanceId: string;
  readonly zone: string;
  readonly address: string;
  readonly address6?: string;
}

/** The lab's instances, and the EC2 inventory that describes them. */
export interface World {
  readonly hosts: readonly Host[];
  readonly inventory: Ec2Snapshot;
}

/** How many instances to build, and under which groups. */
export interface WorldPlan {
  readonly cluster: string;
  /** 1 to 89. */
  readonly nodes: number;
  /** 0 to 150. */
  readonly clients: number;
  readonly dualStack?: boolean;
  /** Left out: {@link defaultGroups}. */
  readonly groups?: readonly GroupPlan[];
}

const REGION = 'eu-west-1';
const ACCOUNT = '123456789012';
const VPC_ID = resourceId('vpc', 'lab');
const ZONES = ['a', 'b', 'c'] as const;
const LAUNCHED_AT = '2026-11-01T09:00:00.000Z';

/**
 * Build the lab's inventory: one VPC that is not the default one, a subnet in each of three zones,
 * nodes n1… and clients c1… spread over the zones in turn.
 *
 * Pure, and the same ids for the same plan. As a subnet lies in one zone, the third part of an
 * address is the zone's number and the last one the host's: n1 is 10.0.1.11, n2 10.0.2.12, c1
 * 10.0.1.101.
 */
export function buildWorld(plan: WorldPlan): World {
  const { cluster, nodes, clients, dualStack = false } = plan;
  refuseBadCount('nodes', nodes, { least: 1, most: 89 });
  refuseBadCount('clients', clients, { least: 0, most: 150 });
  const hosts = [
    ...hostsOf('node', { count: nodes, cluster, dualStack }),
    ...hostsOf('client', { count: clients, cluster, dualStack }),
  ];
  const groups = plan.groups ?? defaultGroups(cluster, dualStack);
  return { hosts, inventory: inventoryOf(hosts, groups, { cluster, dualStack }) };
}

function refuseBadCount(
  what: string,
  count: number,
  bounds: { least: number; most: number },
): void {
  const { least, most } = bounds;
  if (Number.isInteger(count) && count >= least && count <= most) return;
  throw new RangeError(
    `Cannot build the lab as ${what} must be a whole number from ${least} to ${most}: found ${count}`,
  );
}

interface HostsPlan {
  readonly count: number;
  readonly cluster: string;
  readonly dualStack: boolean;
}

function hostsOf(role: Role, { count, cluster, dualStack }: HostsPlan): Host[] {
  return Array.from({ length: count }, (_, index): Host => {
    const zone = index % ZONES.length;
    const last = index + (role === 'node' ? 11 : 101);
    const name = `${role === 'node' ? 'n' : 'c'}${index + 1}`;
    const host = {
      name,
      role,
      instanceId: resourceId('i', `${cluster} ${name}`),
      zone: `${REGION}${ZONES[zone]}`,
      address: `10.0.${zone + 1}.${last}`,
    };
    return dualStack ? { ...host, address6: `2001:db8:0:${zone + 1}::${last}` } : host;
  });
}

interface Setting {
  readonly cluster: string;
  readonly dualStack: boolean;
}

function inventoryOf(
  hosts: readonly Host[],
  groups: readonly GroupPlan[],
  setting: Setting,
): Ec2Snapshot {
  const cidr = '10.0.0.0/16';
  const vpc = { id: VPC_ID, cidr, isDefault: false };
  const groupId = (name: string) => groupIdOf(setting.cluster, name);
  return {
    region: REGION,
    account: ACCOUNT,
    vpcs: [setting.dualStack ? { ...vpc, cidr6: '2001:db8::/56' } : vpc],
    subnets: ZONES.map((zone, index) => subnetOf(zone, index, setting.dualStack)),
    instances: hosts.map((host) => instanceOf(host, setting.cluster)),
    interfaces: hosts.map((host, index) => {
      const carried = groups.filter(({ members }) => isMember(host, members));
      return interfaceOf(
        host,
        index,
        carried.map(({ name }) => groupId(name)),
      );
    }),
    groups: groups.map(({ name, description, tags }): Group => {
      return { id: groupId(name), name, description, vpcId: VPC_ID, tags };
    }),
    rules: groups.flatMap((group) =>
      group.rules.map((rule, index) =>
        ruleOf(rule, `${group.name} ${index}`, {
          groupId: groupId(group.name),
          idOf: groupId,
        }),
      ),
    ),
    prefixLists: [],
  };
}

function groupIdOf(cluster: string, name: string): string {
  return resourceId('sg', `${cluster} ${name}`);
}

function isMember(host: Host, members: GroupPlan['members']): boolean {
  return typeof members === 'string' ? members === host.role : members.includes(host.name);
}

function subnetIdOf(zone: string): string {
  return resourceId('subnet', zone);
}

function subnetOf(letter: string, index: number, dualStack: boolean): Subnet {
  const zone = `${REGION}${letter}`;
  const subnet = {
    id: subnetIdOf(zone),
    vpcId: VPC_ID,
    zone,
    cidr: `10.0.${index + 1}.0/24`,
    tags: { Name: `lab-${letter}` },
  };
  return dualStack ? { ...subnet, cidr6: `2001:db8:0:${index + 1}::/64` } : subnet;
}

function instanceOf(host: Host, cluster: string): Instance {
  return {
    id: host.instanceId,
    state: 'running',
    type: 'm7g.large',
    zone: host.zone,
    subnetId: subnetIdOf(host.zone),
    vpcId: VPC_ID,
    launchedAt: LAUNCHED_AT,
    tags: { Name: host.name, 'aerofault:cluster': cluster, 'aerofault:role': host.role },
  };
}

function interfaceOf(host: Host, index: number, groupIds: readonly string[]): Interface {
  const one = {
    id: resourceId('eni', host.instanceId),
    instanceId: host.instanceId,
    subnetId: subnetIdOf(host.zone),
    vpcId: VPC_ID,
    zone: host.zone,
    address: host.address,
    macAddress: `0a:00:00:00:00:${(index + 1).toString(16).padStart(2, '0')}`,
    groupIds,
    description: `Primary interface of ${host.name}`,
    tags: {},
  };
  return host.address6 === undefined ? one : { ...one, address6: host.address6 };
}

interface RulePlace {
  readonly groupId: string;
  readonly idOf: (groupName: string) => string;
}

function ruleOf(plan: RulePlan, seed: string, { groupId, idOf }: RulePlace): Rule {
  const [fromPort, toPort] = plan.ports ?? [-1, -1];
  const rule = {
    id: resourceId('sgr', `${groupId} ${seed}`),
    groupId,
    egress: plan.egress ?? false,
    protocol: plan.protocol,
    fromPort,
    toPort,
    peer: peerOf(plan.peer, idOf),
    tags: plan.tags ?? {},
  };
  return plan.description === undefined ? rule : { ...rule, description: plan.description };
}

function peerOf(peer: RulePlan['peer'], idOf: RulePlace['idOf']): Peer {
  if ('group' in peer) return { kind: 'group', groupId: idOf(peer.group) };
  if ('cidr4' in peer) return { kind: 'cidr4', cidr: peer.cidr4 };
  return { kind: 'cidr6', cidr: peer.cidr6 };
}
