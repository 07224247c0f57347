/** What a search remembers, in typed arrays: a few dozen bytes a state. */

/** No number of a state. */
export const none = 0xffffffff;

/** A growing list of 32-bit numbers. */
export class Numbers {
  #values = new Uint32Array(1 << 16);
  #count = 0;

  push(value: number): number {
    if (this.#count === this.#values.length) {
      const grown = new Uint32Array(2 * this.#count);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#count] = value;
    this.#count += 1;
    return this.#count - 1;
  }

  at(index: number): number {
    return this.#values[index] ?? none;
  }
}

/** States that wait to be expanded, first in, first out, in blocks that are let go once they are read. */
export class Bucket {
  readonly #bytes: number;
  readonly #blocks: { states: Uint8Array; words: Uint32Array; count: number }[] = [];
  #read = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  push(state: Uint8Array, index: number, slot: number): void {
    let block = this.#blocks.at(-1);
    if (block === undefined || block.count === blockStates) {
      block = {
        states: new Uint8Array(blockStates * this.#bytes),
        words: new Uint32Array(2 * blockStates),
        count: 0,
      };
      this.#blocks.push(block);
    }
    block.states.set(state, block.count * this.#bytes);
    block.words[2 * block.count] = index;
    block.words[2 * block.count + 1] = slot;
    block.count += 1;
  }

  shift(): { state: Uint8Array; index: number; slot: number } | undefined {
    let block = this.#blocks[0];
    if (block !== undefined && this.#read === blockStates) {
      this.#blocks.shift();
      this.#read = 0;
      block = this.#blocks[0];
    }
    if (block === undefined || this.#read === block.count) return undefined;
    const from = this.#read * this.#bytes;
    const [index = 0, slot = 0] = block.words.subarray(2 * this.#read, 2 * this.#read + 2);
    this.#read += 1;
    return { state: block.states.subarray(from, from + this.#bytes), index, slot };
  }
}

const blockStates = 4096;

/** Hashes of the states met, each with the fewest adversities it took; open addressing, two words a state. */
export class Seen {
  #capacity = 1 << 18;
  #low = new Uint32Array(this.#capacity);
  #high = new Uint32Array(this.#capacity);
  #costs = new Uint8Array(this.#capacity);
  #place = new Uint32Array(this.#capacity);
  #byNumber = new Numbers();
  #count = 0;
  #a = 0;
  #b = 0;
  #words: Int32Array = new Int32Array(0);

  /** The state's number, if it is new or was met only at a higher cost; else -1. */
  improve(state: Uint8Array, cost: number): number {
    if (this.#count * 5 > this.#capacity * 3) this.#grow();
    this.#hash(state);
    const at = this.#find(this.#a, this.#b);
    const known = this.#costs[at] ?? 0;
    if (known !== 0 && known <= cost + 1) return -1;
    this.#costs[at] = cost + 1;
    if (known !== 0) return this.#place[at] ?? 0;
    this.#low[at] = this.#a;
    this.#high[at] = this.#b;
    this.#place[at] = this.#byNumber.push(at);
    this.#count += 1;
    return this.#count - 1;
  }

  costOf(number: number): number {
    return (this.#costs[this.#byNumber.at(number)] ?? 0) - 1;
  }

  #find(low: number, high: number): number {
    const mask = this.#capacity - 1;
    let at = (low ^ (high >>> 7)) & mask;
    while (this.#costs[at] !== 0 && (this.#low[at] !== low || this.#high[at] !== high)) {
      at = (at + 1) & mask;
    }
    return at;
  }

  #grow(): void {
    const [low, high, costs, place] = [this.#low, this.#high, this.#costs, this.#place];
    this.#capacity *= 2;
    this.#low = new Uint32Array(this.#capacity);
    this.#high = new Uint32Array(this.#capacity);
    this.#costs = new Uint8Array(this.#capacity);
    this.#place = new Uint32Array(this.#capacity);
    const moved = new Uint32Array(this.#count);
    for (let old = 0; old < costs.length; old += 1) {
      if (costs[old] === 0) continue;
      const at = this.#find(low[old] ?? 0, high[old] ?? 0);
      this.#low[at] = low[old] ?? 0;
      this.#high[at] = high[old] ?? 0;
      this.#costs[at] = costs[old] ?? 0;
      this.#place[at] = place[old] ?? 0;
      moved[place[old] ?? 0] = at;
    }
    this.#byNumber = new Numbers();
    for (const at of moved) this.#byNumber.push(at);
  }

  /** Two 32-bit hashes over the state's words, each with its own multipliers. */
  #hash(state: Uint8Array): void {
    if (state.buffer !== this.#words.buffer) this.#words = wordsOf(state);
    const words = this.#words;
    let a = 0x9e3779b9;
    let b = 0x85ebca6b;
    for (let at = 0; at < words.length; at += 1) {
      const word = words[at] ?? 0;
      a = Math.imul(a ^ word, 0xcc9e2d51);
      a ^= a >>> 15;
      b = Math.imul(b ^ word ^ (b >>> 13), 0x1b873593);
      b = (b << 13) | (b >>> 19);
    }
    a = Math.imul(a ^ (a >>> 16), 0x7feb352d);
    b = Math.imul(b ^ (b >>> 15), 0x846ca68b);
    this.#a = (a ^ (a >>> 15)) >>> 0;
    this.#b = (b ^ (b >>> 16) ^ a) >>> 0;
  }
}

/** A state's bytes as words; every state that is hashed has a buffer of its own. */
const wordsOf = ({ buffer, length }: Uint8Array): Int32Array =>
  new Int32Array(buffer, 0, length / 4);
