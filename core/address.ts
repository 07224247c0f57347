/**
 * IP address and CIDR arithmetic over both families, on bigints.
 *
 * Addresses are plain strings at the edges; a {@link Block} is an aligned range inside.
 */

/** An aligned range of addresses: `first` has its lower `bits - prefix` bits clear. */
export interface Block {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly prefix: number;
}

const bitsOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);

/** What was read before: the same few texts come back thousands of times in a plan. */
const read = new Map<string, Block | undefined>();
const readMax = 16_384;

/** Reads an address or CIDR of either family; undefined when it is neither. */
export function parseBlock(text: string): Block | undefined {
  if (read.has(text)) return read.get(text);
  const block = readBlock(text);
  if (read.size >= readMax) read.clear();
  read.set(text, block);
  return block;
}

function readBlock(text: string): Block | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const family = address.includes(':') ? 6 : 4;
  const value = family === 4 ? parseFour(address) : parseSix(address);
  if (value === undefined || rest.length > 0) return undefined;
  const bits = bitsOf(family);
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return undefined;
  const host = BigInt(bits - prefix);
  return { family, first: (value >> host) << host, prefix };
}

/** The block as CIDR text in canonical form, as EC2 reports it. */
export function formatBlock({ family, first, prefix }: Block): string {
  return `${family === 4 ? formatFour(first) : formatSix(first)}/${prefix}`;
}

/** Whether every address of `inner` lies in `outer`. */
export function contains(outer: Block, inner: Block): boolean {
  if (outer.family !== inner.family || inner.prefix < outer.prefix) return false;
  const shift = BigInt(bitsOf(outer.family) - outer.prefix);
  return inner.first >> shift === outer.first >> shift;
}

/** Whether the two blocks share an address: aligned blocks nest or are disjoint. */
export function overlaps(left: Block, right: Block): boolean {
  return contains(left, right) || contains(right, left);
}

/** The fewest blocks that together are `whole` without `holes`. */
export function subtractBlocks(whole: Block, holes: readonly Block[]): Block[] {
  const inside = holes.filter((hole) => overlaps(whole, hole));
  if (inside.length === 0) return [whole];
  if (inside.some((hole) => contains(hole, whole))) return [];
  return halves(whole).flatMap((half) => subtractBlocks(half, inside));
}

function halves({ family, first, prefix }: Block): Block[] {
  const step = 1n << BigInt(bitsOf(family) - prefix - 1);
  return [first, first + step].map((start) => ({ family, first: start, prefix: prefix + 1 }));
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split('.');
  const octet = /^(0|[1-9]\d{0,2})$/; // 010 is eight to some and ten to others.
  if (parts.length !== 4 || !parts.every((part) => octet.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return BigInt(parts.reduce((sum, part) => sum * 256 + Number(part), 0));
}

function parseSix(text: string): bigint | undefined {
  const [head = '', tail, ...rest] = text.split('::');
  if (rest.length > 0) return undefined;
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = 8 - left.length - right.length;
  if (tail === undefined ? gap !== 0 : gap < 1) return undefined;
  const words = [...left, ...Array.from({ length: gap }, () => '0'), ...right];
  if (!words.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return undefined;
  return words.reduce((sum, word) => sum * 65_536n + BigInt(`0x${word}`), 0n);
}

function formatFour(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
}

function formatSix(value: bigint): string {
  const words = Array.from({ length: 8 }, (_, index) =>
    Number((value >> BigInt(112 - 16 * index)) & 65_535n),
  );
  const { start, length } = longestZeroRun(words);
  const hex = words.map((word) => word.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start += 1) {
    let length = 0;
    while (words[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}
