import type { TopologyOf } from '../fault.ts';
import { nodesOf } from '../inventory.ts';
import type { Inventory } from '../inventory.ts';
import { pick } from '../pick.ts';
import { Refusal } from '../refusal.ts';
import { twoSides } from './split.ts';
import type { Split } from './split.ts';

/**
 * Two sides that lose each other and both go on seeing one node: the named one, or the middle one by name.
 * The first side is the smaller of two unequal ones.
 *
 * @throws Refusal when the name is unknown, or a side would be empty.
 */
export function bridge(
  { node: name }: Omit<TopologyOf<'bridge'>, 'kind'>,
  inventory: Inventory,
): Split {
  const nodes = nodesOf(inventory);
  if (nodes.length < 3) {
    throw new Refusal(
      `Cannot bridge "${inventory.cluster}" as it must have at least 3 nodes, one between two sides: found ${nodes.length}`,
    );
  }
  const middle = Math.floor((nodes.length - 1) / 2);
  const [common] = name === undefined ? nodes.slice(middle) : pick([name], nodes, 'node');
  const rest = nodes.filter((node) => node !== common);
  return twoSides(rest.slice(0, middle), rest.slice(middle));
}
