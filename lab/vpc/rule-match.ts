import type { Interface, NetworkAcl, Peer, PrefixList, Rule, Subnet } from '../cloud/ec2/model.ts';

/** What the rule set is made from; an `Ec2Snapshot` is one. */
export interface Enforced {
  readonly interfaces: readonly Pick<
    Interface,
    'id' | 'instanceId' | 'subnetId' | 'address' | 'address6' | 'groupIds'
  >[];
  readonly rules: readonly Pick<
    Rule,
    'groupId' | 'egress' | 'protocol' | 'fromPort' | 'toPort' | 'peer'
  >[];
  readonly prefixLists: readonly Pick<PrefixList, 'id' | 'family' | 'cidrs'>[];
  readonly subnets?: readonly Pick<Subnet, 'id' | 'vpcId' | 'cidr' | 'cidr6' | 'aclId'>[];
  /** Left out: no packet is judged at a subnet's edge. */
  readonly networkAcls?: readonly Pick<NetworkAcl, 'id' | 'vpcId' | 'isDefault' | 'entries'>[];
}

/** One interface of {@link Enforced}. */
export type EnforcedInterface = Enforced['interfaces'][number];
/** One rule of {@link Enforced}. */
export type EnforcedRule = Enforced['rules'][number];

/** nft matches of the TCP and UDP packets that `rule` admits without tracking, given the rules of the other way. */
export function untrackedMatches(rule: EnforcedRule, otherWay: readonly EnforcedRule[]): string[] {
  const family = worldFamily(rule.peer);
  if (family === undefined) return [];
  const protocols = rule.protocol === '-1' ? ['tcp', 'udp'] : [rule.protocol];
  return protocols
    .filter((protocol) => ['tcp', 'udp'].includes(protocol))
    .filter((protocol) => otherWay.some((back) => admitsAll(back, protocol, family)))
    .map((protocol) => `meta nfproto ipv${family} ${layer4({ ...rule, protocol }, family)}`);
}

function admitsAll(rule: EnforcedRule, protocol: string, family: 4 | 6): boolean {
  if (worldFamily(rule.peer) !== family) return false;
  if (rule.protocol === '-1') return true;
  return rule.protocol === protocol && rule.fromPort === 0 && rule.toPort === 65535;
}

function worldFamily(peer: Peer): 4 | 6 | undefined {
  if (peer.kind === 'cidr4' && peer.cidr === '0.0.0.0/0') return 4;
  if (peer.kind === 'cidr6' && peer.cidr === '::/0') return 6;
  return undefined;
}

/** nft matches of all packets that `rule` admits: one for each family that its peer has. */
export function matches(rule: EnforcedRule, state: Enforced): string[] {
  const far = rule.egress ? 'daddr' : 'saddr';
  return peerSources(rule.peer, state)
    .filter(({ family }) => protocolFits(rule.protocol, family))
    .map(({ family, source }) => {
      const address = `${family === 4 ? 'ip' : 'ip6'} ${far} ${source}`;
      return `${address} ${layer4(rule, family)}`.trimEnd();
    });
}

function peerSources(peer: Peer, state: Enforced): { family: 4 | 6; source: string }[] {
  switch (peer.kind) {
    case 'cidr4':
      return [{ family: 4, source: peer.cidr }];
    case 'cidr6':
      return [{ family: 6, source: peer.cidr }];
    case 'group':
      return [
        { family: 4, source: `@${peer.groupId}-4` },
        { family: 6, source: `@${peer.groupId}-6` },
      ];
    case 'prefix-list': {
      const list = state.prefixLists.find(({ id }) => id === peer.prefixListId);
      return list === undefined ? [] : [{ family: list.family, source: `@${list.id}` }];
    }
  }
}

function protocolFits(protocol: string, family: 4 | 6): boolean {
  if (protocol === 'icmp') return family === 4;
  return protocol !== 'icmpv6' || family === 6;
}

function layer4(
  rule: Pick<EnforcedRule, 'protocol' | 'fromPort' | 'toPort'>,
  family: 4 | 6,
): string {
  const { protocol, fromPort, toPort } = rule;
  switch (protocol) {
    case '-1':
      return '';
    case 'tcp':
    case 'udp':
      return fromPort === -1
        ? `meta l4proto ${protocol}`
        : `${protocol} dport ${fromPort}-${toPort}`;
    case 'icmp':
    case 'icmpv6':
      return icmp(family === 4 ? 'icmp' : 'icmpv6', fromPort, toPort);
    default:
      return `meta l4proto ${protocol}`;
  }
}

function icmp(name: string, type: number, code: number): string {
  if (type === -1) return `meta l4proto ${name === 'icmp' ? 'icmp' : 'ipv6-icmp'}`;
  return code === -1 ? `${name} type ${type}` : `${name} type ${type} ${name} code ${code}`;
}
