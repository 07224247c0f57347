import * as z from 'zod';
import { canonicalCidr } from './cidr.ts';
import { Ec2Error, invalidValue, notFound } from './ec2-error.ts';
import type { Peer, Permission } from './model.ts';
import type { Ec2State } from './state.ts';

const Description = z.string().optional();

/** `IpPermission` as requests carry it; members the lab does not serve (names, peering) are refused. */
export const IpPermission = z.strictObject({
  IpProtocol: z.string().optional(),
  FromPort: z.int().optional(),
  ToPort: z.int().optional(),
  IpRanges: z.array(z.strictObject({ CidrIp: z.string(), Description })).default([]),
  Ipv6Ranges: z.array(z.strictObject({ CidrIpv6: z.string(), Description })).default([]),
  PrefixListIds: z.array(z.strictObject({ PrefixListId: z.string(), Description })).default([]),
  UserIdGroupPairs: z
    .array(
      z.strictObject({
        GroupId: z.string(),
        UserId: z.string().optional(),
        VpcId: z.string().optional(),
        Description,
      }),
    )
    .default([]),
});
/** One parsed `IpPermission`. */
export type IpPermission = z.infer<typeof IpPermission>;

/** One permission that a request asks for, in the form EC2 stores, with the description it came with. */
export interface Wanted extends Permission {
  readonly description?: string;
}

/** Protocol and ports as EC2 stores them, -1 where the protocol has no ports. */
export interface Ports {
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
}

/**
 * Split request permissions into one {@link Wanted} per peer, each checked and made canonical.
 * Source: `IpPermission` and `IpRange` in the API reference.
 */
export function wantedPermissions(permissions: readonly IpPermission[], state: Ec2State): Wanted[] {
  return permissions.flatMap((permission) => {
    const ports = canonicalPorts(permission);
    const peers = peersOf(permission, state);
    if (peers.length === 0) {
      throw new Ec2Error('MissingParameter', 'The request must contain a source or destination');
    }
    return peers.map(({ peer, description }) => wanted(ports, peer, description));
  });
}

/** Put ports, peer and description together, refusing descriptions that EC2 refuses. */
export function wanted(ports: Ports, peer: Peer, description: string | undefined): Wanted {
  if (description === undefined) return { ...ports, peer };
  if (!/^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{0,255}$/.test(description)) {
    throw invalidValue(
      'Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*',
    );
  }
  return description === '' ? { ...ports, peer } : { ...ports, peer, description };
}

function peersOf(permission: IpPermission, state: Ec2State) {
  return [
    ...permission.IpRanges.map((r) => pair(cidrPeer(r.CidrIp, 4), r.Description)),
    ...permission.Ipv6Ranges.map((r) => pair(cidrPeer(r.CidrIpv6, 6), r.Description)),
    ...permission.PrefixListIds.map((r) =>
      pair(prefixListPeer(r.PrefixListId, state), r.Description),
    ),
    ...permission.UserIdGroupPairs.map((r) => pair(groupPeer(r.GroupId, state), r.Description)),
  ];
}

function pair(peer: Peer, description: string | undefined) {
  return { peer, description };
}

/** A CIDR peer in canonical form, host bits cleared, as the API reference promises (`IpRange$CidrIp`). */
export function cidrPeer(text: string, family: 4 | 6): Peer {
  const cidr = canonicalCidr(text, family);
  if (cidr === undefined) throw invalidValue(`CIDR block ${text} is malformed`);
  return family === 4 ? { kind: 'cidr4', cidr } : { kind: 'cidr6', cidr };
}

/** A peer that is another security group, which must exist. */
export function groupPeer(groupId: string, state: Ec2State): Peer {
  if (!state.groups.has(groupId)) throw notFound.group(groupId);
  return { kind: 'group', groupId };
}

