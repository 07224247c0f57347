import type { Cut } from '../../cut.ts';
import type { Filters } from '../filters.ts';
import { AclGates } from './acl-gates.ts';
import { AddressClasses } from './address-classes.ts';
import type { AddressClass } from './address-classes.ts';
import { CutPorts } from './cut-ports.ts';
import { endpointsOf } from './endpoints.ts';
import type { Endpoint, Member } from './endpoints.ts';
import { GroupGates } from './group-gates.ts';
import type { Direction, KnownTables } from './group-gates.ts';
import { PortSets, firstRange } from './port-sets.ts';
import type { PortSet } from './port-sets.ts';
import { compared, everything, otherProtocols, partOf } from './traffic.ts';
import type { Protocol } from './traffic.ts';

/** The gates of one moment. */
export interface Gates {
  readonly groups: GroupGates;
  readonly acls: AclGates;
}

/** Packets that differ, and what they should find. */
export interface Found {
  readonly protocol: Protocol;
  readonly ports: readonly [number, number];
  readonly wanted: 'open' | 'closed';
}

/** One end of packets: an address of an interface or, for anybody else, a CIDR, group or subnet by name. */
export interface End {
  readonly name: string;
  readonly member?: Member | undefined;
}

/** Packets that differ, and between whom. */
export interface Unwanted extends Found {
  readonly from: End;
  readonly to: End;
}

/** Two moments side by side, and what should differ between them. */
export class Comparison {
  readonly sets = new PortSets();
  readonly all: PortSet = this.sets.of([everything]);
  readonly filters: { readonly before: Filters; readonly now: Filters };
  readonly addresses: AddressClasses;
  readonly before: Gates;
  readonly now: Gates;
  readonly cuts: CutPorts;
  readonly endpoints: readonly Endpoint[];
  readonly #others: PortSet = this.sets.of([otherProtocols]);
  readonly #compared: Readonly<Record<4 | 6, PortSet>> = {
    4: this.sets.of(compared(4)),
    6: this.sets.of(compared(6)),
  };

  constructor(filters: { readonly before: Filters; readonly now: Filters }, cuts: readonly Cut[]) {
    const { before, now } = filters;
    this.filters = filters;
    this.addresses = new AddressClasses(before === now ? [before] : [before, now]);
    this.cuts = new CutPorts(cuts, this.sets);
    const known: KnownTables = new Map();
    this.before = this.#gates(before, known);
    this.now = this.#gates(now, before.prefixLists === now.prefixLists ? known : new Map());
    this.endpoints = endpointsOf(this);
  }

  /**
   * The first packets that differ otherwise than the cut. Between a pair that is cut the other protocols
   * may fall with it: a rule for all protocols has no exact rest.
   */
  judge(
    before: PortSet,
    now: PortSet,
    { family, cut }: { family: 4 | 6; cut: PortSet },
  ): Found | undefined {
    if (before === now && cut === this.sets.none) return undefined;
    const { sets } = this;
    const mask = this.#compared[family];
    const wanted = sets.difference(sets.intersection(before, mask), cut);
    const have = sets.intersection(now, mask);
    const gained = sets.difference(have, wanted);
    if (gained !== sets.none) return foundIn(gained, 'closed');
    const missing = sets.difference(wanted, have);
    const lost = cut === sets.none ? missing : sets.difference(missing, this.#others);
    return lost === sets.none ? undefined : foundIn(lost, 'open');
  }

  /** What the ACL at a subnet's edge lets pass, before and now. */
  passed(subnetId: string, direction: Direction, at: AddressClass): [PortSet, PortSet] {
    return [
      this.before.acls.passed(subnetId, direction, at),
      this.now.acls.passed(subnetId, direction, at),
    ];
  }

  #gates(filters: Filters, known: KnownTables): Gates {
    const shared = { sets: this.sets, addresses: this.addresses };
    return {
      groups: new GroupGates(filters, { ...shared, known }),
      acls: new AclGates(filters, shared),
    };
  }
}

function foundIn(set: PortSet, wanted: Found['wanted']): Found | undefined {
  const range = firstRange(set);
  return range === undefined ? undefined : { ...partOf(range), wanted };
}
