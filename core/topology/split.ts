import type { Instance } from '../inventory.ts';

/** Nodes that all lose the same others: those others cannot dial them any more. */
export interface Loss {
  readonly nodes: readonly Instance[];
  readonly lost: readonly Instance[];
}

/** Who loses whom. Where one node loses another, the other loses it, too. */
export interface Split {
  readonly targets: readonly Instance[];
  /** Every loss; no node is in the `nodes` of two. */
  readonly losses: readonly Loss[];
  /** The part of the losses that cuts what is dialled towards the targets, and nothing else. */
  readonly inbound: readonly Loss[];
}

/** Two sides that lose each other; the first is cut off. */
export function twoSides(first: readonly Instance[], second: readonly Instance[]): Split {
  const inbound = [{ nodes: first, lost: second }];
  return { targets: first, losses: [...inbound, { nodes: second, lost: first }], inbound };
}
