import { isIPv4, isIPv6 } from 'node:net';

/** Write `text` as EC2 stores a CIDR, host bits cleared; undefined when it is not one of `family`. */
export function canonicalCidr(text: string, family: 4 | 6): string | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const bits = family === 4 ? 32 : 128;
  if (rest.length > 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > bits) return undefined;
  if (family === 4 ? !isIPv4(address) : !isIPv6(address) || address.includes('%')) return undefined;
  const hostBits = BigInt(bits - Number(prefix));
  const network = (toNumber(address, family) >> hostBits) << hostBits;
  return `${fromNumber(network, family)}/${Number(prefix)}`;
}

/** Write an IPv6 address in its one canonical form (RFC 5952), an IPv4 address as it is. */
export function canonicalAddress(address: string): string {
  return isIPv4(address) ? address : fromNumber(toNumber(address, 6), 6);
}

/** Whether `cidr` holds `address`; false for one of the other family or none at all. */
export function hasAddress(cidr: string, address: string): boolean {
  const family = cidr.includes(':') ? 6 : 4;
  const [, prefix = ''] = cidr.split('/');
  return canonicalCidr(`${address}/${prefix}`, family) === cidr;
}

/** The address `index` places after the first one of a canonical `cidr`; may lie beyond its end. */
export function addressAt(cidr: string, index: number): string {
  const [network = ''] = cidr.split('/');
  const family = cidr.includes(':') ? 6 : 4;
  return fromNumber(toNumber(network, family) + BigInt(index), family);
}

function toNumber(address: string, family: 4 | 6): bigint {
  if (family === 4) return joinGroups(address.split('.').map(Number), 8n);
  const [head = '', tail] = dottedTailToHex(address).split('::');
  const left = hexGroups(head);
  const right = tail === undefined ? [] : hexGroups(tail);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return joinGroups([...left, ...zeros, ...right], 16n);
}

function joinGroups(groups: readonly number[], bits: bigint): bigint {
  return groups.reduce((sum, group) => (sum << bits) | BigInt(group), 0n);
}

function hexGroups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function dottedTailToHex(address: string): string {
  const dotted = /\d+\.\d+\.\d+\.\d+$/.exec(address)?.[0];
  if (dotted === undefined) return address;
  const value = Number(toNumber(dotted, 4));
  const hex = `${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`;
  return address.slice(0, -dotted.length) + hex;
}

function fromNumber(value: bigint, family: 4 | 6): string {
  if (family === 4) return splitGroups(value, 4, 8n).join('.');
  const groups = splitGroups(value, 8, 16n).map((group) => group.toString(16));
  const zeros = longestZeroRun(groups);
  if (zeros.length < 2) return groups.join(':');
  const after = groups.slice(zeros.start + zeros.length);
  return `${groups.slice(0, zeros.start).join(':')}::${after.join(':')}`;
}

function splitGroups(value: bigint, count: number, bits: bigint): number[] {
  const mask = (1n << bits) - 1n;
  return Array.from({ length: count }, (_, index) =>
    Number((value >> (BigInt(count - 1 - index) * bits)) & mask),
  );
}

function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === '0') length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}
