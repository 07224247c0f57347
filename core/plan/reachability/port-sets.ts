import type { Range } from './traffic.ts';

/** A set of packets: where it begins, ends, begins again … on the traffic line. Equal sets are one object. */
export interface PortSet {
  readonly id: number;
  readonly edges: readonly number[];
}

type Keep = (inLeft: boolean, inRight: boolean) => boolean;

/**
 * Sets of packets and their arithmetic. Each set exists once, so that equality is identity, and each
 * answer is kept: a proof asks for the same few thousand times over.
 */
export class PortSets {
  readonly #known = new Map<string, PortSet>();
  readonly #unions = new Map<number, PortSet>();
  readonly #intersections = new Map<number, PortSet>();
  readonly #differences = new Map<number, PortSet>();
  readonly none: PortSet = this.#keep([]);

  /** The set of all that lies in any of the ranges. */
  of(ranges: readonly Range[]): PortSet {
    const [only] = ranges;
    if (only === undefined) return this.none;
    if (ranges.length === 1) return this.#keep([...only]);
    const edges: number[] = [];
    for (const [start, end] of ranges.toSorted(([left], [right]) => left - right)) {
      const last = edges.at(-1);
      if (last === undefined || start > last) edges.push(start, end);
      else if (end > last) edges[edges.length - 1] = end;
    }
    return this.#keep(edges);
  }

  union(left: PortSet, right: PortSet): PortSet {
    if (left === right || right === this.none) return left;
    if (left === this.none) return right;
    return this.#combined(this.#unions, { left, right, keep: (a, b) => a || b });
  }

  intersection(left: PortSet, right: PortSet): PortSet {
    if (left === right) return left;
    if (left === this.none || right === this.none) return this.none;
    return this.#combined(this.#intersections, { left, right, keep: (a, b) => a && b });
  }

  /** What is in `left` and not in `right`. */
  difference(left: PortSet, right: PortSet): PortSet {
    if (left === right) return this.none;
    if (right === this.none) return left;
    return this.#combined(this.#differences, { left, right, keep: (a, b) => a && !b });
  }

  #combined(
    answers: Map<number, PortSet>,
    { left, right, keep }: { left: PortSet; right: PortSet; keep: Keep },
  ): PortSet {
    const question = left.id * 67_108_864 + right.id;
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = this.#keep(combine(left.edges, right.edges, keep));
    answers.set(question, answer);
    return answer;
  }

  #keep(edges: readonly number[]): PortSet {
    const key = edges.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const set = { id: this.#known.size, edges };
    this.#known.set(key, set);
    return set;
  }
}

/** The first range of a set; undefined of the empty one. */
export function firstRange({ edges: [start, end] }: PortSet): Range | undefined {
  return start === undefined || end === undefined ? undefined : [start, end];
}

/** Whether a point of the traffic line lies in a set. */
export function includes({ edges }: PortSet, point: number): boolean {
  return edges.filter((edge) => edge <= point).length % 2 === 1;
}

function combine(left: readonly number[], right: readonly number[], keep: Keep): number[] {
  const edges: number[] = [];
  let [i, j, inside] = [0, 0, false];
  while (i < left.length || j < right.length) {
    const at = Math.min(left[i] ?? Infinity, right[j] ?? Infinity);
    if (left[i] === at) i += 1;
    if (right[j] === at) j += 1;
    if (keep(i % 2 === 1, j % 2 === 1) === inside) continue;
    edges.push(at);
    inside = !inside;
  }
  return edges;
}