/** A peer that is a prefix list, which must exist. */
export function prefixListPeer(prefixListId: string, state: Ec2State): Peer {
  if (!state.prefixLists.has(prefixListId)) throw notFound.prefixList(prefixListId);
  return { kind: 'prefix-list', prefixListId };
}

const PROTOCOL_NAMES: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '58': 'icmpv6',
};

/** The number of each protocol that has a name here. */
export const PROTOCOL_NUMBERS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(PROTOCOL_NAMES).map(([number, name]) => [name, number]),
);

interface RequestPorts {
  readonly IpProtocol?: string | undefined;
  readonly FromPort?: number | undefined;
  readonly ToPort?: number | undefined;
}

/**
 * Name the protocol and ports as EC2 stores them. For -1 and unusual protocols the ports are
 * ignored; tcp, udp and icmp must bring them; for icmpv6 they may be left out (`IpPermission`).
 */
export function canonicalPorts(request: RequestPorts): Ports {
  const protocol = canonicalProtocol(request.IpProtocol);
  if (!['tcp', 'udp', 'icmp', 'icmpv6'].includes(protocol)) {
    return { protocol, fromPort: -1, toPort: -1 };
  }
  const { FromPort: from, ToPort: to } = request;
  if (protocol === 'icmpv6' && from === undefined && to === undefined) {
    return { protocol, fromPort: -1, toPort: -1 };
  }
  if (from === undefined || to === undefined) {
    throw new Ec2Error(
      'MissingParameter',
      'The request must contain the parameters fromPort and toPort',
    );
  }
  refuseBadPorts(protocol, from, to);
  return { protocol, fromPort: from, toPort: to };
}

function canonicalProtocol(text: string | undefined): string {
  if (text === undefined) {
    throw new Ec2Error('MissingParameter', 'The request must contain the parameter ipProtocol');
  }
  const name = PROTOCOL_NAMES[text] ?? text.toLowerCase();
  const isNumber = /^\d{1,3}$/.test(name) && Number(name) <= 255;
  if (!isNumber && !['-1', 'tcp', 'udp', 'icmp', 'icmpv6'].includes(name)) {
    throw invalidValue(`Invalid value '${text}' for IP protocol. Unknown protocol.`);
  }
  return name;
}

function refuseBadPorts(protocol: string, from: number, to: number): void {
  if (protocol.startsWith('icmp')) {
    const isType = from >= -1 && from <= 255 && to >= -1 && to <= 255;
    if (!isType || (from === -1 && to !== -1)) {
      throw invalidValue(`ICMP code (${to}) with ICMP type (${from}) is invalid`);
    }
    return;
  }
  for (const port of [from, to]) {
    if (port < 0 || port > 65535) throw invalidValue(`TCP/UDP port (${port}) out of range`);
  }
  if (from > to) throw invalidValue(`Invalid TCP/UDP port range (${from}:${to})`);
}

/** What makes two rules of one group and direction the same rule to EC2; the description is no part of it. */
export function identity({ protocol, fromPort, toPort, peer }: Permission): string {
  return `${protocol} ${fromPort}-${toPort} ${peerName(peer)}`;
}

/** The peer as EC2's own messages name it. */
function peerName(peer: Peer): string {
  switch (peer.kind) {
    case 'cidr4':
    case 'cidr6':
      return peer.cidr;
    case 'group':
      return peer.groupId;
    case 'prefix-list':
      return peer.prefixListId;
  }
}

/** The error for a rule that a group already has, with EC2's wording. */
export function duplicate(permission: Permission): Ec2Error {
  const { protocol, fromPort, toPort, peer } = permission;
  const ports =
    protocol === '-1'
      ? 'ALL'
      : `${protocol.toUpperCase()}, from port: ${fromPort}, to port: ${toPort}`;
  return new Ec2Error(
    'InvalidPermission.Duplicate',
    `the specified rule "peer: ${peerName(peer)}, ${ports}, ALLOW" already exists`,
  );
}
