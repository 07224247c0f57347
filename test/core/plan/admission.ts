import { BlockList } from 'node:net';
import type { PrefixList, RuleSpec, SecurityGroup } from '../../../core/inventory.ts';

/** Somebody who dials: with one address, and the groups of the interface it belongs to. */
export interface Dialler {
  readonly address: string;
  readonly groupIds: readonly string[];
  readonly instanceId?: string | undefined;
  readonly interfaceId?: string | undefined;
}

/** What is dialled. */
export interface Dialled {
  readonly to: { readonly groupIds: readonly string[] };
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'icmpv6';
  readonly port: number;
}

/** Groups, and the prefix lists that their rules name. */
export interface Rules {
  readonly groups: readonly SecurityGroup[];
  readonly prefixLists?: readonly PrefixList[];
}

/**
 * Whether the groups of `to` admit a packet, by EC2's documented rules and the standard library's
 * address arithmetic. Written apart from core, so that a fault there is not repeated here.
 */
export function admitted(
  { groups, prefixLists = [] }: Rules,
  from: Dialler,
  { to, protocol, port }: Dialled,
): boolean {
  for (const group of groups) {
    if (!to.groupIds.includes(group.id)) continue;
    for (const { direction, spec } of group.rules) {
      if (direction === 'egress' || !onPort(spec, protocol, port)) continue;
      if (fromPeer(spec.peer, from, prefixLists)) return true;
    }
  }
  return false;
}

function onPort({ protocol, fromPort, toPort }: RuleSpec, wanted: string, port: number): boolean {
  if (protocol === '-1') return true;
  if (protocol !== wanted) return false;
  if (protocol.startsWith('icmp')) return fromPort === -1;
  return (fromPort === undefined || fromPort <= port) && (toPort === undefined || port <= toPort);
}

function fromPeer(
  peer: RuleSpec['peer'],
  { address, groupIds }: Dialler,
  prefixLists: readonly PrefixList[],
): boolean {
  switch (peer.kind) {
    case 'group':
      return groupIds.includes(peer.groupId);
    case 'prefix-list':
      return prefixLists
        .filter(({ id }) => id === peer.prefixListId)
        .some(({ cidrs }) => cidrs.some((cidr) => isIn(cidr, address)));
    default:
      return isIn(peer.cidr, address);
  }
}

/** The standard library finds an IPv4 address in ::/0, as a mapped one; EC2 does not. */
function isIn(cidr: string, address: string): boolean {
  if (cidr.includes(':') !== address.includes(':')) return false;
  return listOf(cidr).check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

const lists = new Map<string, BlockList>();

function listOf(cidr: string): BlockList {
  const known = lists.get(cidr);
  if (known !== undefined) return known;
  const list = new BlockList();
  const [address = '', length = ''] = cidr.split('/');
  list.addSubnet(address, Number(length), cidr.includes(':') ? 'ipv6' : 'ipv4');
  lists.set(cidr, list);
  return list;
}
