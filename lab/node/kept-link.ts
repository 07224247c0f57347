import { compareIds } from './node-id.ts';

/** A heartbeat link as far as the choice between two of them goes; milliseconds of one clock. */
export interface RivalLink {
  readonly isDialled: boolean;
  readonly heardAt: number;
}

/**
 * Says which of two links between the same two nodes is kept: the one whose accepting node has the higher id.
 *
 * A link that was silent for more than `patienceMs` does not count, so that a cut link never ousts the one
 * that was dialled to replace it. With equal acceptors the older link (`held`) stays.
 */
export function keptLink<L extends RivalLink>(
  { held, rival }: { readonly held: L; readonly rival: L },
  { self, peer }: { readonly self: string; readonly peer: string },
  patienceMs: number,
): L {
  if (rival.heardAt - held.heardAt > patienceMs) return rival;
  const acceptorOf = (link: L) => (link.isDialled ? peer : self);
  return compareIds(acceptorOf(rival), acceptorOf(held)) > 0 ? rival : held;
}
