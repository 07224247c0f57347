import {
  answerTo,
  addRule,
  authorize,
  authorizeOut,
  modify,
  tcp,
  tcp6,
  tcpFrom,
} from '../asking.ts';
import type { Row } from '../row.ts';

const QUOTA =
  'Amazon VPC quotas: "60 inbound and 60 outbound rules per security group … enforced separately for IPv4 rules and IPv6 rules"';
const OVER = 'RulesPerSecurityGroupLimitExceeded';
const RANGE = '192.0.2.0/24';

const ports = (count: number) => Array.from({ length: count }, (_, index) => 1000 + index);

/** How many rules a group holds. They suppose an account with the default quotas. */
export const QUOTA_ROWS: readonly Row[] = [
  {
    name: 'the 61st IPv4 rule is refused, the 60th not',
    decides: 'text',
    source: QUOTA,
    expected: { sixty: 'done', oneMore: OVER },
    observe: async (ground) => {
      const group = await ground.group('g');
      const sixty = await answerTo(
        authorize(ground, group, ...ports(60).map((port) => tcp(port, RANGE))),
      );
      return { sixty, oneMore: await answerTo(authorize(ground, group, tcp(80, RANGE))) };
    },
  },
  {
    name: 'IPv6 rules and egress rules have a count of their own',
    decides: 'text',
    source: QUOTA,
    expected: { ipv6: 'done', oneMoreIpv6: OVER, egress: 'done' },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, ...ports(60).map((port) => tcp(port, RANGE)));
      const sixty = ports(60).map((port) => tcp6(port, '2001:db8::/32'));
      return {
        ipv6: await answerTo(authorize(ground, group, ...sixty)),
        oneMoreIpv6: await answerTo(authorize(ground, group, tcp6(80, '2001:db8::/32'))),
        egress: await answerTo(authorizeOut(ground, group, tcp(80, RANGE))),
      };
    },
  },
  {
    name: 'a rule that names a group counts once in each family',
    decides: 'text',
    source: `${QUOTA}; "A rule that references a security group … counts as one rule for IPv4 and one rule for IPv6"; jantman/awslimitchecker#431 measured it`,
    expected: { reference: 'done', oneMore: OVER, oneMoreIpv6: 'done' },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, ...ports(59).map((port) => tcp(port, RANGE)));
      return {
        reference: await answerTo(authorize(ground, group, tcpFrom(80, group))),
        oneMore: await answerTo(authorize(ground, group, tcp(80, RANGE))),
        oneMoreIpv6: await answerTo(authorize(ground, group, tcp6(80, '2001:db8::/32'))),
      };
    },
  },
  {
    name: 'a prefix list counts as often as it may have entries',
    decides: 'text',
    source:
      'Amazon VPC quotas: "If you reference a customer-managed prefix list in a security group rule, the maximum number of entries for the prefix lists equals the same number of security group rules"',
    expected: { list: 'done', oneMore: 'done', twoMore: OVER },
    observe: async (ground) => {
      const group = await ground.group('g');
      const PrefixListIds = [{ PrefixListId: await ground.prefixList(59) }];
      const ask = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, PrefixListIds };
      return {
        list: await answerTo(authorize(ground, group, ask)),
        oneMore: await answerTo(authorize(ground, group, tcp(81, RANGE))),
        twoMore: await answerTo(authorize(ground, group, tcp(82, RANGE))),
      };
    },
  },
  {
    name: 'a rule of a full group can still be parked',
    decides: 'unknown',
    source: `${QUOTA}; of rewriting nothing is said`,
    expected: 'done',
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, ...ports(59).map((port) => tcp(port, RANGE)));
      const id = await addRule(ground, group, { permission: tcp(80, RANGE) });
      const parked = { IpProtocol: 'tcp', FromPort: 0, ToPort: 0, CidrIpv4: RANGE };
      return answerTo(modify(ground, group, [id, parked]));
    },
  },
];
