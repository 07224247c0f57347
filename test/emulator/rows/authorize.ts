import { AuthorizeSecurityGroupIngressCommand } from '@aws-sdk/client-ec2';
import {
  addRule,
  answerTo,
  authorize,
  authorizeOut,
  revokeById,
  rulesIn,
  rulesOut,
  rulesText,
  strangeId,
  tcp,
  tcp6,
  tcpFrom,
} from '../asking.ts';
import type { Row } from '../row.ts';

const DUPLICATE =
  'EC2 error codes, InvalidPermission.Duplicate: "The specified inbound or outbound rule already exists for that security group"';
const RETURNED =
  'AuthorizeSecurityGroupIngress, SecurityGroupRules: "Information about the inbound (ingress) security group rules that were added"';

const RANGE = '192.0.2.0/24';

/** Adding rules: temporary pieces, temporary groups' rules, witnesses. */
export const AUTHORIZE_ROWS: readonly Row[] = [
  {
    name: 'a rule that the group has is InvalidPermission.Duplicate',
    decides: 'text',
    source: DUPLICATE,
    expected: { answer: 'InvalidPermission.Duplicate', rules: ['tcp 80-80 192.0.2.0/24'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, tcp(80, RANGE));
      const answer = await answerTo(authorize(ground, group, tcp(80, RANGE)));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'another description makes no other rule of a CIDR rule',
    decides: 'text',
    source: `${DUPLICATE}; RevokeSecurityGroupIngress: "you do not need to specify the description to revoke the rule"`,
    expected: { answer: 'InvalidPermission.Duplicate', rules: ['tcp 80-80 192.0.2.0/24 "one"'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, tcp(80, RANGE, 'one'));
      const answer = await answerTo(authorize(ground, group, tcp(80, RANGE, 'two')));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'another description makes no other rule of a rule that names a group',
    decides: 'text',
    source: `${DUPLICATE}; RevokeSecurityGroupIngress: "you do not need to specify the description to revoke the rule"`,
    expected: { answer: 'InvalidPermission.Duplicate', rules: ['tcp 80-80 peer "one"'] },
    observe: async (ground) => {
      const [group, peer] = [await ground.group('g'), await ground.group('peer')];
      await authorize(ground, group, tcpFrom(80, peer, 'one'));
      const answer = await answerTo(authorize(ground, group, tcpFrom(80, peer, 'two')));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'one duplicate in a call, and nothing of the call is added',
    decides: 'unknown',
    source: `${DUPLICATE}; nothing says what becomes of the other rules of the call`,
    expected: { answer: 'InvalidPermission.Duplicate', rules: ['tcp 80-80 192.0.2.0/24'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, tcp(80, RANGE));
      const answer = await answerTo(authorize(ground, group, tcp(81, RANGE), tcp(80, RANGE)));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'the same permission twice in one call is refused whole',
    decides: 'seen',
    source:
      'hashicorp/terraform-provider-aws#29492: "The same permission must not appear multiple times"',
    expected: { answer: 'InvalidParameterValue', rules: [] },
    observe: async (ground) => {
      const group = await ground.group('g');
      const answer = await answerTo(authorize(ground, group, tcp(80, RANGE), tcp(80, RANGE)));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'every rule that was added is answered, with an id of its own',
    decides: 'text',
    source: RETURNED,
    expected: {
      answered: ['tcp 80-80 192.0.2.0/24', 'tcp 81-81 198.51.100.0/24', 'tcp 82-82 2001:db8::/32'],
      ids: 3,
    },
    observe: async (ground) => {
      const group = await ground.group('g');
      const { SecurityGroupRules = [] } = await authorize(
        ground,
        group,
        tcp(80, RANGE),
        tcp(81, '198.51.100.0/24'),
        tcp6(82, '2001:db8::/32'),
      );
      const ids = new Set(SecurityGroupRules.map((rule) => rule.SecurityGroupRuleId));
      return { answered: rulesText(ground, SecurityGroupRules), ids: ids.size };
    },
  },
  {
    name: 'tags of a call are on every rule it adds, in the answer and in a describe',
    decides: 'text',
    source:
      'AuthorizeSecurityGroupIngress, TagSpecifications: "The tags applied to the security group rule"',
    expected: {
      answered: [
        'tcp 80-80 192.0.2.0/24 aerofault:run=r1',
        'tcp 81-81 192.0.2.0/24 aerofault:run=r1',
      ],
      described: [
        'tcp 80-80 192.0.2.0/24 aerofault:run=r1',
        'tcp 81-81 192.0.2.0/24 aerofault:run=r1',
      ],
    },
    observe: async (ground) => {
      const GroupId = await ground.group('g');
      const Tags = [{ Key: 'aerofault:run', Value: 'r1' }];
      const { SecurityGroupRules } = await ground.ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId,
          IpPermissions: [tcp(80, RANGE), tcp(81, RANGE)],
          TagSpecifications: [{ ResourceType: 'security-group-rule', Tags }],
        }),
      );
      const answered = rulesText(ground, SecurityGroupRules);
      return { answered, described: await rulesIn(ground, GroupId) };
    },
  },
  {
    name: 'authorising as a dry run adds nothing',
    decides: 'text',
    source: 'AuthorizeSecurityGroupIngress, DryRun: "the error response is DryRunOperation"',
    expected: { answer: 'DryRunOperation', rules: [] },
    observe: async (ground) => {
      const GroupId = await ground.group('g');
      const request = { GroupId, IpPermissions: [tcp(80, RANGE)], DryRun: true };
      const command = new AuthorizeSecurityGroupIngressCommand(request);
      const answer = await answerTo(ground.ec2.send(command));
      return { answer, rules: await rulesIn(ground, GroupId) };
    },
  },
  {
    name: 'a rule may name a group that does not exist in no way',
    decides: 'text',
    source: 'EC2 error codes, InvalidGroup.NotFound',
    expected: { answer: 'InvalidGroup.NotFound', rules: [] },
    observe: async (ground) => {
      const group = await ground.group('g');
      const answer = await answerTo(authorize(ground, group, tcpFrom(80, strangeId('sg'))));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'egress rules are added on their own side',
    decides: 'text',
    source: 'AuthorizeSecurityGroupEgress; SecurityGroupRule, IsEgress',
    expected: {
      in: ['tcp 80-80 192.0.2.0/24'],
      out: ['-1 -1--1 0.0.0.0/0', 'tcp 80-80 192.0.2.0/24'],
    },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, tcp(80, RANGE));
      await authorizeOut(ground, group, tcp(80, RANGE));
      return { in: await rulesIn(ground, group), out: await rulesOut(ground, group) };
    },
  },
  {
    name: 'a rule revoked and authorised again has another id and no tags',
    decides: 'unknown',
    source: `${RETURNED}; nothing says that an id is never given again`,
    expected: { sameId: false, rules: ['tcp 80-80 192.0.2.0/24'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      const permission = tcp(80, RANGE);
      const first = await addRule(ground, group, { permission, tags: { owner: 'app' } });
      await revokeById(ground, group, first);
      const second = await addRule(ground, group, { permission });
      return { sameId: first === second, rules: await rulesIn(ground, group) };
    },
  },
];
