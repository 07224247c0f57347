import type { GroupPlan, PrefixListPlan, RulePlan } from './group-plan.ts';
import type { Host } from './hosts.ts';
import { iptablesPrograms, nftPrograms } from './machine-plan.ts';
import type { MachinePlan, NodePlan } from './machine-plan.ts';
import * as plain from './plain-groups.ts';
import { anything, groupOf, nodesWith, tcp } from './plain-groups.ts';

/** Whom a layout is for: every host of the lab, bystanders too. */
export interface LayoutSetting extends plain.GroupSetting {
  readonly hosts: readonly Host[];
}

/** A way in which people lay out a cluster's security groups and machines. */
export interface Layout {
  /** What is special about it, for `--help`. */
  readonly says: string;
  readonly dualStack?: true;
  /** Names of further instances that share groups with the nodes. */
  readonly bystanders?: readonly string[];
  /** Nodes, clients, destinations and bystanders have subnets of their own. */
  readonly tiers?: true;
  /** The interfaces lack the opt-in tag. */
  readonly untaggedInterfaces?: true;
  /** What the machines and the nodes are like; left out: the usual ones. */
  readonly machine?: MachinePlan;
  readonly nodePlan?: NodePlan;
  readonly prefixLists?: (setting: LayoutSetting) => readonly PrefixListPlan[];
  /** The nodes' groups; those of clients and destinations are the usual ones. */
  readonly nodeGroups: (setting: LayoutSetting) => readonly GroupPlan[];
}

/** A layout whose nodes all carry one group with these ingress rules, and ssh. */
function oneGroup(
  says: string,
  ingress: (setting: LayoutSetting) => readonly RulePlan[],
  rest: Omit<Layout, 'says' | 'nodeGroups'> = {},
): Layout {
  const nodeGroups = (setting: LayoutSetting) => [
    nodesWith([...ingress(setting), plain.ssh], setting),
  ];
  return { says, nodeGroups, ...rest };
}

const { nodesGroup, clientsGroup, vpcCidr, links, service, fromClients } = plain;
const itself = { group: nodesGroup };
const clients = { group: clientsGroup };
const usual = [links, fromClients, service];
const tlsRules = [
  tcp([3011, 3012], { group: nodesGroup }, 'fabric and heartbeat, TLS'),
  tcp([4333, 4333], { group: nodesGroup }, 'service between nodes, TLS'),
  tcp([4333, 4333], { group: clientsGroup }, 'clients, TLS'),
];
const inPort = (port: number): readonly [number, number] => [port, port];

/** The lab's layouts by name: those that a cut can be taken out of, then those that are refused. */
export const layouts = {
  default: oneGroup('group references, one rule wider than any single port', () => usual),
  exact: oneGroup('every port a rule of its own, clients by address', ({ hosts }) => [
    ...addressesOf(hosts).map((cidr4) => tcp(inPort(3000), { cidr4 }, `service for ${cidr4}`)),
    tcp(inPort(3000), itself, 'service between nodes'),
    tcp(inPort(3001), itself, 'fabric'),
    tcp(inPort(3002), itself, 'heartbeat'),
  ]),
  wide: oneGroup('tcp 0-65535 and the whole VPC', () => [
    tcp([0, 65_535], itself, 'all TCP between nodes'),
    tcp([3000, 3003], { cidr4: vpcCidr }, 'Aerospike for the whole VPC'),
  ]),
  'all-protocols': oneGroup('protocol -1 among nodes and from clients', () => [
    anything(itself, 'everything between nodes'),
    anything(clients, 'everything from clients'),
  ]),
  world: oneGroup('service open to the world both ways, so untracked', () => [
    tcp([3000, 3003], { cidr4: '0.0.0.0/0' }, 'anyone'),
    links,
  ]),
  shared: oneGroup('one self-referencing rule for service, fabric and heartbeat', () => [
    tcp([3000, 3002], itself, 'Aerospike between nodes'),
    fromClients,
  ]),
  bystander: {
    says: 'as shared, and a further instance holds the group, too',
    bystanders: ['monitor'],
    nodeGroups: (setting) => [sharedWithBystanders(setting)],
  },
  'two-groups': {
    says: 'a second group on the nodes admits the same ports, by subnet',
    nodeGroups: (setting) => [nodesWith([...usual, plain.ssh], setting), legacyGroup(setting)],
  },
  'dual-stack': oneGroup(
    'IPv6 beside IPv4; clients by address in both families',
    ({ hosts }) => [
      links,
      service,
      ...addressesOf(hosts).map((cidr4) => tcp([3000, 3003], { cidr4 }, `client ${cidr4}`)),
      ...addressesOf6(hosts).map((cidr6) => tcp([3000, 3003], { cidr6 }, `client ${cidr6}`)),
    ],
    { dualStack: true },
  ),
  tiers: oneGroup('nodes, clients and destinations in subnets of their own', () => usual, {
    tiers: true,
  }),
  'prefix-list': oneGroup(
    'clients by a prefix list',
    () => [links, service, tcp([3000, 3003], { prefixList: 'applications' }, 'applications')],
    {
      prefixLists: ({ hosts }) => [
        {
          name: 'applications',
          maxEntries: 10,
          cidrs: [...addressesOf(hosts), '10.0.64.0/24', '10.0.65.0/24'],
        },
      ],
    },
  ),
  unregistered: {
    says: "the nodes' group lacks the opt-in tag",
    nodeGroups: (setting) => [
      { ...nodesWith([...usual, plain.ssh], setting), tags: { Name: nodesGroup } },
    ],
  },
  'untagged-interfaces': oneGroup(
    'the interfaces lack the opt-in tag',
    () => [tcp([3000, 3002], itself, 'Aerospike between nodes'), fromClients],
    { untaggedInterfaces: true },
  ),
  stale: oneGroup('a rule whose peer, in a peered VPC, is gone', () => [
    ...usual,
    tcp(
      [3000, 3003],
      { foreignGroup: 'deleted', vpcId: 'vpc-0badc0ffee0ddf00d' },
      'applications of the old VPC',
    ),
  ]),
  'cross-account': oneGroup("a rule whose peer is another account's group", () => [
    ...usual,
    tcp(
      [3000, 3003],
      { foreignGroup: 'partner', userId: '210987654321' },
      'applications of another account',
    ),
  ]),
  full: {
    says: 'five groups on each node, and sixty rules in each, so that nothing can be added',
    prefixLists: () => [scrapers],
    nodeGroups: fullGroups,
  },
  'two-fabric': oneGroup('two interfaces a node, fabric over both', () => usual, {
    nodePlan: { twoLinks: true },
  }),
  everything: oneGroup(
    'a network, racks and interfaces on which most faults can be had',
    () => usual,
    { tiers: true, nodePlan: { twoLinks: true, racks: true } },
  ),
  'no-iptables': oneGroup('machines without iptables: nft is all they have', () => usual, {
    machine: { hides: iptablesPrograms, firewall: 'nft' },
  }),
  'no-filters': oneGroup('machines with neither iptables nor nft: routes are left', () => usual, {
    machine: { hides: [...iptablesPrograms, ...nftPrograms], firewall: 'none' },
  }),
  container: oneGroup(
    'every node in a container behind a bridge, its ports published',
    () => usual,
    {
      nodePlan: { container: true },
    },
  ),
  'own-rules': oneGroup('a hundred rules of its own on every machine', () => usual, {
    machine: { firewall: 'long' },
  }),
  tls: oneGroup('TLS twins of service, fabric and heartbeat', () => [...usual, ...tlsRules], {
    nodePlan: { tls: true },
  }),
  racks: oneGroup('every zone a rack', () => usual, { nodePlan: { racks: true } }),
  strong: oneGroup('a namespace with strong consistency', () => usual, {
    nodePlan: { strong: true },
  }),
  'old-server': oneGroup('server 4.9', () => usual, { nodePlan: { build: '4.9.0.36' } }),
} satisfies Record<string, Layout>;

