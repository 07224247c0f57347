import type { TopologyOf } from '../fault.ts';
import { nodesOf } from '../inventory.ts';
import type { Instance, Inventory } from '../inventory.ts';
import { pick } from '../pick.ts';
import { Refusal } from '../refusal.ts';
import type { Loss, Split } from './split.ts';

type Pair = readonly [Instance, Instance];

/**
 * The nodes of each pair lose each other. Those cut off are the first of each: inbound stops what the
 * second dials.
 *
 * @throws Refusal when a name is unknown, or both names of a pair are those of one node.
 */
export function pairs(
  { pairs: named }: Omit<TopologyOf<'pairs'>, 'kind'>,
  inventory: Inventory,
): Split {
  const nodes = nodesOf(inventory);
  const found = named.map((names) => pairOf(names, nodes));
  const mirrored = found.map(([first, second]): Pair => [second, first]);
  return {
    targets: nodes.filter((node) => found.some(([first]) => first === node)),
    losses: lossesOf([...found, ...mirrored], nodes),
    inbound: lossesOf(found, nodes),
  };
}

function pairOf(names: readonly [string, string], nodes: readonly Instance[]): Pair {
  const [first, second] = pick(names, nodes, 'node');
  if (first !== undefined && second !== undefined) return [first, second];
  throw new Refusal(
    `Cannot cut the pair "${names.join('" and "')}" as its two names must be of two nodes: found ${first?.name ?? 'none'} twice`,
  );
}

/** One loss for all nodes that lose the same others. */
function lossesOf(found: readonly Pair[], nodes: readonly Instance[]): Loss[] {
  const alike = new Map<string, { nodes: Instance[]; lost: readonly Instance[] }>();
  for (const node of nodes) {
    const others = new Set(found.flatMap(([first, second]) => (first === node ? [second] : [])));
    const lost = nodes.filter((other) => others.has(other));
    if (lost.length === 0) continue;
    const key = lost.map(({ id }) => id).join();
    const loss = alike.get(key) ?? { nodes: [], lost };
    loss.nodes.push(node);
    alike.set(key, loss);
  }
  return [...alike.values()];
}
