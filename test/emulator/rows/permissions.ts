import { answerTo, authorize, rulesIn, tcp, tcp6, tcpFrom } from '../asking.ts';
import type { Row } from '../row.ts';

const CANONICAL =
  'IpRange, CidrIp: "if you specify 100.68.0.18/18 for the CIDR block, Amazon Web Services canonicalizes the CIDR block to 100.68.0.0/18 … the API throws an duplicate rule error"';
const PORTS =
  'IpPermission, IpProtocol: "-1 or a protocol number other than tcp, udp, icmp, or icmpv6 allows traffic on all ports, regardless of any port range … For tcp, udp, and icmp, you must specify a port range. For icmpv6, the port range is optional"';

const RANGE = '192.0.2.0/24';

/** How what a rule says is written down: CIDRs, protocols, ports, descriptions. */
export const PERMISSION_ROWS: readonly Row[] = [
  {
    name: 'an IPv4 CIDR is kept without its host bits, and the other spelling is a duplicate',
    decides: 'text',
    source: CANONICAL,
    expected: { again: 'InvalidPermission.Duplicate', rules: ['tcp 80-80 100.68.0.0/18'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, tcp(80, '100.68.0.18/18'));
      const again = await answerTo(authorize(ground, group, tcp(80, '100.68.0.0/18')));
      return { again, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'an IPv6 CIDR is kept without its host bits, and the other spelling is a duplicate',
    decides: 'text',
    source: CANONICAL,
    expected: { again: 'InvalidPermission.Duplicate', rules: ['tcp 80-80 2001:db8::/32'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, tcp6(80, '2001:0DB8:0:0::1/32'));
      const again = await answerTo(authorize(ground, group, tcp6(80, '2001:db8::/32')));
      return { again, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'protocol -1 is kept without the ports it came with',
    decides: 'text',
    source: PORTS,
    expected: ['-1 -1--1 192.0.2.0/24'],
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, { ...tcp(80, RANGE), IpProtocol: '-1' });
      return rulesIn(ground, group);
    },
  },
  {
    name: 'the numbers of tcp and udp are kept as their names',
    decides: 'text',
    source:
      'SecurityGroupRule, IpProtocol: "The IP protocol name (tcp, udp, icmp, icmpv6) or number"',
    expected: ['tcp 80-80 192.0.2.0/24', 'udp 80-80 192.0.2.0/24'],
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, { ...tcp(80, RANGE), IpProtocol: '6' });
      await authorize(ground, group, { ...tcp(80, RANGE), IpProtocol: '17' });
      return rulesIn(ground, group);
    },
  },
  {
    name: 'icmp of every type is kept as -1 to -1',
    decides: 'text',
    source: 'IpPermission, FromPort: "the ICMP type or -1 (all ICMP types)"',
    expected: ['icmp -1--1 192.0.2.0/24'],
    observe: async (ground) => {
      const group = await ground.group('g');
      const icmp = { IpProtocol: 'icmp', FromPort: -1, ToPort: -1 };
      await authorize(ground, group, { ...icmp, IpRanges: [{ CidrIp: RANGE }] });
      return rulesIn(ground, group);
    },
  },
  {
    name: 'icmpv6 without types is every type, kept as -1 to -1',
    decides: 'text',
    source: `${PORTS}; "if you omit the port range, traffic for all types and codes is allowed"`,
    expected: ['icmpv6 -1--1 2001:db8::/32'],
    observe: async (ground) => {
      const group = await ground.group('g');
      const Ipv6Ranges = [{ CidrIpv6: '2001:db8::/32' }];
      await authorize(ground, group, { IpProtocol: 'icmpv6', Ipv6Ranges });
      return rulesIn(ground, group);
    },
  },
  {
    name: 'tcp without ports is refused',
    decides: 'text',
    source: PORTS,
    expected: { refused: true, rules: [] },
    observe: async (ground) => {
      const group = await ground.group('g');
      const bare = { IpProtocol: 'tcp', IpRanges: [{ CidrIp: RANGE }] };
      const answer = await answerTo(authorize(ground, group, bare));
      return { refused: answer !== 'done', rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'tcp and udp port 0 are ports like any other',
    decides: 'unknown',
    source:
      'SecurityGroupRule, FromPort: "If the protocol is TCP or UDP, this is the start of the port range"; no least port is given',
    expected: { tcp: 'done', udp: 'done', rules: ['tcp 0-0 192.0.2.0/24', 'udp 0-0 192.0.2.0/24'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      const answers = {
        tcp: await answerTo(authorize(ground, group, tcp(0, RANGE))),
        udp: await answerTo(authorize(ground, group, { ...tcp(0, RANGE), IpProtocol: 'udp' })),
      };
      return { ...answers, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'a description with other characters is refused',
    decides: 'text',
    source:
      'IpRange, Description: "Allowed characters are a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*"',
    expected: { refused: true, rules: [] },
    observe: async (ground) => {
      const group = await ground.group('g');
      const answer = await answerTo(authorize(ground, group, tcp(80, RANGE, "it's")));
      return { refused: answer !== 'done', rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'the description of a rule that names a group is kept',
    decides: 'text',
    source: 'UserIdGroupPair, Description; SecurityGroupRule, Description',
    expected: ['tcp 80-80 peer "a-z (0-9) ._-:/#,@[]+=&;{}!$*"'],
    observe: async (ground) => {
      const [group, peer] = [await ground.group('g'), await ground.group('peer')];
      await authorize(ground, group, tcpFrom(80, peer, 'a-z (0-9) ._-:/#,@[]+=&;{}!$*'));
      return rulesIn(ground, group);
    },
  },
];
