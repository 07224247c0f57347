import type { IpPermission, SecurityGroupRuleRequest } from '@aws-sdk/client-ec2';
import {
  addRule,
  answerTo,
  describeRules,
  modify,
  rulesIn,
  rulesOut,
  rulesText,
  tcp,
  tcpFrom,
} from '../asking.ts';
import type { Ground } from '../ground.ts';
import { present } from '../refusal.ts';
import type { Row } from '../row.ts';

/** All that the API text says of the call. */
export const MODIFY_SAYS_LITTLE =
  'ModifySecurityGroupRules: "Modifies the rules of a security group", and no more';
/** Answers of the real service that somebody recorded. */
export const MODIFY_SEEN =
  'getmoto/moto test_modify_security_group_rules, marked as passing on AWS';
/** The peer of most rules here. */
export const RANGE = '192.0.2.0/24';

/** A rewritten rule: one tcp port from the usual range. */
export function tcpRule(
  port: number,
  extra: SecurityGroupRuleRequest = {},
): SecurityGroupRuleRequest {
  return { IpProtocol: 'tcp', FromPort: port, ToPort: port, CidrIpv4: RANGE, ...extra };
}

/** What a rewrite of a fresh rule on tcp/80 answers, and what the group has afterwards. */
async function rewriting(
  ground: Ground,
  rule: SecurityGroupRuleRequest,
  permission: IpPermission = tcp(80, RANGE),
) {
  const group = await ground.group('g');
  const id = await addRule(ground, group, { permission });
  const answer = await answerTo(modify(ground, group, [id, rule]));
  return { answer, rules: await rulesIn(ground, group) };
}

