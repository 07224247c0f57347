import type { AddressClass } from './address-classes.ts';
import type { Comparison, End, Found, Gates, Unwanted } from './comparison.ts';
import { assumptions, changedSubnets } from './endpoints.ts';
import type { Endpoint } from './endpoints.ts';
import type { Direction, Profile } from './group-gates.ts';
import type { PortSet } from './port-sets.ts';

const directions = ['ingress', 'egress'] as const;

/**
 * Looks at what every interface lets in from, and out to, addresses that nobody in the inventory has,
 * and those who hold groups that are not in the inventory.
 *
 * A stranger's own gates are not known, and the same before and now: only the near gates are compared.
 */
export function differenceToStrangers(comparison: Comparison): Unwanted | undefined {
  const places = new Places(comparison);
  for (const here of touchedOnce(comparison)) {
    for (const direction of directions) {
      for (const groupId of [undefined, ...places.groupsToAsk(here, direction)]) {
        for (const place of groupId === undefined ? places.toAsk(here, direction) : places.all) {
          const stranger = { place, groupId };
          const found = atNearGates(comparison, { here, direction, stranger });
          if (found !== undefined)
            return withEnds(comparison, { found, here, direction, stranger });
        }
      }
    }
  }
  return differenceAtEdges(comparison);
}

/** Where strangers can be, and where of those a group lets something else pass than before. */
class Places {
  readonly all: readonly AddressClass[];
  readonly #comparison: Comparison;
  readonly #subnets: ReadonlySet<string>;
  readonly #groups: readonly string[];
  readonly #changed = new Map<string, ReadonlySet<AddressClass>>();

  constructor(comparison: Comparison) {
    this.#comparison = comparison;
    this.#groups = foreignGroups(comparison);
    this.#subnets = changedSubnets(comparison.filters);
    this.all = comparison.addresses.withStrangers(comparison.filters.before.interfaces);
  }

  /** Where an interface's own gates can differ: everywhere, or, with the groups it had, where they do. */
  toAsk({ before, now, subnetId }: Endpoint, direction: Direction): Iterable<AddressClass> {
    const same = before.groupIds.join() === now.groupIds.join() && before.unlisted === now.unlisted;
    if (!same || this.#subnets.has(subnetId)) return this.all;
    return new Set(before.groupIds.flatMap((id) => [...this.#changedFor(id, direction)]));
  }

  /** The foreign groups whose holders can find something else: where rules name them, or the ACL. */
  groupsToAsk({ before, now, subnetId }: Endpoint, direction: Direction): readonly string[] {
    if (this.#subnets.has(subnetId)) return this.#groups;
    const gates = [this.#comparison.before.groups, this.#comparison.now.groups] as const;
    return this.#groups.filter((id) => {
      const [old, current] = gates.map((one) => one.profileOf([id]));
      if (old === undefined || current === undefined) return true;
      return (
        gates[0].toProfile(before, direction, old) !== gates[1].toProfile(now, direction, current)
      );
    });
  }

  #changedFor(groupId: string, direction: Direction): ReadonlySet<AddressClass> {
    const key = `${groupId} ${direction}`;
    const known = this.#changed.get(key);
    if (known !== undefined) return known;
    const { before, now } = this.#comparison;
    const changed = this.all.filter(
      (at) =>
        before.groups.byGroup(groupId, direction, at) !==
        now.groups.byGroup(groupId, direction, at),
    );
    const found = new Set(changed);
    this.#changed.set(key, found);
    return found;
  }
}

/**
 * Holders of several foreign groups need no look of their own: rules only add up, so what differs for them
 * differs for the holders of one of the groups, or of none.
 */
interface Stranger {
  readonly place: AddressClass;
  readonly groupId: string | undefined;
}

interface Question {
  readonly here: Endpoint;
  readonly direction: Direction;
  readonly stranger: Stranger;
}

function atNearGates(comparison: Comparison, question: Question): Found | undefined {
  const { before, now, sets } = comparison;
  const { here, stranger } = question;
  const { family } = stranger.place;
  for (const [openBefore, openNow] of assumptions(here)) {
    const found = comparison.judge(
      nearGate(comparison, { ...question, gates: before, profile: here.before, open: openBefore }),
      nearGate(comparison, { ...question, gates: now, profile: here.now, open: openNow }),
      { family, cut: sets.none },
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function nearGate(
  { sets, all }: Comparison,
  near: Question & { gates: Gates; profile: Profile; open: boolean },
): PortSet {
  const { here, direction, stranger, gates } = near;
  const { place, groupId } = stranger;
  const other = groupId === undefined ? undefined : gates.groups.profileOf([groupId]);
  const byRules = near.open
    ? all
    : gates.groups.admitted(near.profile, direction, { at: place, profile: other });
  return sets.intersection(byRules, gates.acls.passed(here.subnetId, direction, place));
}

function withEnds(
  { addresses, filters }: Comparison,
  { found, here, direction, stranger }: Question & { found: Found },
): Unwanted {
  const { place, groupId } = stranger;
  const there = groupId ?? addresses.exampleOf(place, filters.before.interfaces);
  const [member] = here.members;
  const near = { name: member?.interface.id ?? here.subnetId, member };
  return { ...found, ...endsOf(direction, near, { name: there }) };
}

/**
 * A changed ACL must decide as the one before on all but the cut's ports, whatever the groups let pass:
 * it keeps no state, and answers come back through it that no rule of a group admits.
 */
function differenceAtEdges(comparison: Comparison): Unwanted | undefined {
  const { sets, cuts, addresses } = comparison;
  for (const subnetId of changedSubnets(comparison.filters)) {
    for (const direction of directions) {
      for (const place of addresses.withStrangers([])) {
        const [before, now] = comparison
          .passed(subnetId, direction, place)
          .map((set) => sets.difference(set, cuts.ports));
        if (before === undefined || now === undefined) continue;
        const found = comparison.judge(before, now, { family: place.family, cut: sets.none });
        if (found === undefined) continue;
        const ends = endsOf(direction, { name: subnetId }, { name: addresses.nameOf(place) });
        return { ...found, ...ends };
      }
    }
  }
  return undefined;
}

/** One endpoint for each way in which an interface's own gates can change. */
function touchedOnce({ endpoints }: Comparison): Endpoint[] {
  const seen = new Map<string, Endpoint>();
  for (const one of endpoints) {
    if (one.touched) seen.set(`${one.before.id} ${one.now.id} ${one.subnetId}`, one);
  }
  return [...seen.values()];
}

/** Groups that rules name and the inventory does not have: nobody in it needs to hold them. */
function foreignGroups({ filters: { before, now } }: Comparison): string[] {
  const known = new Set([...before.groups, ...now.groups].map(({ id }) => id));
  const named = [...before.groups, ...now.groups].flatMap(({ rules }) =>
    rules.flatMap(({ spec: { peer } }) => (peer.kind === 'group' ? [peer.groupId] : [])),
  );
  return [...new Set(named)].filter((id) => !known.has(id));
}

const endsOf = (direction: Direction, near: End, far: End): { from: End; to: End } =>
  direction === 'ingress' ? { from: far, to: near } : { from: near, to: far };
