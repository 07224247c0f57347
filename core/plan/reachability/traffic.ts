import type { AclEntry, RuleSpec } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';

/** What rules and ACL entries tell apart: the protocols with ports or types, and all the others. */
export type Protocol = 'tcp' | 'udp' | 'icmp' | 'icmpv6' | 'other';

/** A part of the traffic line, from `start` up to but not including `end`. */
export type Range = readonly [start: number, end: number];

/**
 * All packets on one line, one protocol after the other, so that a set of them is a list of ranges. A
 * point is a port of tcp and udp, type × 256 + code of ICMP, and the protocol's number of the others.
 */
const width = 65_536;
const origins = {
  tcp: 0,
  udp: width,
  icmp: 2 * width,
  icmpv6: 3 * width,
  other: 4 * width,
} as const satisfies Record<Protocol, number>;
const lineEnd = 4 * width + 256;

/** Every packet there is. */
export const everything: Range = [0, lineEnd];
/** Every tcp port there is. */
export const allTcp: Range = [origins.tcp, origins.tcp + width];
/** The packets of protocols without ports or types of their own. */
export const otherProtocols: Range = [origins.other, lineEnd];

/** The IANA numbers of the protocols that EC2 also knows by name. */
const named: Readonly<Record<string, Exclude<Protocol, 'other'>>> = {
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '58': 'icmpv6',
  icmp: 'icmp',
  tcp: 'tcp',
  udp: 'udp',
  icmpv6: 'icmpv6',
};

/** The place of a packet on the traffic line. */
export function pointOf(protocol: Protocol, port: number): number {
  return origins[protocol] + port;
}

/** The packets that a rule lets pass, whoever sends them. */
export function rangeOfRule({ protocol, fromPort, toPort }: RuleSpec): Range {
  return rangeOf(protocol, fromPort, toPort);
}

/** The packets that an ACL entry decides on, whoever sends them. */
export function rangeOfEntry(entry: AclEntry): Range {
  const icmp = named[entry.protocol]?.startsWith('icmp') === true;
  return icmp
    ? rangeOf(entry.protocol, entry.icmpType, entry.icmpCode)
    : rangeOf(entry.protocol, entry.fromPort, entry.toPort);
}

/** Of ICMP the first port is the type and the second the code, as in EC2's rules; -1 is all. */
function rangeOf(protocol: string, first = -1, second = -1): Range {
  if (protocol === '-1') return everything;
  const name = named[protocol];
  if (name === undefined) return otherRange(protocol);
  switch (name) {
    case 'tcp':
    case 'udp':
      return [origins[name] + Math.max(first, 0), origins[name] + lastPort(second) + 1];
    case 'icmp':
    case 'icmpv6':
      return icmpRange(origins[name], first, second);
  }
}

const lastPort = (port: number): number => (port < 0 ? width - 1 : port);

function icmpRange(origin: number, type: number, code: number): Range {
  if (type < 0) return [origin, origin + width];
  const start = origin + type * 256;
  return code < 0 ? [start, start + 256] : [start + code, start + code + 1];
}

function otherRange(protocol: string): Range {
  const number = /^\d{1,3}$/.test(protocol) ? Number(protocol) : 256;
  if (number < 256) return [origins.other + number, origins.other + number + 1];
  throw new Refusal(
    `Cannot read protocol "${protocol}" as it must be -1, a number up to 255, tcp, udp, icmp or icmpv6: found none of them`,
  );
}

/**
 * What is compared between addresses of a family. Left out: tcp and udp port 0, on which nothing can
 * listen and parked rules wait; the ICMP of the other family; and, among the other protocols, the numbers
 * of those that have a place of their own.
 */
export function compared(family: 4 | 6): Range[] {
  const icmp = family === 4 ? origins.icmp : origins.icmpv6;
  const others = [0, 2, 7, 18, 59].map((start, index, starts): Range => {
    const next = starts[index + 1];
    return [origins.other + start, next === undefined ? lineEnd : origins.other + next - 1];
  });
  return [
    [origins.tcp + 1, origins.tcp + width],
    [origins.udp + 1, origins.udp + width],
    [icmp, icmp + width],
    ...others,
  ];
}

/** The packets of one range in words that tell its protocol and ports; the range lies in one protocol. */
export function partOf([start, end]: Range): {
  protocol: Protocol;
  ports: readonly [number, number];
} {
  const protocol = protocolAt(start);
  const origin = origins[protocol];
  const last = protocol === 'other' ? lineEnd : origin + width;
  return { protocol, ports: [start - origin, Math.min(end, last) - 1 - origin] };
}

function protocolAt(point: number): Protocol {
  if (point < origins.udp) return 'tcp';
  if (point < origins.icmp) return 'udp';
  if (point < origins.icmpv6) return 'icmp';
  return point < origins.other ? 'icmpv6' : 'other';
}
