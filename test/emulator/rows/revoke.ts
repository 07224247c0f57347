import {
  RevokeSecurityGroupIngressCommand,
  RevokeSecurityGroupEgressCommand,
} from '@aws-sdk/client-ec2';
import type { IpPermission } from '@aws-sdk/client-ec2';
import {
  addRule,
  answerTo,
  authorize,
  authorizeOut,
  revoke,
  revokeById,
  revokeOut,
  ruleText,
  rulesIn,
  rulesOut,
  strangeId,
  tcp,
  tcpFrom,
} from '../asking.ts';
import type { Row } from '../row.ts';

const EXACTLY =
  'RevokeSecurityGroupIngress: the values "must match the existing rule\'s values exactly"';
const WITHOUT_DESCRIPTION =
  'RevokeSecurityGroupIngress: "If the security group rule has a description, you do not need to specify the description to revoke the rule"';
const NON_DEFAULT =
  'RevokeSecurityGroupIngress: "For a non-default VPC, … an InvalidPermission.NotFound client error is returned, and no rules are revoked"';
const DEFAULT =
  'RevokeSecurityGroupIngress: "For a default VPC, … no error is returned, and the output describes the security group rules that were not revoked"';
const UNKNOWN_ID =
  'EC2 error codes, InvalidSecurityGroupRuleId.NotFound: "The specified security group rule does not exist"; alchemy-run/distilled#608 had it from the live service';

const RANGE = '192.0.2.0/24';

function permissionsText(permissions: readonly IpPermission[] = []): string[] {
  return permissions.flatMap(({ IpProtocol, FromPort, ToPort, IpRanges = [] }) =>
    IpRanges.map(({ CidrIp }) => `${IpProtocol} ${FromPort}-${ToPort} ${CidrIp}`),
  );
}

