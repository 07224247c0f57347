import type { Cut } from '../../cut.ts';
import type { Interface } from '../../inventory.ts';

/** Who must no longer dial whom, asked by the interface that accepts. */
export interface Relation {
  /** Equal for interfaces that lose the same senders; empty for those that lose none. */
  keyOf(to: Interface): string;
  /** Instances that may no longer dial this interface. */
  sendersTo(to: Interface): ReadonlySet<string>;
}

/** The relation of some cuts. Sides of a thousand nodes stay sides: pairs are never listed. */
export function relationOf(cuts: readonly Cut[]): Relation {
  const places = placesOf(cuts);
  const senders = new Map<string, ReadonlySet<string>>();
  const keyOf = ({ instanceId }: Interface): string => places.get(instanceId ?? '')?.join() ?? '';
  return {
    keyOf,
    sendersTo(to) {
      const key = keyOf(to);
      const known = senders.get(key) ?? new Set(sendersOf(key, cuts));
      senders.set(key, known);
      return known;
    },
  };
}

/** Which cuts an instance is on the accepting end of, by their index. */
function placesOf(cuts: readonly Cut[]): ReadonlyMap<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [index, { to }] of cuts.entries()) {
    for (const id of to) {
      const known = places.get(id);
      if (known === undefined) places.set(id, [index]);
      else known.push(index);
    }
  }
  return places;
}

const sendersOf = (key: string, cuts: readonly Cut[]): string[] =>
  key === '' ? [] : key.split(',').flatMap((index) => cuts[Number(index)]?.from ?? []);

/** Interfaces that hold the same groups and lose the same senders: whatever is done, is done to all. */
export interface InterfaceClass {
  readonly interfaces: readonly Interface[];
  readonly groupIds: readonly string[];
  readonly senders: ReadonlySet<string>;
}

/** The classes among these interfaces, in the order of their first. */
export function classesOf(interfaces: readonly Interface[], relation: Relation): InterfaceClass[] {
  const classes = new Map<string, { groupIds: string[]; interfaces: Interface[] }>();
  for (const one of interfaces) {
    const groupIds = one.groupIds.toSorted();
    const key = `${groupIds.join()} ${one.vpcId} ${relation.keyOf(one)}`;
    const known = classes.get(key);
    if (known === undefined) classes.set(key, { groupIds, interfaces: [one] });
    else known.interfaces.push(one);
  }
  return [...classes.values()].map(({ groupIds, interfaces: own }) => ({
    groupIds,
    interfaces: own,
    senders: own[0] === undefined ? new Set<string>() : relation.sendersTo(own[0]),
  }));
}
