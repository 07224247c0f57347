import type { TopologyOf } from '../fault.ts';
import { nodesOf } from '../inventory.ts';
import type { Inventory } from '../inventory.ts';
import { pick } from '../pick.ts';
import { Refusal } from '../refusal.ts';
import { twoSides } from './split.ts';
import type { Split } from './split.ts';

/**
 * The chosen nodes stay together and lose all the others.
 *
 * `count` takes the first nodes by name, so that the same request always means the same nodes.
 *
 * @throws Refusal when a name is unknown or no node would be left on the other side.
 */
export function isolate(
  { count, nodes: names }: Omit<TopologyOf<'isolate'>, 'kind'>,
  inventory: Inventory,
): Split {
  const nodes = nodesOf(inventory);
  const chosen = names === undefined ? nodes.slice(0, count) : pick(names, nodes, 'node');
  const others = nodes.filter((node) => !chosen.includes(node));
  const wanted = count ?? chosen.length;
  if (wanted >= nodes.length) {
    throw new Refusal(
      `Cannot isolate ${wanted} nodes as at least one node of "${inventory.cluster}" must stay on the other side: found ${nodes.length} in all`,
    );
  }
  return twoSides(chosen, others);
}
