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
import type { GroupPlan, PeerPlan, PrefixListPlan, RulePlan } from './group-plan.ts';
import { hostsOf, region, subnetsOf } from './hosts.ts';
import type { Host, Place, SubnetPlan } from './hosts.ts';
import { groupsOf, layouts } from './layouts.ts';
import type { Layout, LayoutName } from './layouts.ts';

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
  /** 0 to 6; left out: none. */
  readonly destinations?: number;
  /** How the groups are laid out; left out: `default`. */
  readonly layout?: LayoutName;
  /** Left out: as the layout has it. */
  readonly dualStack?: boolean;
  /** Left out: those of the layout. */
  readonly groups?: readonly GroupPlan[];
}

const ACCOUNT = '123456789012';
const VPC_ID = resourceId('vpc', 'lab');
const LAUNCHED_AT = '2026-11-01T09:00:00.000Z';

/**
 * Build the lab's inventory: one VPC that is not the default one, and the hosts of {@link hostsOf} in
 * its subnets, under the groups of a layout.
 *
 * Pure, and the same ids for the same plan: n1 is 10.0.1.11, n2 10.0.2.12, c1 10.0.1.101.
 */
export function buildWorld(plan: WorldPlan): World {
  const { cluster, nodes, clients, destinations = 0 } = plan;
  const layout: Layout = layouts[plan.layout ?? 'default'];
  const dualStack = plan.dualStack ?? layout.dualStack ?? false;
  const counts = { nodes, clients, destinations, bystanders: layout.bystanders ?? [] };
  const tiers = layout.tiers ?? false;
  const { machine, nodePlan } = layout;
  const hosts = hostsOf(counts, { cluster, dualStack, tiers, machine, nodePlan });
  const setting = { cluster, dualStack, hosts };
  const groups = plan.groups ?? groupsOf(plan.layout ?? 'default', setting);
  const prefixLists = layout.prefixLists?.(setting) ?? [];
  const tagged = layout.untaggedInterfaces !== true;
  return {
    hosts,
    inventory: inventoryOf(hosts, groups, {
      cluster,
      dualStack,
      tiers,
      nodePlan,
      prefixLists,
      tagged,
    }),
  };
}

interface Setting extends Place {
  readonly prefixLists: readonly PrefixListPlan[];
  /** Whether interfaces bear the opt-in tag. */
  readonly tagged: boolean;
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
    region,
    account: ACCOUNT,
    vpcs: [setting.dualStack ? { ...vpc, cidr6: '2001:db8::/56' } : vpc],
    subnets: subnetsOf(setting).map((subnet) => subnetOf(subnet, setting)),
    instances: hosts.map((host) => instanceOf(host, setting.cluster)),
    interfaces: hosts.flatMap((host, index) => {
      const carried = groups.filter(({ members }) => isMember(host, members));
      return interfacesOf(host, index, {
        groupIds: carried.map(({ name }) => groupId(name)),
        tags: optInTags(setting),
      });
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
    prefixLists: setting.prefixLists.map((list) => {
      return { id: prefixListId(list.name), family: 4 as const, ...list };
    }),
  };
}

/** IAM lets nobody touch an interface without it. */
function optInTags({ cluster, tagged }: Setting): Interface['tags'] {
  return tagged ? { 'aerofault:cluster': cluster } : {};
}

const prefixListId = (name: string): string => resourceId('pl', name);

function groupIdOf(cluster: string, name: string): string {
  return resourceId('sg', `${cluster} ${name}`);
}

function isMember(host: Host, members: GroupPlan['members']): boolean {
  return typeof members === 'string' ? members === host.role : members.includes(host.name);
}

function subnetIdOf(name: string): string {
  return resourceId('subnet', name);
}

function subnetOf({ name, zone, part }: SubnetPlan, { cluster, dualStack }: Setting): Subnet {
  const subnet = {
    id: subnetIdOf(name),
    vpcId: VPC_ID,
    zone,
    cidr: `10.0.${part}.0/24`,
    tags: { Name: name, 'aerofault:cluster': cluster },
  };
  return dualStack ? { ...subnet, cidr6: `2001:db8:0:${part}::/64` } : subnet;
}

function instanceOf(host: Host, cluster: string): Instance {
  return {
    id: host.instanceId,
    state: 'running',
    type: 'm7g.large',
    zone: host.zone,
    subnetId: subnetIdOf(host.subnet),
    vpcId: VPC_ID,
    launchedAt: LAUNCHED_AT,
    tags: {
      Name: host.name,
      'aerofault:cluster': cluster,
      ...(host.role === 'bystander' ? {} : { 'aerofault:role': host.role }),
    },
  };
}

/** The primary interface of a host, and the second one where it has that; both carry the same groups. */
function interfacesOf(
  host: Host,
  index: number,
  carried: Pick<Interface, 'groupIds' | 'tags'>,
): Interface[] {
  const primary = interfaceOf(host, index, carried);
  if (host.second === undefined) return [primary];
  const second = {
    ...primary,
    id: resourceId('eni', `${host.instanceId} second`),
    subnetId: subnetIdOf(host.subnet.replace(/^lab-(?:.+-)?/, 'lab-fabric-')),
    address: host.second,
    macAddress: primary.macAddress.replace(/^0a:00/, '0a:01'),
    deviceIndex: 1,
    description: `Second interface of ${host.name}`,
  };
  return [primary, second];
}

function interfaceOf(
  host: Host,
  index: number,
  { groupIds, tags }: Pick<Interface, 'groupIds' | 'tags'>,
): Interface {
  const one = {
    id: resourceId('eni', host.instanceId),
    instanceId: host.instanceId,
    subnetId: subnetIdOf(host.subnet),
    vpcId: VPC_ID,
    zone: host.zone,
    address: host.address,
    macAddress: `0a:00:00:00:00:${(index + 1).toString(16).padStart(2, '0')}`,
    groupIds,
    description: `Primary interface of ${host.name}`,
    tags,
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

function peerOf(peer: PeerPlan, idOf: RulePlace['idOf']): Peer {
  if ('group' in peer) return { kind: 'group', groupId: idOf(peer.group) };
  if ('cidr4' in peer) return { kind: 'cidr4', cidr: peer.cidr4 };
  if ('cidr6' in peer) return { kind: 'cidr6', cidr: peer.cidr6 };
  if ('prefixList' in peer) {
    return { kind: 'prefix-list', prefixListId: prefixListId(peer.prefixList) };
  }
  const { foreignGroup, ...elsewhere } = peer;
  return { kind: 'group', groupId: resourceId('sg', `foreign ${foreignGroup}`), ...elsewhere };
}