/** The name of a layout. */
export type LayoutName = keyof typeof layouts;

/** All their names. */
export const layoutNames = Object.keys(layouts).filter(isLayoutName);

/** Whether a text names a layout. */
export function isLayoutName(text: string): text is LayoutName {
  return Object.hasOwn(layouts, text);
}

/** The groups of a layout: the nodes', then the clients' and the destinations'. */
export function groupsOf(name: LayoutName, setting: LayoutSetting): GroupPlan[] {
  const layout: Layout = layouts[name];
  const ships = setting.hosts.some(({ role }) => role === 'xdr-destination');
  return [
    ...layout.nodeGroups(setting),
    plain.clientGroup(setting),
    ...(ships ? [plain.destinationGroup(setting)] : []),
  ];
}

function sharedWithBystanders(setting: LayoutSetting): GroupPlan {
  const holders = setting.hosts.filter(({ role }) => role === 'node' || role === 'bystander');
  const ingress = [tcp([3000, 3002], itself, 'Aerospike between nodes'), fromClients, plain.ssh];
  return { ...nodesWith(ingress, setting), members: holders.map(({ name }) => name) };
}

function legacyGroup(setting: LayoutSetting): GroupPlan {
  const subnets = ['10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24'];
  const ingress = subnets.map((cidr4) => tcp([3000, 3002], { cidr4 }, `Aerospike for ${cidr4}`));
  const description = 'From before the groups had references';
  return groupOf('aerospike-legacy', { description, members: 'node', ingress }, setting);
}

/** The default quotas: rules of a direction in a group, and groups on an interface (Amazon VPC quotas). */
const rulesMax = 60;
const groupsMax = 5;
const scrapers: PrefixListPlan = {
  name: 'scrapers',
  maxEntries: rulesMax,
  cidrs: ['10.0.66.0/24'],
};

/** The nodes' own group has sixty rules; the others have one by a prefix list that counts as sixty. */
function fullGroups(setting: LayoutSetting): GroupPlan[] {
  const own = [tcp([2000, 4000], clients, 'clients'), links, service, plain.ssh];
  const metrics = Array.from({ length: rulesMax - own.length }, (_, index) =>
    tcp(inPort(9100), { cidr4: `10.0.66.${index}/32` }, `metrics ${index}`),
  );
  const ingress = [tcp(inPort(9100), { prefixList: scrapers.name }, 'metrics')];
  const names = Array.from({ length: groupsMax - 1 }, (_, index) => `team-${index + 1}`);
  const teams = names.map((name) =>
    groupOf(name, { description: 'A team of its own', members: 'node', ingress }, setting),
  );
  return [nodesWith([...own, ...metrics], setting), ...teams];
}

function addressesOf(hosts: readonly Host[]): string[] {
  return hosts.filter(({ role }) => role === 'client').map(({ address }) => `${address}/32`);
}

function addressesOf6(hosts: readonly Host[]): string[] {
  return hosts
    .filter(({ role }) => role === 'client')
    .flatMap(({ address6 }) => (address6 === undefined ? [] : [`${address6}/128`]));
}