/** Taking rules away: temporary pieces at the end, originals where `detach` is `revoke`. */
export const REVOKE_ROWS: readonly Row[] = [
  {
    name: 'a rule revoked by its id is gone, and answered with its description',
    decides: 'text',
    source:
      'RevokeSecurityGroupIngress, RevokedSecurityGroupRules: "Details about the revoked security group rules"',
    expected: { answered: ['tcp 80-80 192.0.2.0/24 "words"'], rules: ['tcp 81-81 192.0.2.0/24'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      const id = await addRule(ground, group, { permission: tcp(80, RANGE, 'words') });
      await authorize(ground, group, tcp(81, RANGE));
      const { RevokedSecurityGroupRules = [] } = await revokeById(ground, group, id);
      const answered = RevokedSecurityGroupRules.map((rule) => ruleText(ground, rule));
      return { answered, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'a rule revoked by its properties is answered',
    decides: 'text',
    source:
      'RevokeSecurityGroupIngress, RevokedSecurityGroupRules: "Details about the revoked security group rules"',
    expected: { answered: ['tcp 80-80 192.0.2.0/24'], rules: [] },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, tcp(80, RANGE));
      const { RevokedSecurityGroupRules = [] } = await revoke(ground, group, tcp(80, RANGE));
      const answered = RevokedSecurityGroupRules.map((rule) => ruleText(ground, rule));
      return { answered, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'a CIDR rule is revoked by its properties without its description',
    decides: 'text',
    source: WITHOUT_DESCRIPTION,
    expected: { answer: 'done', rules: [] },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, tcp(80, RANGE, 'words'));
      const answer = await answerTo(revoke(ground, group, tcp(80, RANGE)));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'a rule that names a group is revoked by its properties without its description',
    decides: 'text',
    source: WITHOUT_DESCRIPTION,
    expected: { answer: 'done', rules: [] },
    observe: async (ground) => {
      const [group, peer] = [await ground.group('g'), await ground.group('peer')];
      await authorize(ground, group, tcpFrom(80, peer, 'words'));
      const answer = await answerTo(revoke(ground, group, tcpFrom(80, peer)));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'part of a range cannot be revoked out of a rule',
    decides: 'text',
    source: `${EXACTLY}; ${NON_DEFAULT}`,
    expected: { answer: 'InvalidPermission.NotFound', rules: ['tcp 3000-3003 192.0.2.0/24'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, { ...tcp(3000, RANGE), ToPort: 3003 });
      const answer = await answerTo(revoke(ground, group, tcp(3001, RANGE)));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'outside a default VPC one rule that is not there, and nothing is revoked',
    decides: 'text',
    source: NON_DEFAULT,
    expected: { answer: 'InvalidPermission.NotFound', rules: ['tcp 80-80 192.0.2.0/24'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, tcp(80, RANGE));
      const answer = await answerTo(revoke(ground, group, tcp(80, RANGE), tcp(81, RANGE)));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'in a default VPC a rule that is not there is no error and is answered as unknown',
    decides: 'text',
    source: DEFAULT,
    expected: { unknown: ['tcp 81-81 192.0.2.0/24'], rules: [] },
    observe: async (ground) => {
      const group = await ground.group('g', { vpcId: undefined });
      await authorize(ground, group, tcp(80, RANGE));
      const both = [tcp(80, RANGE), tcp(81, RANGE)];
      const { UnknownIpPermissions } = await revoke(ground, group, ...both);
      return {
        unknown: permissionsText(UnknownIpPermissions),
        rules: await rulesIn(ground, group),
      };
    },
  },
  {
    name: 'outside a default VPC one egress rule that is not there, and nothing is revoked',
    decides: 'unknown',
    source: 'RevokeSecurityGroupEgress says what happens in a default VPC only',
    expected: {
      answer: 'InvalidPermission.NotFound',
      rules: ['-1 -1--1 0.0.0.0/0', 'tcp 80-80 192.0.2.0/24'],
    },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorizeOut(ground, group, tcp(80, RANGE));
      const answer = await answerTo(revokeOut(ground, group, tcp(80, RANGE), tcp(81, RANGE)));
      return { answer, rules: await rulesOut(ground, group) };
    },
  },
  {
    name: 'revoking an unknown rule id is InvalidSecurityGroupRuleId.NotFound',
    decides: 'text',
    source: UNKNOWN_ID,
    expected: 'InvalidSecurityGroupRuleId.NotFound',
    observe: async (ground) =>
      answerTo(revokeById(ground, await ground.group('g'), strangeId('sgr'))),
  },
  {
    name: 'one unknown rule id, and none of the ids is revoked',
    decides: 'unknown',
    source: `${UNKNOWN_ID}; whether the other ids of the call are revoked is not said`,
    expected: { answer: 'InvalidSecurityGroupRuleId.NotFound', rules: ['tcp 80-80 192.0.2.0/24'] },
    observe: async (ground) => {
      const group = await ground.group('g');
      const id = await addRule(ground, group, { permission: tcp(80, RANGE) });
      const answer = await answerTo(revokeById(ground, group, id, strangeId('sgr')));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'the id of an ingress rule is unknown to the egress call',
    decides: 'unknown',
    source:
      'RevokeSecurityGroupEgress: "Removes the specified outbound (egress) rules"; the code is not given',
    expected: { answer: 'InvalidSecurityGroupRuleId.NotFound', rules: ['tcp 80-80 192.0.2.0/24'] },
    observe: async (ground) => {
      const GroupId = await ground.group('g');
      const id = await addRule(ground, GroupId, { permission: tcp(80, RANGE) });
      const request = { GroupId, SecurityGroupRuleIds: [id] };
      const command = new RevokeSecurityGroupEgressCommand(request);
      const answer = await answerTo(ground.ec2.send(command));
      return { answer, rules: await rulesIn(ground, GroupId) };
    },
  },
  {
    name: 'the other spelling of a CIDR revokes the rule it means',
    decides: 'unknown',
    source:
      'IpRange, CidrIp: "Amazon Web Services canonicalizes IPv4 and IPv6 CIDRs", said of adding rules',
    expected: { answer: 'done', rules: [] },
    observe: async (ground) => {
      const group = await ground.group('g');
      await authorize(ground, group, tcp(80, '100.68.0.0/18'));
      const answer = await answerTo(revoke(ground, group, tcp(80, '100.68.0.18/18')));
      return { answer, rules: await rulesIn(ground, group) };
    },
  },
  {
    name: 'ports sent with protocol -1 match no rule',
    decides: 'seen',
    source: 'hashicorp/terraform#2837',
    expected: { withPorts: 'InvalidPermission.NotFound', without: 'done' },
    observe: async (ground) => {
      const group = await ground.group('g');
      const all = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
      const withPorts = await answerTo(
        revokeOut(ground, group, { ...all, FromPort: 0, ToPort: 0 }),
      );
      return { withPorts, without: await answerTo(revokeOut(ground, group, all)) };
    },
  },
  {
    name: 'revoking as a dry run takes nothing away',
    decides: 'text',
    source: 'RevokeSecurityGroupIngress, DryRun: "the error response is DryRunOperation"',
    expected: { answer: 'DryRunOperation', rules: ['tcp 80-80 192.0.2.0/24'] },
    observe: async (ground) => {
      const GroupId = await ground.group('g');
      await authorize(ground, GroupId, tcp(80, RANGE));
      const request = { GroupId, IpPermissions: [tcp(80, RANGE)], DryRun: true };
      const command = new RevokeSecurityGroupIngressCommand(request);
      const answer = await answerTo(ground.ec2.send(command));
      return { answer, rules: await rulesIn(ground, GroupId) };
    },
  },
];
