import { resourceId } from '../cloud/ec2/state.ts';
import type { Role } from './group-plan.ts';
import type { MachinePlan, NodePlan } from './machine-plan.ts';

/** One instance of the lab by the name its people use, with what the network needs to build it. */
export interface Host {
  readonly name: string;
  readonly role: Role;
  readonly instanceId: string;
  readonly zone: string;
  readonly subnet: string;
  readonly address: string;
  readonly address6?: string;
  /** Its address on a second interface, eth1. */
  readonly second?: string;
  /** Left out: the usual machine. */
  readonly machine?: MachinePlan;
}

/** A subnet of the lab; `part` is the third part of its addresses. */
export interface SubnetPlan {
  readonly name: string;
  readonly zone: string;
  readonly part: number;
}

/** How many hosts of each role; bystanders have names instead. */
export interface HostCounts {
  readonly nodes: number;
  readonly clients: number;
  readonly destinations: number;
  readonly bystanders: readonly string[];
}

/** Where hosts live, and how they are addressed. */
export interface Place {
  readonly cluster: string;
  readonly dualStack: boolean;
  /** Whether each role has subnets of its own; else all share three. */
  readonly tiers: boolean;
  /** Left out: the usual ones. */
  readonly machine?: MachinePlan | undefined;
  readonly nodePlan?: NodePlan | undefined;
}

/** The lab's region. */
export const region = 'eu-west-1';
const zoneLetters = ['a', 'b', 'c'] as const;

/** Where the third part of an address begins for a role that has subnets of its own. */
const tierOf: Record<Role, number> = { node: 1, client: 11, 'xdr-destination': 21, bystander: 31 };

/** Where it begins for second interfaces. */
const secondTier = 41;

/** The lab's subnets: one in each zone, or one for each role in each zone; and those of second interfaces. */
export function subnetsOf({ tiers, nodePlan }: Pick<Place, 'tiers' | 'nodePlan'>): SubnetPlan[] {
  const roles: readonly Role[] = tiers
    ? ['node', 'client', 'xdr-destination', 'bystander']
    : ['node'];
  const seconds = nodePlan?.twoLinks === true ? zoneLetters.map(secondSubnetOf) : [];
  return [
    ...roles.flatMap((role) =>
      zoneLetters.map((letter, index) => subnetOf(role, index, { tiers, letter })),
    ),
    ...seconds,
  ];
}

/** The subnet of second interfaces in a zone. */
function secondSubnetOf(letter: string, index: number): SubnetPlan {
  return { name: `lab-fabric-${letter}`, zone: `${region}${letter}`, part: secondTier + index };
}

function subnetOf(
  role: Role,
  index: number,
  { tiers, letter }: { readonly tiers: boolean; readonly letter: string | undefined },
): SubnetPlan {
  const zone = `${region}${letter}`;
  const name = tiers ? `lab-${role}-${letter}` : `lab-${letter}`;
  return { name, zone, part: (tiers ? tierOf[role] : tierOf.node) + index };
}

/** How many hosts of each role the addresses of a subnet can hold. */
const bounds = {
  nodes: { least: 1, most: 89 },
  clients: { least: 0, most: 150 },
  destinations: { least: 0, most: 6 },
} as const;

/** Where the last part of an address begins; the first four of a subnet are AWS's own. */
const firstOf: Record<Role, number> = {
  'xdr-destination': 4,
  node: 11,
  client: 101,
  bystander: 251,
};

/**
 * The hosts of a lab, each role spread over the zones in turn: nodes n1…, clients c1…, XDR destinations
 * d1… and bystanders. The third part of an address is the subnet's and the last one the host's.
 *
 * @throws RangeError for more hosts of a role than the addresses hold.
 */
export function hostsOf(counts: HostCounts, place: Place): Host[] {
  for (const what of ['nodes', 'clients', 'destinations'] as const) refuseBadCount(what, counts);
  const names: readonly (readonly [Role, readonly string[]])[] = [
    ['node', numbered('n', counts.nodes)],
    ['client', numbered('c', counts.clients)],
    ['xdr-destination', numbered('d', counts.destinations)],
    ['bystander', counts.bystanders],
  ];
  return names.flatMap(([role, own]) =>
    own.map((name, index) => hostOf({ name, role, index }, place)),
  );
}

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
}

function refuseBadCount(what: keyof typeof bounds, counts: HostCounts): void {
  const { least, most } = bounds[what];
  const count = counts[what];
  if (Number.isInteger(count) && count >= least && count <= most) return;
  throw new RangeError(
    `Cannot build the lab as ${what} must be a whole number from ${least} to ${most}: found ${count}`,
  );
}

function hostOf(
  { name, role, index }: { readonly name: string; readonly role: Role; readonly index: number },
  { cluster, dualStack, tiers, machine, nodePlan }: Place,
): Host {
  const inZone = index % zoneLetters.length;
  const subnet = subnetOf(role, inZone, { tiers, letter: zoneLetters[inZone] });
  const last = firstOf[role] + index;
  const host = {
    name,
    role,
    instanceId: resourceId('i', `${cluster} ${name}`),
    zone: subnet.zone,
    subnet: subnet.name,
    address: `10.0.${subnet.part}.${last}`,
    ...(machine === undefined ? {} : { machine }),
    ...(role === 'node' && nodePlan?.twoLinks === true
      ? { second: `10.0.${secondTier + inZone}.${last}` }
      : {}),
  };
  return dualStack ? { ...host, address6: `2001:db8:0:${subnet.part}::${last}` } : host;
}
