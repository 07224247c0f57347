import type { Interface } from '../../inventory.ts';
import type { Filters } from '../filters.ts';
import { blockOf } from './address-classes.ts';
import type { AddressClass, AddressClasses } from './address-classes.ts';
import type { CutPorts, Membership } from './cut-ports.ts';
import type { GroupGates, Profile } from './group-gates.ts';

/** One address of one interface. */
export interface Member {
  readonly interface: Interface;
  readonly address: string;
}

/** Interfaces' addresses that nothing tells apart: same groups before and now, cuts, subnet, matches. */
export interface Endpoint {
  readonly index: number;
  readonly at: AddressClass;
  readonly before: Profile;
  readonly now: Profile;
  readonly subnetId: string;
  readonly membership: Membership;
  /** Whether anything that decides on its packets changes. */
  readonly touched: boolean;
  readonly members: readonly Member[];
  /** The only interface of the class; undefined where there are several. */
  readonly only: string | undefined;
}

/** What the classes are made of. */
export interface Ground {
  readonly filters: { readonly before: Filters; readonly now: Filters };
  readonly addresses: AddressClasses;
  readonly cuts: CutPorts;
  readonly before: { readonly groups: GroupGates };
  readonly now: { readonly groups: GroupGates };
}

/** Sorts every address of every interface into its class. */
export function endpointsOf(ground: Ground): Endpoint[] {
  const { filters, addresses, cuts, before, now } = ground;
  const isTouched = touchedBy(filters);
  const current = new Map(filters.now.interfaces.map(({ id, groupIds }) => [id, groupIds]));
  const classes = new Map<string, Endpoint & { members: Member[]; only: string | undefined }>();
  for (const one of filters.before.interfaces) {
    const shared = {
      before: before.groups.profileOf(one.groupIds),
      now: now.groups.profileOf(current.get(one.id) ?? []),
      subnetId: one.subnetId,
      membership: cuts.membershipOf(one.instanceId),
      touched: isTouched(one, current.get(one.id) ?? []),
    };
    for (const address of one.addresses) {
      const at = addresses.ofAddress(blockOf(address));
      const key = `${at.index} ${keyOf(shared)}`;
      const known = classes.get(key);
      const member = { interface: one, address };
      if (known === undefined) {
        classes.set(key, { ...shared, index: classes.size, at, members: [member], only: one.id });
      } else {
        known.members.push(member);
        if (known.only !== one.id) known.only = undefined;
      }
    }
  }
  return [...classes.values()];
}

function keyOf({
  before,
  now,
  subnetId,
  membership,
}: Pick<Endpoint, 'before' | 'now' | 'subnetId' | 'membership'>): string {
  return `${before.id} ${now.id} ${membership.dials} ${membership.accepts} ${subnetId}`;
}

/** Groups and ACLs that no step changed are the same objects before and now. */
function touchedBy({
  before,
  now,
}: Ground['filters']): (one: Interface, groupIds: readonly string[]) => boolean {
  const lists = before.prefixLists !== now.prefixLists;
  const kept = new Set<unknown>(now.groups);
  const changed = new Set(before.groups.filter((group) => !kept.has(group)).map(({ id }) => id));
  const subnets = changedSubnets({ before, now });
  return ({ groupIds, subnetId }, current) =>
    lists ||
    subnets.has(subnetId) ||
    groupIds.length !== current.length ||
    groupIds.some((id) => changed.has(id) || !current.includes(id));
}

/** The subnets whose ACL has other entries now. */
export function changedSubnets({ before, now }: Ground['filters']): Set<string> {
  const old = entriesBySubnet(before);
  const current = entriesBySubnet(now);
  return new Set(
    [...old.keys(), ...current.keys()].filter((id) => old.get(id) !== current.get(id)),
  );
}

function entriesBySubnet({ networkAcls }: Filters): Map<string, unknown> {
  return new Map(
    networkAcls.flatMap(({ subnetIds, entries }) => subnetIds.map((id) => [id, entries] as const)),
  );
}

const nothingElse = [[false, false]] as const;

/**
 * What groups that are not in the inventory may add, before and now: nothing, and everything. Which of
 * the two is not known, so both must come out right.
 */
export function assumptions({ before, now }: Endpoint): readonly (readonly [boolean, boolean])[] {
  if (before.unlisted === '' && now.unlisted === '') return nothingElse;
  if (before.unlisted === now.unlisted)
    return [
      [false, false],
      [true, true],
    ];
  return [
    [false, false],
    [before.unlisted !== '', false],
    [false, now.unlisted !== ''],
  ];
}
