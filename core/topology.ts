import type { Cut } from './cut.ts';
import { nodesOf } from './inventory.ts';
import type { Instance, Inventory } from './inventory.ts';
import type { PartitionFault } from './experiment.ts';
import { Refusal } from './refusal.ts';

/** The two sides of a partition: the chosen nodes, and those they lose. */
export interface Sides {
  readonly chosen: readonly Instance[];
  readonly others: readonly Instance[];
}

/**
 * The sides of an isolation: the chosen nodes stay together and lose all the others.
 *
 * `count` takes the first nodes by name, so that the same request always means the same nodes.
 *
 * @throws Refusal when a name is unknown or no node would be left on the other side.
 */
export function isolate(topology: PartitionFault['topology'], inventory: Inventory): Sides {
  const nodes = nodesOf(inventory);
  const chosen =
    topology.nodes === undefined
      ? nodes.slice(0, topology.count)
      : pick(topology.nodes, nodes, 'node');
  const others = nodes.filter((node) => !chosen.includes(node));
  if ((topology.count ?? chosen.length) >= nodes.length) {
    throw new Refusal(
      `Cannot isolate ${topology.count ?? chosen.length} nodes as at least one node of "${inventory.cluster}" must stay on the other side: found ${nodes.length} in all`,
    );
  }
  return { chosen, others };
}

/** The cuts between two sides; inbound stops only connections dialled towards the chosen side. */
export function cutsBetween(
  { chosen, others }: Sides,
  { ports, direction }: { ports: readonly number[]; direction: 'both' | 'inbound' },
): Cut[] {
  const here = chosen.map(({ id }) => id);
  const there = others.map(({ id }) => id);
  const inbound: Cut = { from: there, to: here, ports: [...ports] };
  const outbound: Cut = { from: here, to: there, ports: [...ports] };
  return direction === 'inbound' ? [inbound] : [inbound, outbound];
}

/**
 * Finds instances by name tag, id or address.
 *
 * @throws Refusal for a name that no instance, or more than one, answers to.
 */
export function pick(
  names: readonly string[],
  among: readonly Instance[],
  noun: 'node' | 'client',
): Instance[] {
  const found = names.map((name) => {
    const matches = among.filter(({ id, name: own, address }) => [id, own, address].includes(name));
    const [match] = matches;
    if (match === undefined || matches.length > 1) {
      const known = among.map(({ name: own }) => own).join(', ') || 'none';
      throw new Refusal(
        `Cannot target ${noun} "${name}" as it must name exactly one ${noun}: found ${matches.length} among ${known}`,
      );
    }
    return match;
  });
  return [...new Set(found)];
}
