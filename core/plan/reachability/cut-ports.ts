import type { Cut } from '../../cut.ts';
import type { PortSet, PortSets } from './port-sets.ts';
import { pointOf } from './traffic.ts';
import type { Range } from './traffic.ts';

/** In which cuts an instance dials, and in which it accepts; the numbers stand for sets of cuts. */
export interface Membership {
  readonly dials: number;
  readonly accepts: number;
}

/** Which ports are cut between whom. Instances that are in the same cuts have the same membership. */
export class CutPorts {
  readonly #sets: PortSets;
  readonly #cuts: readonly Cut[];
  readonly #dials = new Map<string, number[]>();
  readonly #accepts = new Map<string, number[]>();
  readonly #numbers = new Map<string, number>([['', 0]]);
  readonly #lists: (readonly number[])[] = [[]];
  readonly #between = new Map<number, PortSet>();
  /** Every port of every cut. */
  readonly ports: PortSet;

  constructor(cuts: readonly Cut[], sets: PortSets) {
    this.#sets = sets;
    this.#cuts = cuts;
    this.ports = sets.of(cuts.flatMap(rangesOf));
    for (const [index, { from, to }] of cuts.entries()) {
      for (const id of from) append(this.#dials, id, index);
      for (const id of to) append(this.#accepts, id, index);
    }
  }

  membershipOf(instanceId: string | undefined): Membership {
    if (instanceId === undefined) return { dials: 0, accepts: 0 };
    return {
      dials: this.#numberOf(this.#dials.get(instanceId) ?? []),
      accepts: this.#numberOf(this.#accepts.get(instanceId) ?? []),
    };
  }

  /** The ports cut from those that dial in these cuts to those that accept in those. */
  between({ dials }: Membership, { accepts }: Membership): PortSet {
    if (dials === 0 || accepts === 0) return this.#sets.none;
    const key = dials * 16_777_216 + accepts;
    const known = this.#between.get(key);
    if (known !== undefined) return known;
    const theirs = new Set(this.#lists[accepts]);
    const shared = (this.#lists[dials] ?? []).filter((index) => theirs.has(index));
    const ranges = shared.flatMap((index) => this.#cuts[index] ?? []).flatMap(rangesOf);
    const set = this.#sets.of(ranges);
    this.#between.set(key, set);
    return set;
  }

  #numberOf(list: readonly number[]): number {
    const key = list.join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#lists.length);
    this.#lists.push(list);
    return this.#lists.length - 1;
  }
}

const rangesOf = ({ ports }: Cut): Range[] =>
  ports.map((port) => [pointOf('tcp', port), pointOf('tcp', port) + 1]);

function append(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else if (list.at(-1) !== value) list.push(value);
}
