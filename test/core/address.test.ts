import { BlockList, isIP } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contains, formatBlock, overlaps, parseBlock, subtractBlocks } from '../../core/address.ts';
import type { Block } from '../../core/address.ts';

const block = (text: string): Block => {
  const parsed = parseBlock(text);
  if (parsed === undefined) throw new Error(`Expected an address or CIDR: "${text}"`);
  return parsed;
};

const canonical = (text: string): string => formatBlock(block(text));

const same = (one: Block): void => {
  expect(block(formatBlock(one))).toEqual(one);
};

describe('parseBlock() and formatBlock() give the canonical form', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1/32'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255/31', '255.255.255.254/31'],
    ['::', '::/128'],
    ['::/0', '::/0'],
    ['::1', '::1/128'],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1/128'],
    ['2001:db8:ffff::/36', '2001:db8:f000::/36'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3/128'],
    ['1:0:0:2:3:0:0:4', '1::2:3:0:0:4/128'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7/128'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0/128'],
    ['fe80::/10', 'fe80::/10'],
  ])('of %s: %s', (text, wanted) => {
    expect(canonical(text)).toBe(wanted);
  });

  test.each([
    '',
    '/24',
    '10.0.0',
    '10.0.0.0.0',
    '10.0.0.256',
    '10.0.0.-1',
    '010.0.0.1',
    '10.0.0.1/33',
    '10.0.0.1/',
    '10.0.0.1/8/8',
    '10.0.0.1/+8',
    '10.0.0.1 ',
    'ten.0.0.1',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '::1/129',
    'fe80::1%eth0',
  ])('"%s" is neither address nor CIDR', (text) => {
    expect(parseBlock(text)).toBeUndefined();
  });

  test('any IPv6 address reads as the standard writes it', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        fc.pre(!text.includes('.')); // EC2 reports no IPv4 in IPv6.
        const { hostname } = new URL(`http://[${text}]/`);
        expect(canonical(text)).toBe(`${hostname.slice(1, -1)}/128`);
      }),
      { numRuns: 300 },
    );
  });

  test('what was formatted reads back as the same block', () => {
    fc.assert(fc.property(anyBlock(), same), { numRuns: 300 });
  });

  test('whatever is no address by the standard library is none here', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'0123456789abcf:./'.split('')) }),
        (text) => {
          const [address = ''] = text.split('/');
          if (isIP(address) === 0) expect(parseBlock(text)).toBeUndefined();
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('contains() and overlaps()', () => {
  test.each([
    { outer: '10.0.0.0/8', inner: '10.9.0.0/16', whole: true, some: true },
    { outer: '10.0.0.0/8', inner: '10.0.0.0/8', whole: true, some: true },
    { outer: '10.9.0.0/16', inner: '10.0.0.0/8', whole: false, some: true },
    { outer: '10.0.0.0/8', inner: '11.0.0.0/8', whole: false, some: false },
    { outer: '0.0.0.0/0', inner: '::1', whole: false, some: false },
    { outer: '::/0', inner: '10.0.0.1', whole: false, some: false },
    { outer: '2001:db8::/32', inner: '2001:db8:1::/48', whole: true, some: true },
  ])('$outer and $inner', ({ outer, inner, whole, some }) => {
    expect(contains(block(outer), block(inner))).toBe(whole);
    expect(overlaps(block(outer), block(inner))).toBe(some);
  });

  test('agree with the standard library on any address and block', () => {
    fc.assert(
      fc.property(anyBlock(), fc.bigInt({ min: -3n, max: 3n }), (outer, away) => {
        const inner = addressIn(outer.family, outer.first + away);
        fc.pre(inner !== undefined);
        expect(contains(outer, inner)).toBe(inLibrary(outer, inner));
      }),
      { numRuns: 300 },
    );
  });
});

const minus = (whole: string, ...holes: string[]): string[] =>
  subtractBlocks(block(whole), holes.map(block)).map(formatBlock);

describe('subtractBlocks()', () => {
  test('takes one address out of a small block', () => {
    expect(minus('10.0.0.0/30', '10.0.0.1')).toEqual(['10.0.0.0/32', '10.0.0.2/31']);
  });

  test('takes one address out of an IPv6 block', () => {
    expect(minus('2001:db8::/126', '2001:db8::3')).toEqual(['2001:db8::/127', '2001:db8::2/128']);
  });

  test('leaves nothing of a block inside the hole', () => {
    expect(minus('10.0.0.1', '10.0.0.0/24')).toEqual([]);
    expect(minus('10.0.0.0/31', '10.0.0.0', '10.0.0.1')).toEqual([]);
  });

  test('leaves a block alone that no hole touches', () => {
    expect(minus('10.0.0.0/24', '10.0.1.1', '::1')).toEqual(['10.0.0.0/24']);
    expect(minus('10.0.0.0/24')).toEqual(['10.0.0.0/24']);
  });

  test('pieces and hole together are the whole, and share no address', () => {
    fc.assert(
      fc.property(wholeAndHoles(), ([whole, holes]) => {
        const pieces = subtractBlocks(whole, holes);
        const inside = distinct(holes.filter((hole) => overlaps(whole, hole)));
        const cut = inside.some((hole) => contains(hole, whole)) ? [whole] : inside;
        const all = [...pieces, ...cut];

        expect(all.every((one) => contains(whole, one))).toBe(true);
        expect(
          all.filter((one) => all.some((other) => other !== one && overlaps(one, other))),
        ).toEqual([]);
        expect(all.reduce((sum, one) => sum + sizeOf(one), 0n)).toBe(sizeOf(whole));
      }),
      { numRuns: 500 },
    );
  });

  test('no two pieces could be said as one', () => {
    fc.assert(
      fc.property(wholeAndHoles(), ([whole, holes]) => {
        const parents = subtractBlocks(whole, holes)
          .filter(({ prefix }) => prefix > 0)
          .map(({ prefix, ...rest }) => block(formatBlock({ ...rest, prefix: prefix - 1 })))
          .map(formatBlock);
        expect(new Set(parents).size).toBe(parents.length);
      }),
      { numRuns: 300 },
    );
  });
});

function anyBlock(): fc.Arbitrary<Block> {
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6().filter((text) => !text.includes('.')),
  );
  return address.chain((text) =>
    fc.nat({ max: text.includes(':') ? 128 : 32 }).map((prefix) => block(`${text}/${prefix}`)),
  );
}

