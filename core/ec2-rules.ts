import type { Peer, RuleSpec } from './inventory.ts';

/**
 * Rules in the words of EC2's API, which its SDK and its CLI share. Ports are only ever said for protocols
 * that have them: revoking or authorising -1 with ports does not match what EC2 keeps (docs of
 * IpPermission; hashicorp/terraform issue 2837).
 */

const withPorts = new Set(['tcp', '6', 'udp', '17', 'icmp', '1', 'icmpv6', '58']);

/** Whether rules of a protocol have ports. */
export const hasPorts = (protocol: string): boolean => withPorts.has(protocol);

/** A rule to add, for AuthorizeSecurityGroupIngress and -Egress. */
export function permissionOf(spec: RuleSpec) {
  const { protocol, peer, description } = spec;
  const said = description === undefined ? {} : { Description: description };
  return { IpProtocol: protocol, ...portsOf(spec), ...rangeOf(peer, said) };
}

function rangeOf(peer: Peer, said: { Description?: string }) {
  switch (peer.kind) {
    case 'ipv4':
      return { IpRanges: [{ CidrIp: peer.cidr, ...said }] };
    case 'ipv6':
      return { Ipv6Ranges: [{ CidrIpv6: peer.cidr, ...said }] };
    case 'prefix-list':
      return { PrefixListIds: [{ PrefixListId: peer.prefixListId, ...said }] };
    case 'group': {
      const owner = peer.userId === undefined ? {} : { UserId: peer.userId };
      return { UserIdGroupPairs: [{ GroupId: peer.groupId, ...owner, ...said }] };
    }
  }
}

/**
 * A whole rule, for ModifySecurityGroupRules. The description is always said, for what leaving it out
 * does is not documented; an empty one clears it.
 */
export function requestOf(spec: RuleSpec) {
  return {
    IpProtocol: spec.protocol,
    ...portsOf(spec),
    ...sourceOf(spec.peer),
    Description: spec.description ?? '',
  };
}

function sourceOf(peer: Peer) {
  switch (peer.kind) {
    case 'ipv4':
      return { CidrIpv4: peer.cidr };
    case 'ipv6':
      return { CidrIpv6: peer.cidr };
    case 'prefix-list':
      return { PrefixListId: peer.prefixListId };
    case 'group':
      return { ReferencedGroupId: peer.groupId };
  }
}

function portsOf({ protocol, fromPort, toPort }: RuleSpec): { FromPort?: number; ToPort?: number } {
  if (!hasPorts(protocol) || fromPort === undefined || toPort === undefined) return {};
  return { FromPort: fromPort, ToPort: toPort };
}
