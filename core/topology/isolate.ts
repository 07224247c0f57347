import { chosenOf } from '../chance.ts';
import type { TopologyOf } from '../fault.ts';
import { nodesOf } from '../inventory.ts';
import type { Instance, Inventory } from '../inventory.ts';
import { pick } from '../pick.ts';
import { Refusal } from '../refusal.ts';
import { nodesOfRack, principalOf } from '../surveyed.ts';
import { twoSides } from './split.ts';
import type { Split } from './split.ts';
import { nodesOfZone } from './zones.ts';

/** Whom to isolate: exactly one of the ways to say it, which the experiment's schema cannot tell. */
type Chosen = Omit<TopologyOf<'isolate'>, 'kind'>;

/**
 * The chosen nodes stay together and lose all the others.
 *
 * `count` takes the first nodes by name, so that the same request always means the same nodes; at random,
 * any by seed.
 *
 * @throws Refusal when a name is unknown, the nodes did not say who is meant, or none would be left on the
 * other side.
 */
export function isolate(chosen: Chosen, inventory: Inventory, seed = 0): Split {
  const nodes = nodesOf(inventory);
  const wanted = chosen.count ?? 0;
  const taken = wanted >= nodes.length ? nodes : chosenNodes(chosen, inventory, seed);
  const others = nodes.filter((node) => !taken.includes(node));
  if (others.length === 0) {
    throw new Refusal(
      `Cannot isolate ${Math.max(wanted, taken.length)} nodes as at least one node of "${inventory.cluster}" must stay on the other side: found ${nodes.length} in all`,
    );
  }
  return twoSides(taken, others);
}

function chosenNodes(
  { count = 0, nodes: names, role, zone, rack, random = false }: Chosen,
  inventory: Inventory,
  seed: number,
): readonly Instance[] {
  const nodes = nodesOf(inventory);
  if (names !== undefined) return pick(names, nodes, 'node');
  if (role !== undefined) return [principalOf(inventory)];
  if (zone !== undefined) return nodesOfZone(zone, inventory);
  if (rack !== undefined) return nodesOfRack(rack, inventory);
  return random ? chosenOf(nodes, count, seed) : nodes.slice(0, count);
}
