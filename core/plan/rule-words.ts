import type { AclEntry, Inventory, Peer, RuleSpec } from '../inventory.ts';
import { temporaryName } from '../step.ts';

/** What a rule lets pass, in words: "tcp 3000-3003", "all traffic", "icmp". */
export function allowanceWords({ protocol, fromPort, toPort }: Omit<RuleSpec, 'peer'>): string {
  if (protocol === '-1') return 'all traffic';
  const name = names[protocol] ?? (/^\d+$/.test(protocol) ? `protocol ${protocol}` : protocol);
  if (fromPort === undefined || fromPort < 0) return name;
  if (name.startsWith('icmp')) return `${name} type ${fromPort}`;
  return toPort === undefined || toPort === fromPort
    ? `${name} ${fromPort}`
    : `${name} ${fromPort}-${toPort}`;
}

const names: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '58': 'icmpv6',
};

/** Whom a rule means, in words; groups with their names. */
export function peerWords(peer: Peer, inventory: Inventory): string {
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return peer.cidr;
    case 'prefix-list':
      return `prefix list ${peer.prefixListId}`;
    case 'group':
      return `group ${groupWords(peer.groupId, inventory)}`;
  }
}

/** A group by id and name; one that a plan makes, by its name. */
export function groupWords(groupId: string, { groups }: Inventory): string {
  const made = temporaryName(groupId);
  if (made !== undefined) return made;
  const name = groups.find(({ id }) => id === groupId)?.name;
  return name === undefined ? groupId : `${groupId} (${name})`;
}

/** What an ACL entry decides, in words. */
export function entryWords(entry: AclEntry): string {
  const { direction, action, cidr, protocol, icmpType: type } = entry;
  const way = direction === 'ingress' ? 'from' : 'to';
  const { fromPort = type, toPort = entry.icmpCode } = entry;
  const traffic = {
    protocol,
    ...(fromPort !== undefined && { fromPort }),
    ...(toPort !== undefined && { toPort }),
  };
  return `${action} ${allowanceWords(traffic)} ${way} ${cidr}`;
}
