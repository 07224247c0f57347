import type { AclEntry, NetworkAcl } from '../../inventory.ts';
import type { Filters } from '../filters.ts';
import type { AddressClass, AddressClasses } from './address-classes.ts';
import type { Direction } from './group-gates.ts';
import type { PortSet, PortSets } from './port-sets.ts';
import { everything, rangeOfEntry } from './traffic.ts';

/** The entries of one direction, lowest number first. */
interface Acl {
  readonly entries: readonly AclEntry[];
  readonly named: ReadonlySet<number>;
  readonly byClass: PortSet[];
}

/** What the network ACLs of subnets let pass at their edges; a subnet without one lets all pass. */
export class AclGates {
  readonly #sets: PortSets;
  readonly #addresses: AddressClasses;
  readonly #acls = new Map<string, Record<Direction, Acl>>();

  constructor(
    { networkAcls }: Filters,
    { sets, addresses }: { sets: PortSets; addresses: AddressClasses },
  ) {
    this.#sets = sets;
    this.#addresses = addresses;
    for (const acl of networkAcls) {
      const gates = { ingress: this.#read(acl, 'ingress'), egress: this.#read(acl, 'egress') };
      for (const subnetId of acl.subnetIds) this.#acls.set(subnetId, gates);
    }
  }

  /** What passes the edge of a subnet from (ingress) or to (egress) an address. */
  passed(subnetId: string, direction: Direction, at: AddressClass): PortSet {
    const acl = this.#acls.get(subnetId)?.[direction];
    return acl === undefined ? this.#sets.of([everything]) : this.#decided(acl, at);
  }

  #read({ entries }: NetworkAcl, direction: Direction): Acl {
    const mine = entries
      .filter((entry) => entry.direction === direction)
      .toSorted((left, right) => left.number - right.number);
    const named = new Set(mine.map(({ cidr }) => this.#addresses.ofCidr(cidr).index));
    return { entries: mine, named, byClass: [] };
  }

  /** A block that no entry names is decided like the one around it. */
  #decided(acl: Acl, at: AddressClass): PortSet {
    const known = acl.byClass[at.index];
    if (known !== undefined) return known;
    const set =
      at.around === undefined || acl.named.has(at.index)
        ? this.#firstDecides(acl, at)
        : this.#decided(acl, at.around);
    acl.byClass[at.index] = set;
    return set;
  }

  #firstDecides({ entries }: Acl, at: AddressClass): PortSet {
    const around = new Set<number>();
    for (let one: AddressClass | undefined = at; one !== undefined; one = one.around) {
      around.add(one.index);
    }
    let [allowed, undecided] = [this.#sets.none, this.#sets.of([everything])];
    for (const entry of entries) {
      if (!around.has(this.#addresses.ofCidr(entry.cidr).index)) continue;
      const range = this.#sets.of([rangeOfEntry(entry)]);
      const decides = this.#sets.intersection(range, undecided);
      if (entry.action === 'allow') allowed = this.#sets.union(allowed, decides);
      undecided = this.#sets.difference(undecided, range);
    }
    return allowed;
  }
}
