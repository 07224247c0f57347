import { parseBlock } from '../address.ts';
import type { Cut } from '../cut.ts';
import type { AclEntry, Interface, Inventory, Rule } from '../inventory.ts';
import { Refusal } from '../refusal.ts';
import type { Step } from '../step.ts';
import { after } from './filters.ts';
import type { Filters } from './filters.ts';
import { Comparison } from './reachability/comparison.ts';
import type { Unwanted } from './reachability/comparison.ts';
import { differenceAmongKnown } from './reachability/known-pairs.ts';
import { inCidr, isPeer } from './reachability/peers.ts';
import { differenceToStrangers } from './reachability/strangers.ts';
import { pointOf, rangeOfEntry, rangeOfRule } from './reachability/traffic.ts';
import type { Protocol, Range } from './reachability/traffic.ts';
import { guessed } from './reachability/unread-lists.ts';
import { inexact } from './reachability/wording.ts';

/**
 * A packet on its way to an interface of the inventory. `port` is that of tcp and udp, type × 256 + code
 * of ICMP, the protocol's number of the others. `toAddress` is the receiver's first of the family, if
 * absent.
 */
export interface Flow {
  readonly from: { readonly interface?: Interface | undefined; readonly address: string };
  readonly to: Interface;
  readonly toAddress?: string | undefined;
  readonly protocol: Protocol;
  readonly port: number;
}

/** Packets that pass and should not, or should and do not; `ports` as in {@link Flow}, both included. */
export interface Difference {
  /** An interface id or, for somebody who is not in the inventory, a CIDR or a group id. */
  readonly from: string;
  readonly to: string;
  readonly protocol: Protocol;
  readonly ports: readonly [number, number];
  readonly wanted: 'open' | 'closed';
}

/**
 * Whether a flow passes: out by the groups of the sender's interface, where it is in the inventory, in by
 * the groups of the receiver's, and through the ACLs of both subnets where they are two. This is the
 * definition; {@link firstDifference} answers for all flows at once what this does for one.
 *
 * A sender whose groups the filters do not all know is taken to let everything out.
 */
export function admits(filters: Filters, flow: Flow): boolean {
  const to = heldNow(filters, flow.to);
  const address =
    flow.toAddress ?? to.addresses.find((one) => familyOf(one) === familyOf(flow.from.address));
  if (address === undefined || familyOf(address) !== familyOf(flow.from.address)) return false;
  if (!exists(flow)) return false;
  const sender = flow.from.interface && heldNow(filters, flow.from.interface);
  return (
    (sender === undefined || letsOut(filters, flow, { sender, to, address })) &&
    admittingRules(filters, flow).length > 0 &&
    passesEdges(filters, flow, { sender, to, address })
  );
}

/** The ingress rules of the receiver's groups that admit a flow, whatever else stands in its way. */
export function admittingRules(filters: Filters, flow: Flow): Rule[] {
  const peerGroups = flow.from.interface ? heldNow(filters, flow.from.interface).groupIds : [];
  return rulesOf(filters, { one: heldNow(filters, flow.to), direction: 'ingress' }).filter(
    ({ spec }) =>
      reaches(rangeOfRule(spec), flow) &&
      isPeer(filters, spec.peer, { address: flow.from.address, groupIds: peerGroups }),
  );
}

/**
 * The first packets that pass otherwise than they should: as before, and not in the cuts.
 *
 * Complete: undefined means that there are none, among the interfaces of the inventory and between them
 * and anybody else, on every protocol and port. Two things are left out: tcp and udp port 0, where parked
 * rules wait and nothing listens; and other protocols than tcp, udp and ICMP between pairs that are cut,
 * which may stop with them. Whom a prefix list names that could not be read is not known; nobody,
 * everybody, and everybody in one of them are tried.
 */
export function firstDifference(
  before: Filters,
  now: Filters,
  cuts: readonly Cut[],
): Difference | undefined {
  const found = firstUnwanted(before, now, cuts);
  if (found === undefined) return undefined;
  const { from, to, protocol, ports, wanted } = found;
  return { from: from.name, to: to.name, protocol, ports, wanted };
}

/**
 * Proves that the steps stop the cuts and nothing else: once all are applied and, where an ACL pulse is
 * among them, while it lasts.
 *
 * @throws Refusal that names the first flow left open, harmed or opened, and whose rule it is.
 */
export function refuseInexact(
  inventory: Inventory,
  steps: readonly Step[],
  cuts: readonly Cut[],
): void {
  const pulse = steps.find(({ kind }) => kind === 'end-pulse');
  const lasting = steps.filter(({ phase }) => pulse !== undefined && phase < pulse.phase);
  for (const applied of pulse === undefined ? [steps] : [steps, lasting]) {
    const now = after(inventory, applied);
    const found = firstUnwanted(inventory, now, cuts);
    if (found === undefined) continue;
    const flow = flowOf(found);
    const rule = flow && admittingRules(now, flow).at(0);
    throw new Refusal(inexact(found, { inventory, cuts, rule, pulse: applied === lasting }));
  }
}

