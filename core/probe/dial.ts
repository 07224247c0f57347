/** Something that is dialled or dials, with the addresses at which it is asked: one of each family. */
export interface Party {
  /** Instance id, or interface id of a bystander. */
  readonly id: string;
  readonly addresses: readonly string[];
}

/** One connection that a machine may be asked to open. */
export interface Dial {
  readonly from: string;
  readonly to: string;
  readonly address: string;
  readonly port: number;
  /** Whether the run needs it open before the fault. IPv6 is extra: few servers listen on it. */
  readonly needed: boolean;
}

/** What one machine could dial for one purpose. */
export interface Lane {
  readonly from: Party;
  readonly targets: readonly Party[];
  /** The ports to ask a target for, which may be none. */
  readonly ports: (target: Party) => readonly number[];
  readonly needed: boolean;
  /** The machine's place among those that share the lane, so that together they ask for all of it. */
  readonly place: number;
  readonly places: number;
  /** Which of a target's ports and families comes first; differs between machines. */
  readonly turn: number;
  /** How many targets are looked at, at most. */
  readonly triesMax: number;
}

/** A dial with its place in the natural order of its lane: by target, then port, then family. */
export interface PlacedDial {
  readonly dial: Dial;
  readonly order: number;
}

/** More than any target has ports and families. */
const variantsMax = 64;

/** The dials of a lane: every target once before any twice, and ports and families as evenly as can be. */
export function* dialsOf(lane: Lane): Generator<PlacedDial> {
  const { from, targets, needed, place, places, triesMax } = lane;
  const start = Math.floor((place * targets.length) / places);
  const steps = Math.min(targets.length, triesMax);
  const turns = new Turns(lane.turn);
  for (let round = 0, rounds = 1; round < rounds; round += 1) {
    for (let step = 0; step < steps; step += 1) {
      const index = (start + step) % targets.length;
      const target = targets[index];
      const variants = target === undefined ? [] : variantsOf(target, lane);
      rounds = Math.max(rounds, variants.length);
      const turn = round < variants.length ? turns.next(index, variants.length) : -1;
      const variant = variants[turn];
      if (target === undefined || variant === undefined) continue;
      const dial = { from: from.id, to: target.id, ...variant };
      yield {
        dial: { ...dial, needed: needed && !isSix(dial.address) },
        order: index * variantsMax + turn,
      };
    }
  }
}

/** Which variant of a target comes next: one it has not had, and of those the one least often had by others. */
class Turns {
  readonly #first: number;
  readonly #uses = new Map<number, number>();
  readonly #had = new Map<number, Set<number>>();

  constructor(first: number) {
    this.#first = first;
  }

  next(target: number, of: number): number {
    const had = this.#had.get(target) ?? new Set();
    const free = Array.from({ length: of }, (_, step) => (this.#first + step) % of).filter(
      (turn) => !had.has(turn),
    );
    const usesOf = (turn: number): number => this.#uses.get(turn) ?? 0;
    const turn = free.reduce(
      (best, one) => (usesOf(one) < usesOf(best) ? one : best),
      free[0] ?? 0,
    );
    this.#had.set(target, had.add(turn));
    this.#uses.set(turn, usesOf(turn) + 1);
    return turn;
  }
}

/** Whoever has an address of the target's family may be expected to reach it there. */
function variantsOf(target: Party, { from, ports }: Lane): { address: string; port: number }[] {
  if (target.id === from.id) return [];
  const addresses = target.addresses.filter((address) =>
    from.addresses.some((own) => isSix(own) === isSix(address)),
  );
  return ports(target).flatMap((port) => addresses.map((address) => ({ address, port })));
}

export const isSix = (address: string): boolean => address.includes(':');
