import type { TopologyOf } from '../fault.ts';
import { nodesOf } from '../inventory.ts';
import type { Instance, Inventory } from '../inventory.ts';
import { Refusal } from '../refusal.ts';
import type { Split } from './split.ts';

/**
 * Nodes of each named zone lose those of every other zone; zones that are not named stay together. Where
 * none is named every zone stands alone, and those cut off are all but the largest, of equals the last.
 *
 * @throws Refusal when a zone holds no node, or all nodes are in one.
 */
export function zones(
  { zones: named }: Omit<TopologyOf<'zones'>, 'kind'>,
  inventory: Inventory,
): Split {
  const nodes = nodesOf(inventory);
  const known = zonesOf(nodes);
  refuseUnknown(named ?? [], known);
  refuseSingle(known, inventory);
  const alone = known.filter((zone) => named?.includes(zone) ?? true);
  const sides = [
    ...alone.map((zone) => nodes.filter((node) => node.zone === zone)),
    nodes.filter(({ zone }) => !alone.includes(zone)),
  ].filter((side) => side.length > 0);
  const stays = named === undefined ? largest(sides) : sides[alone.length];
  const losses = sides.map((side) => ({
    nodes: side,
    lost: nodes.filter((node) => !side.includes(node)),
  }));
  const inbound = losses.filter((loss) => loss.nodes !== stays);
  return { targets: inbound.flatMap((loss) => loss.nodes), losses, inbound };
}

/**
 * Every node of one zone.
 *
 * @throws Refusal when it holds none.
 */
export function nodesOfZone(zone: string, inventory: Inventory): Instance[] {
  const nodes = nodesOf(inventory);
  refuseUnknown([zone], zonesOf(nodes));
  return nodes.filter((node) => node.zone === zone);
}

const zonesOf = (nodes: readonly Instance[]): string[] =>
  [...new Set(nodes.map(({ zone }) => zone))].toSorted();

function largest(sides: readonly (readonly Instance[])[]): readonly Instance[] | undefined {
  const size = Math.max(...sides.map(({ length }) => length));
  return sides.findLast(({ length }) => length === size);
}

function refuseUnknown(named: readonly string[], known: readonly string[]): void {
  const unknown = named.find((zone) => !known.includes(zone));
  if (unknown === undefined) return;
  throw new Refusal(
    `Cannot target zone "${unknown}" as it must hold a node: found nodes only in ${known.join(', ')}`,
  );
}

function refuseSingle(known: readonly string[], { cluster }: Inventory): void {
  if (known.length > 1) return;
  throw new Refusal(
    `Cannot cut "${cluster}" by zones as its nodes must be in at least 2: found all in ${known.join()}`,
  );
}
