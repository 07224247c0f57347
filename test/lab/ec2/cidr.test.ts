import { expect, test } from 'vitest';
import { canonicalAddress, canonicalCidr } from '../../../lab/cloud/ec2/cidr.ts';

test.each([
  ['100.68.0.18/18', 4, '100.68.0.0/18'],
  ['255.255.255.255/32', 4, '255.255.255.255/32'],
  ['1.2.3.4/0', 4, '0.0.0.0/0'],
  ['2001:DB8::1/32', 6, '2001:db8::/32'],
  ['::ffff:10.1.2.3/128', 6, '::ffff:a01:203/128'],
  ['1:2:3:4:5:6:7:8/128', 6, '1:2:3:4:5:6:7:8/128'],
  ['1:0:0:2:0:0:0:3/128', 6, '1:0:0:2::3/128'],
  ['abcd::/0', 6, '::/0'],
] as const)('canonicalCidr() writes %s as RFC 5952 and a network', (text, family, canonical) => {
  expect(canonicalCidr(text, family)).toBe(canonical);
});

test.each([
  ['10.0.0.0/33', 4],
  ['10.0.0.0', 4],
  ['10.0.0.0/8/8', 4],
  ['10.0.0/8', 4],
  ['10.0.0.0/-1', 4],
  ['2001:db8::/32', 4],
  ['10.0.0.0/8', 6],
  ['fe80::1%eth0/64', 6],
] as const)('canonicalCidr() takes %s for no CIDR of IPv%d', (text, family) => {
  expect(canonicalCidr(text, family)).toBeUndefined();
});

test('canonicalAddress() leaves IPv4 alone and shortens IPv6', () => {
  expect(canonicalAddress('10.0.1.11')).toBe('10.0.1.11');
  expect(canonicalAddress('2001:0db8:0000:0000:0000:0000:0000:0011')).toBe('2001:db8::11');
});
