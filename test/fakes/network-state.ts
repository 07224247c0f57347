import { contains, parseBlock } from '../../core/address.ts';
import type { AclEntry, Interface, NetworkAcl, Rule, SecurityGroup } from '../../core/inventory.ts';

/** Everything EC2 knows at one instant. */
export interface NetworkState {
  readonly groups: readonly SecurityGroup[];
  readonly interfaces: readonly Interface[];
  readonly acls: readonly NetworkAcl[];
  /** Subnet → the id of its association, which changes with each. */
  readonly associations: Readonly<Record<string, string>>;
}

/** Every mark that stands: place → run. Rules, groups, ACLs, and what holds a group or an ACL of a run. */
export function marksIn({ groups, interfaces, acls }: NetworkState): Map<string, string> {
  const rules = groups.flatMap((group) => group.rules);
  const runOf = new Map([...groups, ...acls].map(({ id, tags }) => [id, tags[runTag]]));
  const marks: [string, string | undefined][] = [
    ...rules.map((rule): [string, string | undefined] => [rule.id, markOn(rule)]),
    ...runOf,
    ...interfaces.map(({ id, groupIds }): [string, string | undefined] => [
      id,
      groupIds.map((groupId) => runOf.get(groupId)).find((run) => run !== undefined),
    ]),
    ...acls.flatMap(({ subnetIds, tags }) =>
      subnetIds.map((id): [string, string | undefined] => [id, tags[runTag]]),
    ),
  ];
  return new Map(
    marks.flatMap(([where, run]) => (run === undefined ? [] : [[where, run] as const])),
  );
}

/** Told apart from `core` on purpose. */
const runTag = 'aerofault:run';

/** The run whose mark a rule bears, told apart from `core` on purpose. */
export function markOn(rule: Rule | undefined): string | undefined {
  return rule?.tags[runTag] ?? /^aerofault:(.+)$/.exec(rule?.spec.description ?? '')?.[1];
}

/** Within a group, where EC2 allows only one rule: protocol, ports and peer; not the description. */
export function placeOf({ direction, spec }: Pick<Rule, 'direction' | 'spec'>): string {
  const { protocol, fromPort, toPort, peer } = spec;
  return JSON.stringify([direction, protocol, fromPort, toPort, peer]);
}

/** A new TCP connection between two interfaces. */
export interface Dial {
  readonly from: Interface;
  readonly to: Interface;
  readonly port: number;
}

/** Whether groups of both ends let a new connection through; replies are tracked. */
export function groupsAdmit(state: NetworkState, { from, to, port }: Dial): boolean {
  const admit = (at: Interface, direction: Rule['direction'], other: Interface): boolean =>
    state.groups
      .filter(({ id }) => at.groupIds.includes(id))
      .flatMap(({ rules }) => rules)
      .some((rule) => rule.direction === direction && allows(rule, port, other));
  return admit(from, 'egress', to) && admit(to, 'ingress', from);
}

function allows({ spec }: Rule, port: number, other: Interface): boolean {
  const { protocol, fromPort = 0, toPort = 65_535, peer } = spec;
  if (protocol !== '-1' && (protocol !== 'tcp' || port < fromPort || port > toPort)) return false;
  if ('cidr' in peer) return other.addresses.some((address) => isIn(peer.cidr, address));
  return peer.kind === 'group' && other.groupIds.includes(peer.groupId);
}

/** A port that replies go to: any above those of the listeners. */
const replyPort = 40_000;

/** Whether network ACLs let packets of a connection through, in both directions: they track nothing. */
export function aclsAdmit(state: NetworkState, { from, to, port }: Dial): boolean {
  if (from.subnetId === to.subnetId) return true;
  const pass = (at: Interface, direction: Rule['direction'], other: Interface, on: number) =>
    entriesAt(state, at.subnetId, direction).find((entry) => matches(entry, other, on))?.action ===
    'allow';
  return (
    pass(from, 'egress', to, port) &&
    pass(to, 'ingress', from, port) &&
    pass(to, 'egress', from, replyPort) &&
    pass(from, 'ingress', to, replyPort)
  );
}

function entriesAt(
  { acls }: NetworkState,
  subnetId: string,
  direction: Rule['direction'],
): AclEntry[] {
  const entries = acls.find(({ subnetIds }) => subnetIds.includes(subnetId))?.entries ?? [];
  return entries
    .filter((entry) => entry.direction === direction)
    .toSorted((left, right) => left.number - right.number);
}

function matches(entry: AclEntry, other: Interface, port: number): boolean {
  const { protocol, fromPort = 0, toPort = 65_535, cidr } = entry;
  const onPort = protocol === '-1' || (protocol === '6' && fromPort <= port && port <= toPort);
  return onPort && other.addresses.some((address) => isIn(cidr, address));
}

function isIn(cidr: string, address: string): boolean {
  const outer = parseBlock(cidr);
  const inner = parseBlock(address);
  return outer !== undefined && inner !== undefined && contains(outer, inner);
}