/** Rewriting rules under their ids: narrowing, parking, putting back. */
export const MODIFY_ROWS: readonly Row[] = [
  {
    name: 'a rule keeps its id when protocol, ports, CIDR and description change',
    decides: 'seen',
    source: MODIFY_SEEN,
    expected: { sameId: true, rules: ['udp 26000-26500 198.51.100.0/24 "other"'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      const id = await addRule(ground, group, { permission: tcp(80, RANGE, 'words') });
      const rule = { IpProtocol: 'udp', FromPort: 26000, ToPort: 26500, Description: 'other' };
      await modify(ground, group, [id, { ...rule, CidrIpv4: '198.51.100.0/24' }]);
      const found = (await describeRules(ground, group)).find(({ IsEgress }) => !IsEgress);
      return {
        sameId: found?.SecurityGroupRuleId === id,
        rules: rulesText(ground, found === undefined ? [] : [found]),
      };
    },
  },
  {
    name: 'a rule that names a group may come to name another',
    decides: 'unknown',
    source:
      'getmoto/moto test_modify_security_group_rules_with_referenced_group_id, marked as passing on AWS; that the group may be another is not shown',
    expected: ['tcp 81-81 other "words"'],
    observe: async (ground) => {
      const [group, peer] = [await ground.group('g'), await ground.group('peer')];
      const other = await ground.group('other');
      const id = await addRule(ground, group, { permission: tcpFrom(80, peer, 'words') });
      const ports = { IpProtocol: 'tcp', FromPort: 81, ToPort: 81 };
      await modify(ground, group, [
        id,
        { ...ports, ReferencedGroupId: other, Description: 'words' },
      ]);
      return rulesIn(ground, group);
    },
  },
  {
    name: 'an IPv6 rule changes its ports in place',
    decides: 'text',
    source: 'SecurityGroupRuleRequest, CidrIpv6',
    expected: { answer: 'done', rules: ['tcp 81-81 2001:db8::/32'] },
    observe: (ground) => {
      const Ipv6Ranges = [{ CidrIpv6: '2001:db8::/32' }];
      const permission = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, Ipv6Ranges };
      const ports = { IpProtocol: 'tcp', FromPort: 81, ToPort: 81 };
      return rewriting(ground, { ...ports, CidrIpv6: '2001:db8::/32' }, permission);
    },
  },
  {
    name: 'the tags of a rule stay when it is rewritten',
    decides: 'unknown',
    source: MODIFY_SAYS_LITTLE,
    expected: ['tcp 0-0 192.0.2.0/24 "words" owner=app'],
    observe: async (ground) => {
      const group = await ground.group('g');
      const permission = tcp(80, RANGE, 'words');
      const id = await addRule(ground, group, { permission, tags: { owner: 'app' } });
      await modify(ground, group, [id, tcpRule(0, { Description: 'words' })]);
      return rulesIn(ground, group);
    },
  },
  {
    name: 'a description left out is cleared',
    decides: 'unknown',
    source: MODIFY_SAYS_LITTLE,
    expected: { answer: 'done', rules: ['tcp 81-81 192.0.2.0/24'] },
    observe: (ground) => rewriting(ground, tcpRule(81), tcp(80, RANGE, 'words')),
  },
  {
    name: 'a rule is parked on tcp/0 and put back as it was',
    decides: 'unknown',
    source: `${MODIFY_SAYS_LITTLE}; no least port is given`,
    expected: {
      parked: ['tcp 0-0 192.0.2.0/24 "aerofault:r1" owner=app'],
      back: ['tcp 3000-3003 192.0.2.0/24 "words" owner=app'],
      sameId: true,
    },
    observe: async (ground) => {
      const group = await ground.group('g');
      const permission = { ...tcp(3000, RANGE, 'words'), ToPort: 3003 };
      const id = await addRule(ground, group, { permission, tags: { owner: 'app' } });
      await modify(ground, group, [id, tcpRule(0, { Description: 'aerofault:r1' })]);
      const parked = await rulesIn(ground, group);
      await modify(ground, group, [id, tcpRule(3000, { ToPort: 3003, Description: 'words' })]);
      const found = await describeRules(ground, group);
      const sameId = found.some((rule) => rule.SecurityGroupRuleId === id);
      return { parked, back: await rulesIn(ground, group), sameId };
    },
  },
  {
    name: 'a rule for every protocol is narrowed to tcp and put back',
    decides: 'unknown',
    source: `${MODIFY_SAYS_LITTLE}; the protocol may change (${MODIFY_SEEN}), of -1 nothing is said`,
    expected: {
      narrowed: ['tcp 0-2999 192.0.2.0/24'],
      back: ['-1 -1--1 192.0.2.0/24'],
    },
    observe: async (ground) => {
      const group = await ground.group('g');
      const permission = { IpProtocol: '-1', IpRanges: [{ CidrIp: RANGE }] };
      const id = await addRule(ground, group, { permission });
      await modify(ground, group, [id, tcpRule(0, { ToPort: 2999 })]);
      const narrowed = await rulesIn(ground, group);
      await modify(ground, group, [id, { IpProtocol: '-1', CidrIpv4: RANGE }]);
      return { narrowed, back: await rulesIn(ground, group) };
    },
  },
  {
    name: 'ingress and egress rules are rewritten in one call',
    decides: 'seen',
    source: MODIFY_SEEN,
    expected: { in: ['tcp 81-81 192.0.2.0/24'], out: ['tcp 82-82 0.0.0.0/0'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      const inward = await addRule(ground, group, { permission: tcp(80, RANGE) });
      const outward = (await describeRules(ground, group)).find(({ IsEgress }) => IsEgress);
      const outwardId = present(outward?.SecurityGroupRuleId);
      const all = tcpRule(82, { CidrIpv4: '0.0.0.0/0' });
      await modify(ground, group, [inward, tcpRule(81)], [outwardId, all]);
      return { in: await rulesIn(ground, group), out: await rulesOut(ground, group) };
    },
  },
  {
    name: 'a rewritten rule keeps a CIDR without its host bits',
    decides: 'unknown',
    source:
      'SecurityGroupRuleRequest: "Amazon Web Services canonicalizes IPv4 and IPv6 CIDRs"; alchemy-run/distilled#608 saw InvalidParameterValue from the live service instead',
    expected: { answer: 'done', rules: ['tcp 80-80 100.68.0.0/18'] },
    observe: (ground) => rewriting(ground, tcpRule(80, { CidrIpv4: '100.68.0.18/18' })),
  },
];
