import { BlockList } from 'node:net';
import type { Interface, RuleSpec, SecurityGroup } from '../../../core/inventory.ts';

/** Somebody who dials: with one address, and the groups of the interface it belongs to. */
export interface Dialler {
  readonly address: string;
  readonly groupIds: readonly string[];
  readonly instanceId?: string | undefined;
}

/**
 * Whether the groups of `to` admit a packet, by EC2's documented rules and the standard library's
 * address arithmetic. Written apart from core, so that a fault there is not repeated here.
 */
export function admitted(
  groups: readonly SecurityGroup[],
  from: Dialler,
  { to, protocol, port }: { to: Interface; protocol: 'tcp' | 'udp'; port: number },
): boolean {
  for (const group of groups) {
    if (!to.groupIds.includes(group.id)) continue;
    for (const { direction, spec } of group.rules) {
      if (direction === 'egress' || !onPort(spec, protocol, port)) continue;
      if (fromPeer(spec.peer, from)) return true;
    }
  }
  return false;
}

function onPort({ protocol, fromPort, toPort }: RuleSpec, wanted: string, port: number): boolean {
  if (protocol === '-1') return true;
  if (protocol !== wanted) return false;
  return (fromPort === undefined || fromPort <= port) && (toPort === undefined || port <= toPort);
}

function fromPeer(peer: RuleSpec['peer'], { address, groupIds }: Dialler): boolean {
  if (peer.kind === 'group') return groupIds.includes(peer.groupId);
  if (peer.kind === 'prefix-list') return false;
  return listOf(peer.cidr).check(address, address.includes(':') ? 'ipv6' : 'ipv4');
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
