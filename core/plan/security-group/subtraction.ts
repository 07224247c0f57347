import { formatBlock, overlaps, parseBlock, subtractBlocks } from '../../address.ts';
import type { Block } from '../../address.ts';
import type { Interface, Peer, Rule, RuleSpec } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';
import type { Filters } from '../filters.ts';
import { admitsTcp, portsOutside, rangesOf } from './ports.ts';

/** Flows to take out of a group's rules: who dials, and to which ports. */
export interface Hole {
  readonly senders: ReadonlySet<string>;
  readonly blocks: readonly Block[];
  readonly ports: readonly number[];
}

/** The hole of these instances, on every address of every interface they have. */
export function holeOf(
  senders: ReadonlySet<string>,
  ports: readonly number[],
  { interfaces }: Filters,
): Hole {
  const own = interfaces.filter(({ instanceId = '' }) => senders.has(instanceId));
  return {
    senders,
    ports,
    blocks: own.flatMap(({ addresses }) => addresses).map(blockOf),
  };
}

/** Whether a rule admits any flow of the hole. */
export function covers({ direction, spec }: Rule, hole: Hole, filters: Filters): boolean {
  return (
    direction === 'ingress' &&
    hole.ports.some((port) => admitsTcp(spec, port)) &&
    admitsAny(spec.peer, hole, filters)
  );
}

/**
 * What is left of a rule without the hole, its own peer first: the same peer on the other ports (and,
 * of a rule for all protocols, on UDP and ICMP), and on the ports of the hole those of its peer who are
 * not cut. Empty when the rule lies wholly inside the hole.
 */
export function restOf(rule: Rule, hole: Hole, filters: Filters): RuleSpec[] {
  const { spec } = rule;
  const elsewhere = elsewhereOf(spec, hole, filters).map((part) => ({ ...spec, ...part }));
  const inside = insideOf(spec, hole.ports);
  const kept = keptOf(spec.peer, hole, filters).map((peer) => ({ ...spec, ...inside, peer }));
  return [...elsewhere.map((one) => (one.protocol === '-1' ? withoutPorts(one) : one)), ...kept];
}

/** The cut ports of a rule where they are one range; else all its ports, which costs no more rules. */
function insideOf(spec: RuleSpec, ports: readonly number[]): Partial<RuleSpec> {
  if (spec.protocol === '-1') return {};
  const ranges = rangesOf(ports.filter((port) => admitsTcp(spec, port)));
  return ranges.length === 1 ? { ...ranges[0] } : {};
}

/** The rest of a rule's protocols and ports for those who are cut. */
function elsewhereOf(spec: RuleSpec, hole: Hole, filters: Filters): Partial<RuleSpec>[] {
  const ranges = portsOutside(spec, hole.ports);
  if (spec.protocol !== '-1') return ranges;
  return [
    ...ranges.map((range) => ({ protocol: 'tcp', ...range })),
    { protocol: 'udp', fromPort: 0, toPort: 65_535 },
    ...icmpFor(spec.peer, filters).map((protocol) => ({ protocol, fromPort: -1, toPort: -1 })),
  ];
}

/** ICMP has a protocol for each address family. */
function icmpFor(peer: Peer, filters: Filters): string[] {
  switch (peer.kind) {
    case 'ipv4':
      return ['icmp'];
    case 'ipv6':
      return ['icmpv6'];
    case 'group':
      return ['icmp', 'icmpv6'];
    case 'prefix-list': {
      const [first] = cidrsOf(peer.prefixListId, filters);
      return [first?.includes(':') === true ? 'icmpv6' : 'icmp'];
    }
  }
}

function withoutPorts({ fromPort: _from, toPort: _to, ...rest }: RuleSpec): RuleSpec {
  return rest;
}

function admitsAny(peer: Peer, hole: Hole, filters: Filters): boolean {
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return holesIn(peer.cidr, hole).length > 0;
    case 'group':
      return membersOf(peer.groupId, filters).some(({ instanceId = '' }) =>
        hole.senders.has(instanceId),
      );
    case 'prefix-list':
      return cidrsOf(peer.prefixListId, filters).some((cidr) => holesIn(cidr, hole).length > 0);
  }
}

/** Those of a peer that are not cut, said by address. */
function keptOf(peer: Peer, hole: Hole, filters: Filters): Peer[] {
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return keptIn([peer.cidr], hole);
    case 'group':
      return membersOf(peer.groupId, filters)
        .filter(({ instanceId = '' }) => !hole.senders.has(instanceId))
        .flatMap(({ addresses }) => addresses)
        .map((address) => peerOf(blockOf(address)));
    case 'prefix-list':
      return keptIn(cidrsOf(peer.prefixListId, filters), hole);
  }
}

const keptIn = (cidrs: readonly string[], hole: Hole): Peer[] =>
  cidrs.flatMap((cidr) => subtractBlocks(blockOf(cidr), holesIn(cidr, hole))).map(peerOf);

/** A block as a rule's peer. */
export function peerOf(block: Block): Peer {
  return { kind: block.family === 4 ? 'ipv4' : 'ipv6', cidr: formatBlock(block) };
}

function holesIn(cidr: string, { blocks }: Hole): Block[] {
  const whole = blockOf(cidr);
  return blocks.filter((block) => overlaps(whole, block));
}

function membersOf(groupId: string, { interfaces }: Filters): Interface[] {
  return interfaces.filter(({ groupIds }) => groupIds.includes(groupId));
}

function cidrsOf(prefixListId: string, { prefixLists }: Filters): readonly string[] {
  return prefixLists.find(({ id }) => id === prefixListId)?.cidrs ?? [];
}

/** @throws Refusal for what is neither address nor CIDR. */
export function blockOf(text: string): Block {
  const block = parseBlock(text);
  if (block !== undefined) return block;
  throw new Refusal(
    `Cannot read address "${text}" as it must be an IPv4 or IPv6 address or CIDR: found neither`,
  );
}
