import type { NetworkState } from './network-state.ts';

/** A change of the network by concrete ids, which means the same in a world without the run. */
export type Edit = (state: NetworkState) => NetworkState;

/** Something that people did. */
export interface Deed {
  readonly says: string;
  /** Ids of all that it changed. */
  readonly things: readonly string[];
  readonly edit?: Edit;
}

/** One of all, by a number that may be too large. */
export const pick = <Value>(all: readonly Value[], which: number): Value | undefined =>
  all[which % Math.max(1, all.length)];
