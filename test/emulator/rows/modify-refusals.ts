import { ModifySecurityGroupRulesCommand } from '@aws-sdk/client-ec2';
import type { SecurityGroupRuleRequest } from '@aws-sdk/client-ec2';
import { addRule, answerTo, authorize, modify, rulesIn, strangeId, tcp } from '../asking.ts';
import type { Row } from '../row.ts';
import { MODIFY_SAYS_LITTLE, MODIFY_SEEN, RANGE, tcpRule } from './modify.ts';

const TYPE =
  'SecurityGroupRuleRequest: "When you modify a rule, you cannot change the rule type. For example, if the rule uses an IPv4 address range, you must use CidrIpv4"';

/** Rewrites that are refused, and what becomes of the other rules of the call. */
export const MODIFY_REFUSAL_ROWS: readonly Row[] = [
  {
    name: 'the type of a rule does not change',
    decides: 'text',
    source: TYPE,
    expected: { toGroup: true, toIpv6: true, rules: ['tcp 80-80 192.0.2.0/24'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      const id = await addRule(ground, group, { permission: tcp(80, RANGE) });
      const ports = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80 };
      const to = (peer: SecurityGroupRuleRequest) =>
        answerTo(modify(ground, group, [id, { ...ports, ...peer }]));
      const toGroup = await to({ ReferencedGroupId: group });
      const toIpv6 = await to({ CidrIpv6: '2001:db8::/32' });
      return {
        toGroup: toGroup !== 'done',
        toIpv6: toIpv6 !== 'done',
        rules: await rulesIn(ground, group),
      };
    },
  },
  {
    name: 'an unknown rule id in the list, and no rule of the list changes',
    decides: 'unknown',
    source: MODIFY_SAYS_LITTLE,
    expected: { answer: 'InvalidSecurityGroupRuleId.NotFound', rules: ['tcp 80-80 192.0.2.0/24'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      const id = await addRule(ground, group, { permission: tcp(80, RANGE) });
      const list = [[id, tcpRule(81)] as const, [strangeId('sgr'), tcpRule(82)] as const];
      const answer = await answerTo(modify(ground, group, ...list));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'a duplicate in the list, and no rule of the list changes',
    decides: 'unknown',
    source: MODIFY_SAYS_LITTLE,
    expected: {
      answer: 'InvalidPermission.Duplicate',
      rules: ['tcp 80-80 192.0.2.0/24', 'tcp 81-81 192.0.2.0/24', 'tcp 90-90 192.0.2.0/24'],
    },
    observe: async (ground) => {
      const group = await ground.group('g');
      const one = await addRule(ground, group, { permission: tcp(80, RANGE) });
      const two = await addRule(ground, group, { permission: tcp(81, RANGE) });
      await authorize(ground, group, tcp(90, RANGE));
      const answer = await answerTo(modify(ground, group, [one, tcpRule(85)], [two, tcpRule(90)]));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'a rule may not become what another rule of the group is',
    decides: 'unknown',
    source:
      'SecurityGroupRuleRequest: "if you attempt to add another rule … the API throws an duplicate rule error", said of adding',
    expected: {
      answer: 'InvalidPermission.Duplicate',
      rules: ['tcp 80-80 192.0.2.0/24', 'tcp 81-81 192.0.2.0/24'],
    },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, tcp(80, RANGE));
      const id = await addRule(ground, group, { permission: tcp(81, RANGE) });
      const answer = await answerTo(modify(ground, group, [id, tcpRule(80)]));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'two rules may not swap what they are in one call',
    decides: 'unknown',
    source: MODIFY_SAYS_LITTLE,
    expected: {
      answer: 'InvalidPermission.Duplicate',
      rules: ['tcp 80-80 192.0.2.0/24 "one"', 'tcp 81-81 192.0.2.0/24 "two"'],
    },
    observe: async (ground) => {
      const group = await ground.group('g');
      const one = await addRule(ground, group, { permission: tcp(80, RANGE, 'one') });
      const two = await addRule(ground, group, { permission: tcp(81, RANGE, 'two') });
      const swapped = [
        [one, tcpRule(81, { Description: 'one' })] as const,
        [two, tcpRule(80, { Description: 'two' })] as const,
      ];
      const answer = await answerTo(modify(ground, group, ...swapped));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'rewriting an unknown rule or in an unknown group is refused by name',
    decides: 'seen',
    source: MODIFY_SEEN,
    expected: { rule: 'InvalidSecurityGroupRuleId.NotFound', group: 'InvalidGroup.NotFound' },
    observe: async (ground) => {
      const group = await ground.group('g');
      const id = await addRule(ground, group, { permission: tcp(80, RANGE) });
      return {
        rule: await answerTo(modify(ground, group, [strangeId('sgr'), tcpRule(81)])),
        group: await answerTo(modify(ground, strangeId('sg'), [id, tcpRule(81)])),
      };
    },
  },
  {
    name: 'a rule of another group is InvalidSecurityGroupRuleId.NotFound to rewrite',
    decides: 'unknown',
    source: `${MODIFY_SAYS_LITTLE}; the code of an unknown id: ${MODIFY_SEEN}`,
    expected: { answer: 'InvalidSecurityGroupRuleId.NotFound', rules: ['tcp 80-80 192.0.2.0/24'] },
    observe: async (ground) => {
      const [group, other] = [await ground.group('g'), await ground.group('other')];
      const id = await addRule(ground, other, { permission: tcp(80, RANGE) });
      const answer = await answerTo(modify(ground, group, [id, tcpRule(81)]));
      return { answer, rules: await rulesIn(ground, other) };
    },
  },
  {
    name: 'a rewritten rule lacking protocol, a port or a peer, or with two peers, is refused by these codes',
    decides: 'seen',
    source: MODIFY_SEEN,
    expected: {
      noProtocol: 'InvalidParameterValue',
      noPort: 'InvalidParameterValue',
      noPeer: 'MissingParameter',
      twoPeers: 'InvalidParameterCombination',
      rules: ['tcp 80-80 192.0.2.0/24'],
    },
    observe: async (ground) => {
      const group = await ground.group('g');
      const id = await addRule(ground, group, { permission: tcp(80, RANGE) });
      const ask = (rule: SecurityGroupRuleRequest) => answerTo(modify(ground, group, [id, rule]));
      const ports = { FromPort: 81, ToPort: 81 };
      return {
        noProtocol: await ask({ ...ports, CidrIpv4: RANGE }),
        noPort: await ask({ IpProtocol: 'udp', ToPort: 81, CidrIpv4: RANGE }),
        noPeer: await ask({ IpProtocol: 'udp', ...ports }),
        twoPeers: await ask(tcpRule(81, { CidrIpv6: '2001:db8::/32' })),
        rules: await rulesIn(ground, group),
      };
    },
  },
  {
    name: 'a dry run with an unknown rule id is refused as the call itself',
    decides: 'unknown',
    source:
      'ModifySecurityGroupRules, DryRun: "Checks whether you have the required permissions for the action"; whether the ids are looked at is not said',
    expected: 'InvalidSecurityGroupRuleId.NotFound',
    observe: async (ground) => {
      const GroupId = await ground.group('g');
      const SecurityGroupRuleId = strangeId('sgr');
      const SecurityGroupRules = [{ SecurityGroupRuleId, SecurityGroupRule: tcpRule(81) }];
      const request = { GroupId, SecurityGroupRules, DryRun: true };
      return answerTo(ground.ec2.send(new ModifySecurityGroupRulesCommand(request)));
    },
  },
  {
    name: 'rewriting as a dry run changes nothing',
    decides: 'text',
    source: 'ModifySecurityGroupRules, DryRun: "the error response is DryRunOperation"',
    expected: { answer: 'DryRunOperation', rules: ['tcp 80-80 192.0.2.0/24'] },
    observe: async (ground) => {
      const GroupId = await ground.group('g');
      const id = await addRule(ground, GroupId, { permission: tcp(80, RANGE) });
      const SecurityGroupRules = [{ SecurityGroupRuleId: id, SecurityGroupRule: tcpRule(81) }];
      const command = new ModifySecurityGroupRulesCommand({
        GroupId,
        SecurityGroupRules,
        DryRun: true,
      });
      const answer = await answerTo(ground.ec2.send(command));
      return { answer, rules: await rulesIn(ground, GroupId) };
    },
  },
];
