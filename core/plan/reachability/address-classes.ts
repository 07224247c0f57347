import { formatBlock, parseBlock, subtractBlocks } from '../../address.ts';
import type { Block } from '../../address.ts';
import type { Interface, RuleSpec } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';
import type { Filters } from '../filters.ts';

/**
 * Addresses that no filter tells apart: those of a block that lie in none of the smaller blocks named.
 * Blocks nest or are disjoint, so an address matches exactly its class's block and those around it.
 */
export interface AddressClass {
  readonly index: number;
  readonly family: 4 | 6;
  readonly block: Block;
  readonly around: AddressClass | undefined;
}

interface Segment {
  readonly start: bigint;
  readonly of: AddressClass;
}

/** The address classes of everything that the given filters name: CIDRs of rules, lists, ACL entries. */
export class AddressClasses {
  readonly all: readonly AddressClass[];
  readonly #byText = new Map<string, AddressClass>();
  readonly #byBlock = new Map<string, AddressClass>();
  readonly #segments: Readonly<Record<4 | 6, readonly Segment[]>>;

  constructor(filters: readonly Filters[]) {
    const blocks = new Map<string, Block>();
    for (const text of ['0.0.0.0/0', '::/0', ...cidrsOf(filters)]) {
      const block = blockOf(text);
      blocks.set(keyOf(block), block);
    }
    const four = layOut([...blocks.values()].filter(({ family }) => family === 4).toSorted(order));
    const six = layOut([...blocks.values()].filter(({ family }) => family === 6).toSorted(order));
    this.all = [...four.classes, ...six.classes].map((one, index) => Object.assign(one, { index }));
    this.#segments = { 4: four.segments, 6: six.segments };
    for (const one of this.all) this.#byBlock.set(keyOf(one.block), one);
  }

  /** The class whose block is this CIDR, which must be one that the filters name. */
  ofCidr(text: string): AddressClass {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const found = this.#byBlock.get(keyOf(blockOf(text)));
    if (found === undefined) throw new Error(`Cannot find ${text} as it must be named by a filter`);
    this.#byText.set(text, found);
    return found;
  }

  /** The class of one address. */
  ofAddress({ family, first }: Block): AddressClass {
    const segments = this.#segments[family];
    let [low, high] = [0, segments.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const segment = segments[middle];
      if (segment !== undefined && segment.start <= first) low = middle;
      else high = middle - 1;
    }
    const found = segments[low];
    if (found === undefined) throw new Error('Cannot place an address as a root must be there');
    return found.of;
  }

  /** The classes with at least one address that none of these interfaces has. */
  withStrangers(interfaces: readonly Interface[]): AddressClass[] {
    const taken = new Map<number, bigint>();
    const take = ({ index }: AddressClass, count: bigint): void =>
      void taken.set(index, (taken.get(index) ?? 0n) + count);
    for (const block of addressesOf(interfaces)) take(this.ofAddress(block), 1n);
    for (const { block, around } of this.all) if (around !== undefined) take(around, sizeOf(block));
    return this.all.filter(({ index, block }) => sizeOf(block) > (taken.get(index) ?? 0n));
  }

  nameOf({ block }: AddressClass): string {
    return formatBlock(block);
  }

  /** Addresses of a class that none of these interfaces has, as a CIDR; for naming, not for counting. */
  exampleOf({ block, index }: AddressClass, interfaces: readonly Interface[]): string {
    const inner = this.all.filter(({ around }) => around?.index === index);
    const known = addressesOf(interfaces).filter((one) => this.ofAddress(one).index === index);
    const [free = block] = subtractBlocks(block, [...inner.map((one) => one.block), ...known]);
    return formatBlock(free);
  }
}

/**
 * Reads an address or CIDR.
 *
 * @throws Refusal for a text that is neither.
 */
export function blockOf(text: string): Block {
  const block = parseBlock(text);
  if (block !== undefined) return block;
  throw new Refusal(
    `Cannot read address "${text}" as it must be an IPv4 or IPv6 address or CIDR: found neither`,
  );
}

function addressesOf(interfaces: readonly Interface[]): Block[] {
  const texts = new Set(interfaces.flatMap(({ addresses }) => addresses));
  const blocks = [...texts].map(blockOf);
  return [...new Map(blocks.map((block) => [keyOf(block), block])).values()];
}

function cidrsOf(filters: readonly Filters[]): string[] {
  return filters.flatMap(({ groups, prefixLists, networkAcls }) => [
    ...groups.flatMap(({ rules }) => rules.flatMap(({ spec: { peer } }) => ownCidr(peer))),
    ...prefixLists.flatMap(({ cidrs }) => cidrs),
    ...networkAcls.flatMap(({ entries }) => entries.map(({ cidr }) => cidr)),
  ]);
}

const ownCidr = (peer: RuleSpec['peer']): string[] => ('cidr' in peer ? [peer.cidr] : []);

const keyOf = ({ family, first, prefix }: Block): string => `${family} ${first} ${prefix}`;

const sizeOf = ({ family, prefix }: Block): bigint =>
  1n << BigInt((family === 4 ? 32 : 128) - prefix);

/** Outer blocks before those inside them. */
function order(left: Block, right: Block): number {
  if (left.first === right.first) return left.prefix - right.prefix;
  return left.first < right.first ? -1 : 1;
}

/** The classes of one family, and where each begins and goes on after a block inside it. */
function layOut(blocks: readonly Block[]): { classes: AddressClass[]; segments: Segment[] } {
  const classes: AddressClass[] = [];
  const segments: Segment[] = [];
  const open: { of: AddressClass; end: bigint }[] = [];
  for (const block of blocks) {
    let last = open.at(-1);
    while (last !== undefined && last.end <= block.first) {
      open.pop();
      const start = last.end;
      last = open.at(-1);
      if (last !== undefined) segments.push({ start, of: last.of });
    }
    const one = { index: 0, family: block.family, block, around: last?.of };
    classes.push(one);
    segments.push({ start: block.first, of: one });
    open.push({ of: one, end: block.first + sizeOf(block) });
  }
  for (let last = open.pop(); last !== undefined; last = open.pop()) {
    const around = open.at(-1);
    if (around !== undefined) segments.push({ start: last.end, of: around.of });
  }
  return { classes, segments };
}
