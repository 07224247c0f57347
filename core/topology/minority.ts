import { chosenOf } from '../chance.ts';
import type { TopologyOf } from '../fault.ts';
import { nodesOf } from '../inventory.ts';
import type { Inventory } from '../inventory.ts';
import { Refusal } from '../refusal.ts';
import { twoSides } from './split.ts';
import type { Split } from './split.ts';

/**
 * The most nodes that leave a majority on the other side: the first by name, or any by seed.
 *
 * @throws Refusal for fewer than 3 nodes, of which none can be taken from a majority.
 */
export function minority(
  { random = false }: Omit<TopologyOf<'minority'>, 'kind'>,
  inventory: Inventory,
  seed: number,
): Split {
  const nodes = nodesOf(inventory);
  if (nodes.length < 3) {
    throw new Refusal(
      `Cannot cut a minority of "${inventory.cluster}" as it must have at least 3 nodes: found ${nodes.length}`,
    );
  }
  const size = Math.floor((nodes.length - 1) / 2);
  const few = random ? chosenOf(nodes, size, seed) : nodes.slice(0, size);
  return twoSides(
    few,
    nodes.filter((node) => !few.includes(node)),
  );
}
