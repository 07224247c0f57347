import type { Rule, SecurityGroup } from '../../inventory.ts';
import type { Filters } from '../filters.ts';
import type { AddressClass, AddressClasses } from './address-classes.ts';
import type { PortSet, PortSets } from './port-sets.ts';
import { rangeOfRule } from './traffic.ts';
import type { Range } from './traffic.ts';

export type Direction = 'ingress' | 'egress';

/** Who is at the other end: at an address, with the groups of a profile, if any. */
export interface Other {
  readonly at: AddressClass;
  readonly profile?: Profile | undefined;
}

/** What the rules of one group let pass in one direction, by address class and by group peer. */
interface Table {
  readonly own: ReadonlyMap<number, PortSet>;
  readonly byClass: PortSet[];
  readonly byGroup: ReadonlyMap<string, PortSet>;
}

type Tables = Readonly<Record<Direction, Table>>;
/** A set of groups, as interfaces hold them. `unlisted` are those that the filters do not know. */
export interface Profile {
  readonly id: number;
  readonly groupIds: readonly string[];
  readonly unlisted: string;
  readonly tables: readonly Tables[];
}

/** Tables by group object, shared by filters that have the same prefix lists. */
export type KnownTables = Map<SecurityGroup, Tables>;

/** What security groups let pass: packets by group and by set of groups; each answer found once. */
export class GroupGates {
  readonly #sets: PortSets;
  readonly #addresses: AddressClasses;
  readonly #known: KnownTables;
  readonly #prefixLists: ReadonlyMap<string, readonly string[]>;
  readonly #groups: ReadonlyMap<string, SecurityGroup>;
  readonly #profiles = new Map<string, Profile>();
  readonly #toAddress = new Map<number, PortSet>();
  readonly #toProfile = new Map<number, PortSet>();

  constructor(
    { groups, prefixLists }: Filters,
    shared: { sets: PortSets; addresses: AddressClasses; known: KnownTables },
  ) {
    this.#sets = shared.sets;
    this.#addresses = shared.addresses;
    this.#known = shared.known;
    this.#prefixLists = new Map(prefixLists.map(({ id, cidrs }) => [id, cidrs]));
    this.#groups = new Map(groups.map((group) => [group.id, group]));
  }

  profileOf(groupIds: readonly string[]): Profile {
    const sorted = groupIds.toSorted();
    const key = sorted.join();
    const known = this.#profiles.get(key);
    if (known !== undefined) return known;
    const unlisted = sorted.filter((id) => !this.#groups.has(id)).join();
    const tables = this.#tables(sorted);
    const profile = { id: this.#profiles.size, groupIds: sorted, unlisted, tables };
    this.#profiles.set(key, profile);
    return profile;
  }

  /** What an interface with these groups lets in from, or out to, the other end. */
  admitted(profile: Profile, direction: Direction, { at, profile: other }: Other): PortSet {
    const byAddress = this.#byAddress(profile, direction, at);
    if (other === undefined) return byAddress;
    return this.#sets.union(byAddress, this.toProfile(profile, direction, other));
  }

  /** What one group alone lets in from, or out to, an address. */
  byGroup(groupId: string, direction: Direction, at: AddressClass): PortSet {
    const group = this.#groups.get(groupId);
    if (group === undefined) return this.#sets.none;
    return this.#inClass(this.#tablesOf(group)[direction], at);
  }

  #byAddress(profile: Profile, direction: Direction, at: AddressClass): PortSet {
    const key = keyOf(profile.id, at.index, direction);
    const known = this.#toAddress.get(key);
    if (known !== undefined) return known;
    const set = profile.tables.reduce(
      (sum, tables) => this.#sets.union(sum, this.#inClass(tables[direction], at)),
      this.#sets.none,
    );
    this.#toAddress.set(key, set);
    return set;
  }

  /** What a set of groups lets pass to those who hold another, by their groups alone. */
  toProfile(profile: Profile, direction: Direction, other: Profile): PortSet {
    const key = keyOf(profile.id, other.id, direction);
    const known = this.#toProfile.get(key);
    if (known !== undefined) return known;
    let set = this.#sets.none;
    for (const { [direction]: table } of profile.tables) {
      if (table.byGroup.size === 0) continue;
      for (const groupId of other.groupIds) {
        set = this.#sets.union(set, table.byGroup.get(groupId) ?? this.#sets.none);
      }
    }
    this.#toProfile.set(key, set);
    return set;
  }

  #tables(groupIds: readonly string[]): Tables[] {
    return groupIds.flatMap((id) => {
      const group = this.#groups.get(id);
      return group === undefined ? [] : [this.#tablesOf(group)];
    });
  }

  #tablesOf(group: SecurityGroup): Tables {
    const known = this.#known.get(group);
    if (known !== undefined) return known;
    const tables = { ingress: this.#table(group, 'ingress'), egress: this.#table(group, 'egress') };
    this.#known.set(group, tables);
    return tables;
  }

  #table({ rules }: SecurityGroup, direction: Direction): Table {
    const atClass = new Map<number, Range[]>();
    const atGroup = new Map<string, Range[]>();
    for (const rule of rules) {
      if (rule.direction !== direction) continue;
      const range = rangeOfRule(rule.spec);
      const { peer } = rule.spec;
      if (peer.kind === 'group') append(atGroup, peer.groupId, range);
      else for (const { index } of this.#classesOf(rule)) append(atClass, index, range);
    }
    return { own: this.#joined(atClass), byClass: [], byGroup: this.#joined(atGroup) };
  }

  #classesOf({ spec: { peer } }: Rule): AddressClass[] {
    if (peer.kind === 'group') return [];
    const cidrs =
      peer.kind === 'prefix-list' ? (this.#prefixLists.get(peer.prefixListId) ?? []) : [peer.cidr];
    return cidrs.map((cidr) => this.#addresses.ofCidr(cidr));
  }

  #joined<Key>(ranges: ReadonlyMap<Key, readonly Range[]>): Map<Key, PortSet> {
    return new Map([...ranges].map(([key, list]) => [key, this.#sets.of(list)]));
  }

  /** A block's rules and those of the blocks around it. */
  #inClass(table: Table, at: AddressClass): PortSet {
    const known = table.byClass[at.index];
    if (known !== undefined) return known;
    const own = table.own.get(at.index) ?? this.#sets.none;
    const set =
      at.around === undefined ? own : this.#sets.union(own, this.#inClass(table, at.around));
    table.byClass[at.index] = set;
    return set;
  }
}

const keyOf = (profile: number, other: number, direction: Direction): number =>
  (profile * 16_777_216 + other) * 2 + (direction === 'ingress' ? 0 : 1);

function append<Key>(lists: Map<Key, Range[]>, key: Key, range: Range): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [range]);
  else list.push(range);
}
