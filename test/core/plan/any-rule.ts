import * as fc from 'fast-check';
import type { AclEntry, Peer, Rule, RuleSpec } from '../../../core/inventory.ts';
import { temporaryId } from '../../../core/step.ts';

/** The groups of a case. */
export const groupIds = ['sg-a', 'sg-b', 'sg-c'];
/** Its subnets, all behind one network ACL. */
export const subnetIds = ['subnet-1', 'subnet-2'];
/** A group that the steps make. */
export const temporary = temporaryId('t1');
/** One that rules name and nobody in the inventory holds. */
const foreign = 'sg-foreign';

/** A rule of one of these groups. */
export function anyRule(groups: readonly string[]): fc.Arbitrary<Omit<Rule, 'id'>> {
  return fc.record({
    groupId: fc.constantFrom(...groups),
    direction: fc.constantFrom('ingress', 'ingress', 'egress'),
    spec: anySpec(),
    tags: fc.constant({}),
  });
}

/** What a rule may let through. */
export const anyTraffic = (): fc.Arbitrary<Omit<RuleSpec, 'peer'>> =>
  fc.constantFrom(
    { protocol: '-1' },
    { protocol: '-1' },
    { protocol: 'tcp', fromPort: 0, toPort: 65_535 },
    { protocol: 'tcp', fromPort: 3000, toPort: 3003 },
    { protocol: 'tcp', fromPort: 3001, toPort: 3001 },
    { protocol: 'tcp', fromPort: 3000, toPort: 3000 },
    { protocol: 'tcp', fromPort: 3002, toPort: 3003 },
    { protocol: '6', fromPort: 0, toPort: 0 },
    { protocol: 'udp', fromPort: 0, toPort: 65_535 },
    { protocol: 'udp', fromPort: 0, toPort: 0 },
    { protocol: 'icmp', fromPort: -1, toPort: -1 },
    { protocol: 'icmp', fromPort: 8, toPort: -1 },
    { protocol: 'icmpv6', fromPort: -1, toPort: -1 },
    { protocol: '47' },
  );

const anyPeer = (): fc.Arbitrary<Peer> =>
  fc.oneof(
    fc
      .constantFrom('0.0.0.0/0', '10.0.0.0/29', '10.0.0.0/30', '10.0.0.0/31', '10.0.0.2/31')
      .map((cidr): Peer => ({ kind: 'ipv4', cidr })),
    fc.integer({ min: 0, max: 7 }).map((n): Peer => ({ kind: 'ipv4', cidr: `10.0.0.${n}/32` })),
    fc.constantFrom('::/0', '::/126', '::1/128').map((cidr): Peer => ({ kind: 'ipv6', cidr })),
    fc.constant<Peer>({ kind: 'prefix-list', prefixListId: 'pl-1' }),
    fc
      .constantFrom(...groupIds, ...groupIds, temporary, foreign)
      .map((groupId): Peer => ({ kind: 'group', groupId })),
  );

function anySpec(): fc.Arbitrary<RuleSpec> {
  return fc.tuple(anyTraffic(), anyPeer()).map(([traffic, peer]) => ({ ...traffic, peer }));
}

/** An entry of a network ACL. */
export function anyEntry(): fc.Arbitrary<AclEntry> {
  return fc
    .record({
      direction: fc.constantFrom('ingress', 'egress'),
      action: fc.constantFrom('allow', 'allow', 'deny'),
      traffic: fc.constantFrom(
        { protocol: '-1' },
        { protocol: '-1' },
        { protocol: '6', fromPort: 3001, toPort: 3001 },
        { protocol: '6', fromPort: 1024, toPort: 65_535 },
        { protocol: '17', fromPort: 0, toPort: 65_535 },
        { protocol: '1', icmpType: 8, icmpCode: -1 },
        { protocol: '58', icmpType: -1, icmpCode: -1 },
      ),
      cidr: fc.constantFrom('0.0.0.0/0', '0.0.0.0/0', '10.0.0.0/30', '10.0.0.1/32', '::/0'),
    })
    .map(({ traffic, ...rest }): AclEntry => ({ number: 1, ...rest, ...traffic }));
}
