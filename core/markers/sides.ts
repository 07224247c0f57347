import { nodesOf } from '../inventory.ts';
import type { Inventory } from '../inventory.ts';
import type { Views } from '../judge.ts';
import { markedSidesMax } from './asked.ts';

/** A node as a client is to find it. */
export interface SideNode {
  readonly name: string;
  readonly address: string;
  /** The node's own id, by which clients name it. */
  readonly nodeId: string;
}

/** Nodes that form one cluster. */
export type Side = readonly SideNode[];

/**
 * The sides of a cluster as its nodes told them a moment ago: those with one cluster key are one side.
 * Smaller sides come first, so that larger ones write last. A node in no cluster is a side by itself; one
 * that told nothing is on none. Of more than {@link markedSidesMax} the largest.
 */
export function sidesSeen(inventory: Inventory, views: Views): { sides: Side[]; others: number } {
  const told = nodesOf(inventory).flatMap(({ id, name, address }) => {
    const view = views.find(({ from }) => from === id)?.view;
    if (view === undefined || view === null) return [];
    const of = view.size === 0 ? `alone ${id}` : view.key;
    return [{ of, node: { name, address, nodeId: view.node } }];
  });
  const groups = [...Map.groupBy(told, ({ of }) => of).values()].map((group) =>
    group.map(({ node }) => node),
  );
  const sorted = groups.toSorted((left, right) => left.length - right.length);
  const sides = sorted.slice(-markedSidesMax);
  return { sides, others: sorted.length - sides.length };
}

/** Sides as the host script takes them: nodes as ADDRESS/ID, a comma between them, `;` between sides. */
export const sidesText = (sides: readonly Side[]): string =>
  sides
    .map((side) => side.map(({ address, nodeId }) => `${address}/${nodeId}`).join(','))
    .join(';');
