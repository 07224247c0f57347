import { formatBlock, overlaps, parseBlock, subtractBlocks } from '../address.ts';
import type { Block } from '../address.ts';
import type { Inventory, Peer, Rule, RuleSpec } from '../inventory.ts';
import { Refusal } from '../refusal.ts';

/** The flows to take out of rules: who dials, and to which ports. */
export interface Hole {
  readonly addresses: readonly string[];
  readonly instanceIds: ReadonlySet<string>;
  readonly ports: readonly number[];
}

/** Whether a rule admits any flow of the hole. */
export function covers(rule: Rule, hole: Hole, inventory: Inventory): boolean {
  return (
    rule.direction === 'ingress' &&
    admitsTcp(rule.spec) &&
    hole.ports.some((port) => inRange(rule.spec, port)) &&
    admitsAny(rule.spec.peer, hole, inventory)
  );
}

/**
 * What is left of a rule without the hole: the same peer on the other ports, and those of a wider
 * CIDR who are not cut on all its ports. Empty when the rule lies wholly inside the hole.
 *
 * @throws Refusal where the rest cannot be said exactly in rules.
 */
export function subtract(rule: Rule, hole: Hole, inventory: Inventory): RuleSpec[] {
  refuseAllProtocols(rule);
  const { spec } = rule;
  const { cut, kept } = splitPeer(rule, hole, inventory);
  const ranges = portsOutside(spec, hole.ports);
  return [
    ...cut.flatMap((peer) => ranges.map((range) => ({ ...spec, ...range, peer }))),
    ...kept.map((peer) => ({ ...spec, peer })),
  ];
}

function admitsTcp({ protocol }: RuleSpec): boolean {
  return protocol === 'tcp' || protocol === '6' || protocol === '-1';
}

function inRange({ protocol, fromPort = 0, toPort = 65_535 }: RuleSpec, port: number): boolean {
  return protocol === '-1' || (fromPort <= port && port <= toPort);
}

function admitsAny(peer: Peer, hole: Hole, inventory: Inventory): boolean {
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return holesIn(peer.cidr, hole).length > 0;
    case 'group':
      return holders(peer.groupId, inventory).some(
        (id) => id !== undefined && hole.instanceIds.has(id),
      );
    case 'prefix-list':
      return true;
  }
}

/** The peers of the rule that are cut, and those that must go on as they are. */
function splitPeer(rule: Rule, hole: Hole, inventory: Inventory): { cut: Peer[]; kept: Peer[] } {
  const { peer } = rule.spec;
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return splitCidr(peer, hole);
    case 'group':
      refuseOtherMembers(rule, hole, inventory);
      return { cut: [peer], kept: [] };
    case 'prefix-list':
      throw new Refusal(
        `Cannot cut rule ${rule.id} as its peer must be a CIDR or a group: found prefix list ${peer.prefixListId}`,
      );
  }
}

function splitCidr(
  peer: Peer & { kind: 'ipv4' | 'ipv6' },
  hole: Hole,
): { cut: Peer[]; kept: Peer[] } {
  const whole = blockOf(peer.cidr);
  const holes = holesIn(peer.cidr, hole);
  const kept = subtractBlocks(whole, holes);
  const asPeer = (block: Block): Peer => ({ kind: peer.kind, cidr: formatBlock(block) });
  return { cut: kept.length === 0 ? [peer] : holes.map(asPeer), kept: kept.map(asPeer) };
}

function holesIn(cidr: string, { addresses }: Hole): Block[] {
  const whole = blockOf(cidr);
  return addresses.map(blockOf).filter((block) => overlaps(whole, block));
}

function blockOf(text: string): Block {
  const block = parseBlock(text);
  if (block !== undefined) return block;
  throw new Refusal(
    `Cannot read address "${text}" as it must be an IPv4 or IPv6 address or CIDR: found neither`,
  );
}

function refuseOtherMembers(rule: Rule, hole: Hole, inventory: Inventory): void {
  const { peer } = rule.spec;
  if (peer.kind !== 'group') return;
  const other = inventory.interfaces.find(
    ({ groupIds, instanceId }) =>
      groupIds.includes(peer.groupId) &&
      (instanceId === undefined || !hole.instanceIds.has(instanceId)),
  );
  if (other === undefined) return;
  throw new Refusal(
    `Cannot cut rule ${rule.id} as everyone in its group ${peer.groupId} must be cut: found ${other.id} of ${other.instanceId ?? 'another service'}, which must keep its access; cut all clients or give it a group of its own`,
  );
}

function holders(groupId: string, { interfaces }: Inventory): (string | undefined)[] {
  return interfaces
    .filter(({ groupIds }) => groupIds.includes(groupId))
    .map(({ instanceId }) => instanceId);
}

function refuseAllProtocols({ id, spec }: Rule): void {
  if (spec.protocol !== '-1') return;
  throw new Refusal(
    `Cannot cut rule ${id} as it must name a protocol to be narrowed exactly: found protocol -1; replace it by tcp, udp and icmp rules`,
  );
}

/** The parts of a rule's port range that no cut port lies in, ascending. */
function portsOutside(
  { fromPort = 0, toPort = 65_535 }: RuleSpec,
  ports: readonly number[],
): { fromPort: number; toPort: number }[] {
  const cut = ports.filter((port) => fromPort <= port && port <= toPort);
  const edges = [fromPort - 1, ...cut.toSorted((a, b) => a - b), toPort + 1];
  return edges
    .slice(1)
    .map((end, index) => ({ fromPort: (edges[index] ?? 0) + 1, toPort: end - 1 }))
    .filter((range) => range.fromPort <= range.toPort);
}
