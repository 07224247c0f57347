import { nodesOf } from '../inventory.ts';
import type { Inventory } from '../inventory.ts';
import { Refusal } from '../refusal.ts';
import type { Split } from './split.ts';

/**
 * Every node goes on seeing a majority, itself included, and no two see the same: of the nodes in order of
 * name, the last next to the first, each sees the fewest nearest ones on either hand that make a majority.
 *
 * @throws Refusal for fewer than 4 nodes, where a majority so made is everybody.
 */
export function ring(inventory: Inventory): Split {
  const nodes = nodesOf(inventory);
  const size = nodes.length;
  if (size < 4) {
    throw new Refusal(
      `Cannot make a ring of "${inventory.cluster}" as it must have at least 4 nodes, for each of 3 would see all: found ${size}`,
    );
  }
  const majority = Math.floor(size / 2) + 1;
  const hand = Math.ceil((majority - 1) / 2);
  const losses = nodes.map((node, at) => ({
    nodes: [node],
    lost: nodes.filter((_, other) => distance(at, other, size) > hand),
  }));
  return { targets: nodes, losses, inbound: losses };
}

function distance(one: number, other: number, size: number): number {
  const steps = Math.abs(one - other);
  return Math.min(steps, size - steps);
}
