import type { Cut } from './cut.ts';
import type { Topology } from './fault.ts';
import { nodesOf } from './inventory.ts';
import type { Instance, Inventory } from './inventory.ts';
import { bridge } from './topology/bridge.ts';
import { halves } from './topology/halves.ts';
import { isolate } from './topology/isolate.ts';
import { minority } from './topology/minority.ts';
import { pairs } from './topology/pairs.ts';
import { predictedSizes } from './topology/predicted-sizes.ts';
import { ring } from './topology/ring.ts';
import type { Loss, Split } from './topology/split.ts';
import { zones } from './topology/zones.ts';

/** What a topology means on the nodes there are. */
export interface TopologyCuts {
  /** As few as can be; no connection is in two of them. */
  readonly cuts: Cut[];
  /** Who counts as cut off: the chosen nodes, or the smaller sides. */
  readonly targets: Instance[];
  /** Sizes of the clusters once heartbeat is cut both ways, ascending; see {@link predictedSizes}. */
  readonly components: number[];
  /** What the largest may be instead, where that hangs on node ids. */
  readonly otherSizes: number[];
}

/**
 * The flows that a topology stops between the nodes of `inventory`. Pure, and whatever the order in which
 * nodes were seen: names decide.
 *
 * `inbound` stops only connections dialled towards the targets. `seed` decides what is left to chance.
 *
 * @throws Refusal when a name is unknown, or the nodes there are cannot be split so.
 */
export function cutsOf(
  topology: Topology,
  inventory: Inventory,
  {
    ports,
    direction,
    seed = 0,
  }: { ports: readonly number[]; direction: 'both' | 'inbound'; seed?: number },
): TopologyCuts {
  const { targets, inbound, losses } = splitOf(topology, inventory, seed);
  const { sizes, otherSizes } = predictedSizes(nodesOf(inventory), losses);
  return {
    cuts: (direction === 'inbound' ? inbound : losses).map((loss) => cutOf(loss, ports)),
    targets: [...targets],
    components: sizes,
    otherSizes,
  };
}

function splitOf(topology: Topology, inventory: Inventory, seed: number): Split {
  switch (topology.kind) {
    case 'isolate':
      return isolate(topology, inventory, seed);
    case 'minority':
      return minority(topology, inventory, seed);
    case 'halves':
      return halves(topology, inventory);
    case 'zones':
      return zones(topology, inventory);
    case 'bridge':
      return bridge(topology, inventory);
    case 'ring':
      return ring(inventory);
    case 'pairs':
      return pairs(topology, inventory);
  }
}

function cutOf({ nodes, lost }: Loss, ports: readonly number[]): Cut {
  return { from: lost.map(({ id }) => id), to: nodes.map(({ id }) => id), ports: [...ports] };
}
