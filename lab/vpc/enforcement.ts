import { aclChains, aclJumps } from './acl-match.ts';
import { CLOUD_ADDRESS, CLOUD_ADDRESS6 } from './cloud-address.ts';
import { matches, untrackedMatches } from './rule-match.ts';
import type { Enforced, EnforcedInterface, EnforcedRule } from './rule-match.ts';

/**
 * Security groups and network ACLs as an nftables rule set for the router.
 *
 * Every packet passes two independent gates: egress of the interface it comes from, then ingress of
 * the one it goes to. A gate lets through what any rule of any of the interface's groups admits,
 * and flows that it is tracking. Each gate tracks for itself, in one bit of the connection's mark,
 * as each interface does on AWS. A flow is not tracked where a TCP or UDP rule is open to the
 * world and the other direction is open to the world on all ports; its packets are then judged
 * one by one, both ways, so it stalls when the rule goes. A tracked flow lives on.
 * Source: EC2 User Guide, "Security group connection tracking". Between the two gates lie the edges
 * of the subnets, with their network ACLs: `acl-match.ts`.
 *
 * What starts and ends it is the router's; this file only writes the text. It does not cover
 * automatically tracked connections or AWS's idle timeouts.
 */

/**
 * The nft text that replaces the router's `inet vpc` table in one transaction; connections and
 * their marks outlive it. Traffic of the cloud's own address has no gate at that end: to an
 * instance it is the outside world.
 */
export function ruleset(inventory: Enforced): string {
  const state = { ...inventory, interfaces: inventory.interfaces.filter(isAttached) };
  return [
    'table inet vpc {',
    '}',
    'delete table inet vpc',
    'table inet vpc {',
    ...addressSet('known4', 'ipv4_addr', knownAddresses(state, 4)),
    ...addressSet('known6', 'ipv6_addr', knownAddresses(state, 6)),
    ...memberSets(state),
    ...prefixListSets(state),
    ...trackingChains(),
    ...[...new Set(keepersOf(state).values())].flatMap((one) => gates(one, state)),
    ...aclChains(state),
    ...forwardChain(state),
    '}',
    '',
  ].join('\n');
}

/** An interface that no instance has sends nothing, and its address may be another VPC's, too. */
function isAttached({ instanceId }: EnforcedInterface): boolean {
  return instanceId !== undefined;
}

function knownAddresses({ interfaces }: Enforced, family: 4 | 6): string[] {
  const cloud = family === 4 ? CLOUD_ADDRESS : CLOUD_ADDRESS6;
  return [...interfaces.flatMap((one) => addressOf(one, family) ?? []), cloud];
}

function addressOf(one: EnforcedInterface, family: 4 | 6): string | undefined {
  return family === 4 ? one.address : one.address6;
}

function addressSet(name: string, type: string, elements: readonly string[]): string[] {
  const isInterval = elements.some((element) => element.includes('/'));
  return [
    `  set ${name} {`,
    `    type ${type}`,
    ...(isInterval ? ['    flags interval', '    auto-merge'] : []),
    ...(elements.length > 0 ? [`    elements = { ${elements.join(', ')} }`] : []),
    '  }',
  ];
}

function memberSets(state: Enforced): string[] {
  const referenced = state.rules.flatMap(({ peer }) => (peer.kind === 'group' ? peer.groupId : []));
  return [...new Set(referenced)].flatMap((groupId) => {
    const members = state.interfaces.filter(({ groupIds }) => groupIds.includes(groupId));
    return [
      ...addressSet(
        `${groupId}-4`,
        'ipv4_addr',
        members.map(({ address }) => address),
      ),
      ...addressSet(
        `${groupId}-6`,
        'ipv6_addr',
        members.flatMap(({ address6 }) => address6 ?? []),
      ),
    ];
  });
}

function prefixListSets({ prefixLists }: Enforced): string[] {
  return prefixLists.flatMap(({ id, family, cidrs }) =>
    addressSet(id, family === 4 ? 'ipv4_addr' : 'ipv6_addr', cidrs),
  );
}