function firstUnwanted(before: Filters, now: Filters, cuts: readonly Cut[]): Unwanted | undefined {
  for (const filters of guessed(before, now)) {
    const comparison = new Comparison(filters, cuts);
    const found = differenceAmongKnown(comparison) ?? differenceToStrangers(comparison);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** One packet of those found, where it goes to an interface from an address. */
function flowOf({ from, to, protocol, ports: [port] }: Unwanted): Flow | undefined {
  const address = from.member?.address ?? from.name.split('/')[0];
  if (to.member === undefined || address === undefined || parseBlock(address) === undefined) {
    return undefined;
  }
  const sender = { interface: from.member?.interface, address };
  return { from: sender, to: to.member.interface, toAddress: to.member.address, protocol, port };
}

/** A packet of this protocol can go between addresses of this family. */
const exists = ({ protocol, from: { address } }: Flow): boolean =>
  protocol !== (familyOf(address) === 4 ? 'icmpv6' : 'icmp');

const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);

function letsOut(filters: Filters, flow: Flow, { sender, to, address }: Way): boolean {
  if (sender === undefined) return true;
  const known = new Set(filters.groups.map(({ id }) => id));
  if (sender.groupIds.some((id) => !known.has(id))) return true;
  return rulesOf(filters, { one: sender, direction: 'egress' }).some(
    ({ spec }) =>
      reaches(rangeOfRule(spec), flow) &&
      isPeer(filters, spec.peer, { address, groupIds: to.groupIds }),
  );
}

interface Way {
  readonly sender: Interface | undefined;
  readonly to: Interface;
  readonly address: string;
}

/** ACLs are asked at the edges of subnets only; within a subnet nothing passes them. */
function passesEdges(filters: Filters, flow: Flow, way: Way): boolean {
  return aclBarrier(filters, flow, way) === undefined;
}

function aclBarrier(filters: Filters, flow: Flow, { sender, to, address }: Way) {
  if (sender?.subnetId === to.subnetId) return undefined;
  const into = deniedBy(filters, flow, {
    at: to,
    direction: 'ingress',
    other: flow.from.address,
  });
  if (sender === undefined || into !== undefined) return into;
  return deniedBy(filters, flow, { at: sender, direction: 'egress', other: address });
}

function deniedBy(
  { networkAcls }: Filters,
  flow: Flow,
  edge: { at: Interface; direction: AclEntry['direction']; other: string },
): AclBarrier | undefined {
  const acl = networkAcls.find(({ subnetIds }) => subnetIds.includes(edge.at.subnetId));
  if (acl === undefined) return undefined;
  const [first] = acl.entries
    .filter(
      (entry) =>
        entry.direction === edge.direction &&
        inCidr(entry.cidr, edge.other) &&
        reaches(rangeOfEntry(entry), flow),
    )
    .toSorted((left, right) => left.number - right.number);
  if (first?.action === 'allow') return undefined;
  return { kind: 'acl', aclId: acl.id, direction: edge.direction, entry: first };
}

/** The ACL that denies a flow: by this entry, or since none allows it. */
export interface AclBarrier {
  readonly kind: 'acl';
  readonly aclId: string;
  readonly direction: AclEntry['direction'];
  readonly entry: AclEntry | undefined;
}

/**
 * What a flow that {@link admits} does not let pass meets first: the sender's groups, the receiver's, or an
 * ACL. Undefined for one that passes, and for one that cannot be: no address of the family.
 */
export function barrierOf(
  filters: Filters,
  flow: Flow,
): { readonly kind: 'egress' | 'ingress' } | AclBarrier | undefined {
  const to = heldNow(filters, flow.to);
  const sender = flow.from.interface && heldNow(filters, flow.from.interface);
  const address = flow.toAddress ?? to.addresses[0];
  if (address === undefined) return undefined;
  if (!letsOut(filters, flow, { sender, to, address })) return { kind: 'egress' };
  if (admittingRules(filters, flow).length === 0) return { kind: 'ingress' };
  return aclBarrier(filters, flow, { sender, to, address });
}

/** The interface with the groups that it holds in these filters. */
const heldNow = ({ interfaces }: Filters, one: Interface): Interface =>
  interfaces.find(({ id }) => id === one.id) ?? one;

function rulesOf(
  { groups }: Filters,
  { one, direction }: { one: Interface; direction: Rule['direction'] },
): Rule[] {
  return groups
    .filter(({ id }) => one.groupIds.includes(id))
    .flatMap(({ rules }) => rules.filter((rule) => rule.direction === direction));
}

function reaches([start, end]: Range, { protocol, port }: Flow): boolean {
  const point = pointOf(protocol, port);
  return start <= point && point < end;
}