/** A block and holes in it, beside it, round it, and in the other family. */
function wholeAndHoles(): fc.Arbitrary<[Block, Block[]]> {
  return anyBlock().chain((whole) => {
    const bits = whole.family === 4 ? 32 : 128;
    const inside = fc
      .tuple(fc.bigInt({ min: 0n, max: sizeOf(whole) - 1n }), fc.nat({ max: bits - whole.prefix }))
      .map(([offset, more]) => {
        const { first } = whole;
        return block(formatBlock({ ...whole, first: first + offset, prefix: whole.prefix + more }));
      });
    return fc.tuple(
      fc.constant(whole),
      fc.array(fc.oneof(inside, inside, anyBlock()), { maxLength: 6 }),
    );
  });
}

/** The blocks without those that lie in another: what is left shares no address. */
function distinct(blocks: readonly Block[]): Block[] {
  const unique = [...new Set(blocks.map(formatBlock))].map(block);
  return unique.filter((one) => !unique.some((other) => other !== one && contains(other, one)));
}

const sizeOf = ({ family, prefix }: Block): bigint =>
  1n << BigInt((family === 4 ? 32 : 128) - prefix);

function addressIn(family: 4 | 6, value: bigint): Block | undefined {
  const bits = family === 4 ? 32 : 128;
  return value < 0n || value >= 1n << BigInt(bits)
    ? undefined
    : { family, first: value, prefix: bits };
}

function inLibrary(outer: Block, inner: Block): boolean {
  const family = outer.family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(formatBlock(outer).split('/')[0]!, outer.prefix, family);
  return list.check(formatBlock(inner).split('/')[0]!, family);
}
