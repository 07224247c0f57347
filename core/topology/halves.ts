import type { TopologyOf } from '../fault.ts';
import { nodesOf } from '../inventory.ts';
import type { Inventory } from '../inventory.ts';
import { Refusal } from '../refusal.ts';
import { isolate } from './isolate.ts';
import { twoSides } from './split.ts';
import type { Split } from './split.ts';

/**
 * Two sides that lose each other: the first half by name, the smaller of two unequal ones, or the named
 * nodes, against the rest.
 *
 * @throws Refusal when a name is unknown, or one side would be empty.
 */
export function halves(
  { nodes: names }: Omit<TopologyOf<'halves'>, 'kind'>,
  inventory: Inventory,
): Split {
  if (names !== undefined) return isolate({ nodes: names }, inventory);
  const nodes = nodesOf(inventory);
  if (nodes.length < 2) {
    throw new Refusal(
      `Cannot cut "${inventory.cluster}" in halves as it must have at least 2 nodes: found ${nodes.length}`,
    );
  }
  const middle = Math.floor(nodes.length / 2);
  return twoSides(nodes.slice(0, middle), nodes.slice(middle));
}
