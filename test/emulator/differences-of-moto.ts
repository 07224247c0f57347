import type { DifferenceEntry } from './differences.ts';

const CRASH = { unforeseen: 'an answer that is not of EC2' };
const DUPLICATE =
  'EC2 error codes, InvalidPermission.Duplicate; a description is no part of a rule';
const CANONICAL = 'IpRange, CidrIp: "Amazon Web Services canonicalizes IPv4 and IPv6 CIDRs"';
const DELETE_GROUP = 'DeleteSecurityGroup: "the operation fails with DependencyViolation"';
const REVOKED = 'RevokeSecurityGroupIngress, RevokedSecurityGroupRules';
const QUOTAS = 'Amazon VPC quotas: "enforced separately for IPv4 rules and IPv6 rules"';
const LAST_DENY = 'Amazon VPC quotas, "the default deny rules": moto keeps none';
const DRY_RUN = 'DryRun: "without actually making the request"';

/** Where moto is not EC2, for the version pinned in moto.ts. */
export const MOTO_DIFFERS: readonly DifferenceEntry[] = [
  [
    'an unknown group on an interface is refused and changes nothing',
    { refused: false, groups: ['old'] },
    'EC2 error codes, InvalidGroup.NotFound',
  ],
  [
    'a group of another VPC on an interface is refused and changes nothing',
    { refused: false, groups: ['foreign'] },
    'EC2 error codes, InvalidGroup.NotFound: "a different AWS Region or VPC"',
  ],
  [
    'a sixth group on an interface is refused and changes nothing',
    { answer: 'done', groups: 6 },
    'Amazon VPC quotas: 5 security groups per network interface',
  ],
  [
    "an instance shows the groups of its primary interface after they were replaced, the interface's own view too",
    { instance: [], itsInterface: ['new'], interface: ['new'] },
    'Instance, SecurityGroups: "The security groups for the instance"',
  ],
  [
    'groups given to an instance are those of its primary interface',
    { answer: 'done', interface: ['another sg', 'new'] },
    'ModifyInstanceAttribute, Groups: "Replaces the security groups"; moto adds them',
  ],
  [
    'names of groups differ by more than upper and lower case',
    { lower: 'done', upper: 'done' },
    'CreateSecurityGroup, GroupName: "Names are case-insensitive"',
  ],
  ['a group on an interface cannot be deleted', { answer: 'done', found: [] }, DELETE_GROUP],
  [
    "a group in another group's rule cannot be deleted",
    { answer: 'done', found: [] },
    DELETE_GROUP,
  ],
  ['the default group of a VPC cannot be deleted', 'done', 'EC2 error codes, CannotDelete'],
  [
    'another description makes no other rule of a rule that names a group',
    { answer: 'done', rules: ['tcp 80-80 peer', 'tcp 80-80 peer'] },
    DUPLICATE,
  ],
  [
    'the same permission twice in one call is refused whole',
    { answer: 'InvalidPermission.Duplicate', rules: ['tcp 80-80 192.0.2.0/24'] },
    'hashicorp/terraform-provider-aws#29492',
  ],
  [
    'every rule that was added is answered, with an id of its own',
    { answered: ['tcp 82-82 2001:db8::/32'], ids: 1 },
    'AuthorizeSecurityGroupIngress, SecurityGroupRules; moto answers the last one',
  ],
  [
    'the description of a rule that names a group is kept',
    ['tcp 80-80 peer'],
    'SecurityGroupRule, Description',
  ],
  [
    'a description with other characters is refused',
    { refused: false, rules: ['tcp 80-80 192.0.2.0/24 "it\'s"'] },
    'IpRange, Description: "Allowed characters"',
  ],
  [
    'tags of a call are on every rule it adds, in the answer and in a describe',
    {
      answered: ['tcp 81-81 192.0.2.0/24 aerofault:run=r1'],
      described: [
        'tcp 80-80 192.0.2.0/24 aerofault:run=r1',
        'tcp 81-81 192.0.2.0/24 aerofault:run=r1',
      ],
    },
    'AuthorizeSecurityGroupIngress, SecurityGroupRules; moto answers the last one',
  ],
  [
    'an IPv4 CIDR is kept without its host bits, and the other spelling is a duplicate',
    { again: 'done', rules: ['tcp 80-80 100.68.0.0/18', 'tcp 80-80 100.68.0.18/18'] },
    CANONICAL,
  ],
  [
    'an IPv6 CIDR is kept without its host bits, and the other spelling is a duplicate',
    { again: 'done', rules: ['tcp 80-80 2001:0DB8:0:0::1/32', 'tcp 80-80 2001:db8::/32'] },
    CANONICAL,
  ],
  [
    'icmpv6 without types is every type, kept as -1 to -1',
    CRASH,
    'IpPermission: "For icmpv6, the port range is optional"',
  ],
  [
    'tcp without ports is refused',
    CRASH,
    'IpPermission: "For tcp, udp, and icmp, you must specify a port range"',
  ],
  [
    'a rule revoked by its id is gone, and answered with its description',
    { answered: [], rules: ['tcp 81-81 192.0.2.0/24'] },
    REVOKED,
  ],
  ['a rule revoked by its properties is answered', { answered: [], rules: [] }, REVOKED],
  [
    'a rule that names a group is revoked by its properties without its description',
    { answer: 'InvalidPermission.NotFound', rules: ['tcp 80-80 peer'] },
    'RevokeSecurityGroupIngress: "you do not need to specify the description"',
  ],
  [
    'outside a default VPC one rule that is not there, and nothing is revoked',
    { answer: 'InvalidPermission.NotFound', rules: [] },
    'RevokeSecurityGroupIngress: "and no rules are revoked"',
  ],
  [
    'in a default VPC a rule that is not there is no error and is answered as unknown',
    { unforeseen: 'InvalidPermission.NotFound' },
    'RevokeSecurityGroupIngress: "For a default VPC, … no error is returned"',
  ],
  [
    'revoking an unknown rule id is InvalidSecurityGroupRuleId.NotFound',
    'InvalidPermission.NotFound',
    'EC2 error codes, InvalidSecurityGroupRuleId.NotFound',
  ],
  [
    'ports sent with protocol -1 match no rule',
    { withPorts: 'done', without: 'InvalidPermission.NotFound' },
    'hashicorp/terraform#2837',
  ],
  [
    'the type of a rule does not change',
    { toGroup: false, toIpv6: false, rules: ['tcp 80-80 192.0.2.0/24'] },
    'SecurityGroupRuleRequest: "you cannot change the rule type"; moto says done and does nothing',
  ],
  [
    'pages hold every rule once',
    { rules: 13, different: 13, pages: 1 },
    'DescribeSecurityGroupRules, MaxResults',
  ],
  [
    'IPv6 rules and egress rules have a count of their own',
    {
      ipv6: 'RulesPerSecurityGroupLimitExceeded',
      oneMoreIpv6: 'RulesPerSecurityGroupLimitExceeded',
      egress: 'done',
    },
    QUOTAS,
  ],
  [
    'a rule that names a group counts once in each family',
    {
      reference: 'done',
      oneMore: 'RulesPerSecurityGroupLimitExceeded',
      oneMoreIpv6: 'RulesPerSecurityGroupLimitExceeded',
    },
    QUOTAS,
  ],
  [
    'a prefix list counts as often as it may have entries',
    { list: 'done', oneMore: 'done', twoMore: 'done' },
    'Amazon VPC quotas: "the maximum number of entries for the prefix lists equals the same number of security group rules"',
  ],
  ['a new ACL denies everything, by entry 32767 in each direction', [], LAST_DENY],
  ['a new ACL in a VPC with IPv6 denies that, too, by entry 32768', [], LAST_DENY],
  [
    'an entry number is taken once in each direction',
    {
      first: 'done',
      again: 'NetworkAclEntryAlreadyExists',
      otherDirection: 'done',
      entries: ['in 10 deny 6 3002-3002 192.0.2.0/24', 'out 10 deny 6 3002-3002 192.0.2.0/24'],
    },
    `${LAST_DENY}; the numbers themselves are right`,
  ],
  [
    'entry numbers end at 32766',
    { 32766: 'done', 32767: false, 0: false },
    'CreateNetworkAclEntry, RuleNumber: "Positive integer from 1 to 32766"',
  ],
  [
    'the CIDR of an entry is kept without its host bits',
    ['in 10 deny 6 3002-3002 100.68.0.18/18'],
    'CreateNetworkAclEntry, CidrBlock: "we modify it to 100.68.0.0/18"',
  ],
  [
    'an ACL takes 19 entries in a direction, for the last deny counts as the 20th',
    { taken: 45, refusal: 'none' },
    'Amazon VPC quotas: 20 rules per network ACL',
  ],
  [
    'adding an entry as a dry run adds none',
    { answer: 'done', entries: ['in 10 deny 6 3002-3002 192.0.2.0/24'] },
    `CreateNetworkAclEntry, ${DRY_RUN}`,
  ],
  [
    'an association that was replaced cannot be replaced again',
    CRASH,
    'EC2 error codes, InvalidAssociationID.NotFound',
  ],
  [
    'giving a subnet an ACL as a dry run changes nothing',
    { answer: 'done', same: false },
    `ReplaceNetworkAclAssociation, ${DRY_RUN}`,
  ],
];