/** Bit of the connection mark that says "tracked", for the gate of the side that opened the flow and of the other. */
const OPENER = '0x1';
const ANSWERER = '0x2';

/** The bit of a gate for packets of the flow's first direction, and for packets of the way back. */
function trackingBits(egress: boolean): { original: string; reply: string } {
  return egress ? { original: OPENER, reply: ANSWERER } : { original: ANSWERER, reply: OPENER };
}

function trackingChains(): string[] {
  return [false, true].flatMap((egress) => [
    `  chain track-${directionName(egress)} {`,
    `    ct direction original ct mark set ct mark or ${trackingBits(egress).original}`,
    '  }',
  ]);
}

function directionName(egress: boolean): string {
  return egress ? 'egress' : 'ingress';
}

/**
 * Interface → the one whose gates it shares: the first with the same groups. Gates say nothing of the
 * interface itself, and nft takes only so much in one transaction.
 */
function keepersOf({ interfaces }: Enforced): Map<EnforcedInterface, EnforcedInterface> {
  const first = new Map<string, EnforcedInterface>();
  for (const one of interfaces) {
    const key = one.groupIds.toSorted().join();
    if (!first.has(key)) first.set(key, one);
  }
  return new Map(interfaces.map((one) => [one, first.get(one.groupIds.toSorted().join()) ?? one]));
}

function gates(one: EnforcedInterface, state: Enforced): string[] {
  const rules = state.rules.filter(({ groupId }) => one.groupIds.includes(groupId));
  const ingress = rules.filter((rule) => !rule.egress);
  const egress = rules.filter((rule) => rule.egress);
  return [
    ...gate(`ingress-${one.id}`, false, { rules: ingress, otherWay: egress, state }),
    ...gate(`egress-${one.id}`, true, { rules: egress, otherWay: ingress, state }),
  ];
}

interface GateRules {
  readonly rules: readonly EnforcedRule[];
  readonly otherWay: readonly EnforcedRule[];
  readonly state: Enforced;
}

/** A gate returns to admit a packet, so that the other gate still gets its say, and ends in a drop. */
function gate(name: string, egress: boolean, { rules, otherWay, state }: GateRules): string[] {
  const { original, reply } = trackingBits(egress);
  const untracked = rules.flatMap((rule) => untrackedMatches(rule, otherWay));
  const tracked = rules.flatMap((rule) => matches(rule, state));
  return [
    `  chain ${name} {`,
    `    ct state established,related ct direction original ct mark and ${original} == ${original} return`,
    `    ct state established,related ct direction reply ct mark and ${reply} == ${reply} return`,
    ...untracked.map((match) => `    ${match} return`),
    ...tracked.map((match) => `    ${match} goto track-${directionName(egress)}`),
    '    drop',
    '  }',
  ];
}

function forwardChain(state: Enforced): string[] {
  return [
    '  chain forward {',
    '    type filter hook forward priority filter; policy drop;',
    ...gateJumps(state, true),
    ...aclJumps(state),
    ...gateJumps(state, false),
    '    ip saddr @known4 ip daddr @known4 accept',
    '    ip6 saddr @known6 ip6 daddr @known6 accept',
    '  }',
  ];
}

function gateJumps(state: Enforced, egress: boolean): string[] {
  const near = egress ? 'saddr' : 'daddr';
  const keepers = keepersOf(state);
  return ([4, 6] as const).flatMap((family) => {
    const jumps = state.interfaces.flatMap((one) => {
      const address = addressOf(one, family);
      const keeper = keepers.get(one) ?? one;
      return address === undefined
        ? []
        : [`${address} : jump ${directionName(egress)}-${keeper.id}`];
    });
    if (jumps.length === 0) return [];
    return [`    ${family === 4 ? 'ip' : 'ip6'} ${near} vmap { ${jumps.join(', ')} }`];
  });
}
