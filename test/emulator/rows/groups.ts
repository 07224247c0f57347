import {
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
} from '@aws-sdk/client-ec2';
import {
  answerTo,
  authorize,
  rulesIn,
  rulesOut,
  revokeOut,
  strangeId,
  tcpFrom,
} from '../asking.ts';
import type { Ground } from '../ground.ts';
import { present } from '../refusal.ts';
import type { Row } from '../row.ts';

const DELETES =
  'DeleteSecurityGroup: a group "associated with an instance or network interface, is referenced by another security group in the same VPC, … fails with DependencyViolation"';

function create(
  ground: Ground,
  GroupName: string,
  extra: { tags?: Readonly<Record<string, string>>; DryRun?: boolean } = {},
) {
  return ground.ec2.send(
    new CreateSecurityGroupCommand({
      GroupName,
      Description: 'aerofault contract suite',
      VpcId: ground.vpcId,
      TagSpecifications: ground.tags('security-group', extra.tags),
      ...(extra.DryRun === undefined ? {} : { DryRun: extra.DryRun }),
    }),
  );
}

/** The answer to creating a group of this name, which is removed again where it was taken. */
async function creating(ground: Ground, name: string): Promise<string> {
  return answerTo(
    create(ground, name).then(({ GroupId }) => ground.keepGroup(present(GroupId), 'second')),
  );
}

async function deleteGroup(ground: Ground, GroupId: string): Promise<string> {
  await ground.settle();
  return answerTo(ground.ec2.send(new DeleteSecurityGroupCommand({ GroupId })));
}

async function groupsBy(ground: Ground, Name: string, value: string): Promise<string[]> {
  await ground.settle();
  const { SecurityGroups = [] } = await ground.ec2.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name, Values: [value] }] }),
  );
  return ground.named(SecurityGroups.map(({ GroupId }) => GroupId));
}

/** Temporary groups: making, marking, emptying and deleting them. */
export const GROUP_ROWS: readonly Row[] = [
  {
    name: 'a new group lets nothing in and everything out over IPv4',
    decides: 'text',
    source:
      'VPC User Guide, security groups: "When you first create a security group, it has no inbound rules" and "an outbound rule that allows all outbound traffic from the resource"',
    expected: { in: [], out: ['-1 -1--1 0.0.0.0/0'] },
    observe: async (ground) => {
      const group = await ground.group('new');
      return { in: await rulesIn(ground, group), out: await rulesOut(ground, group) };
    },
  },
  {
    name: 'a new group in a VPC with IPv6 lets everything out over both families, by two rules',
    decides: 'seen',
    source:
      'VPC User Guide, security groups; getmoto/moto test_create_two_security_groups_in_vpc_with_ipv6_enabled, marked as passing on AWS',
    expected: ['-1 -1--1 0.0.0.0/0', '-1 -1--1 ::/0'],
    observe: async (ground) => rulesOut(ground, await ground.group('new', await ground.ipv6Vpc())),
  },
  {
    name: 'the rule that lets everything out can be taken off, so that a group admits nothing',
    decides: 'text',
    source:
      'VPC User Guide, security groups: "You can remove the rule and add outbound rules that allow specific outbound traffic only"',
    expected: { answer: 'done', out: [] },
    observe: async (ground) => {
      const group = await ground.group('new');
      const everything = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
      const answer = await answerTo(revokeOut(ground, group, everything));
      return { answer, out: await rulesOut(ground, group) };
    },
  },
  {
    name: 'a group made with tags is found by one of them',
    decides: 'text',
    source: 'CreateSecurityGroup, TagSpecifications; DescribeSecurityGroups, filter tag:<key>',
    expected: { found: ['marked'], foundByAnotherValue: [] },
    observe: async (ground) => {
      const name = ground.uniqueName('marked');
      const { GroupId } = await create(ground, name, { tags: { 'aerofault:run': name } });
      ground.keepGroup(present(GroupId), 'marked');
      return {
        found: await groupsBy(ground, 'tag:aerofault:run', name),
        foundByAnotherValue: await groupsBy(ground, 'tag:aerofault:run', `${name}-not`),
      };
    },
  },
  {
    name: 'a second group of one name in a VPC is InvalidGroup.Duplicate',
    decides: 'text',
    source:
      'CreateSecurityGroup: "You can\'t have two security groups for the same VPC with the same name"; EC2 error codes',
    expected: { first: 'done', second: 'InvalidGroup.Duplicate' },
    observe: async (ground) => {
      const name = ground.uniqueName('twice');
      return { first: await creating(ground, name), second: await creating(ground, name) };
    },
  },
  {
    name: 'names of groups differ by more than upper and lower case',
    decides: 'text',
    source:
      'CreateSecurityGroup, GroupName: "Names are case-insensitive and must be unique within the VPC"',
    expected: { lower: 'done', upper: 'InvalidGroup.Duplicate' },
    observe: async (ground) => {
      const name = ground.uniqueName('case');
      return {
        lower: await creating(ground, name),
        upper: await creating(ground, name.toUpperCase()),
      };
    },
  },
  {
    name: 'making a group as a dry run makes none',
    decides: 'text',
    source: 'CreateSecurityGroup, DryRun: "the error response is DryRunOperation"',
    expected: { answer: 'DryRunOperation', found: [] },
    observe: async (ground) => {
      const name = ground.uniqueName('dry');
      const answer = await answerTo(create(ground, name, { DryRun: true }));
      return { answer, found: await groupsBy(ground, 'group-name', name) };
    },
  },
  {
    name: 'a group on an interface cannot be deleted',
    decides: 'text',
    source: DELETES,
    expected: { answer: 'DependencyViolation', found: ['used'] },
    observe: async (ground) => {
      const group = await ground.group('used');
      await ground.networkInterface([group]);
      const answer = await deleteGroup(ground, group);
      return { answer, found: await groupsBy(ground, 'group-id', group) };
    },
  },
  {
    name: "a group in another group's rule cannot be deleted",
    decides: 'text',
    source: DELETES,
    expected: { answer: 'DependencyViolation', found: ['peer'] },
    observe: async (ground) => {
      const peer = await ground.group('peer');
      await authorize(ground, await ground.group('other'), tcpFrom(3000, peer));
      const answer = await deleteGroup(ground, peer);
      return { answer, found: await groupsBy(ground, 'group-id', peer) };
    },
  },
  {
    name: 'a group that only refers to itself can be deleted',
    decides: 'text',
    source: DELETES,
    expected: { answer: 'done', found: [] },
    observe: async (ground) => {
      const group = await ground.group('self');
      await authorize(ground, group, tcpFrom(3000, group));
      const answer = await deleteGroup(ground, group);
      return { answer, found: await groupsBy(ground, 'group-id', group) };
    },
  },
  {
    name: 'a group that is gone is InvalidGroup.NotFound to delete and to describe by id',
    decides: 'text',
    source: 'EC2 error codes, InvalidGroup.NotFound',
    expected: { deleting: 'InvalidGroup.NotFound', describing: 'InvalidGroup.NotFound' },
    observe: async (ground) => {
      const group = await ground.group('gone');
      await deleteGroup(ground, group);
      const deleting = await deleteGroup(ground, group);
      const command = new DescribeSecurityGroupsCommand({ GroupIds: [group] });
      return { deleting, describing: await answerTo(ground.ec2.send(command)) };
    },
  },
  {
    name: 'the default group of a VPC cannot be deleted',
    decides: 'text',
    source:
      'EC2 error codes, CannotDelete: "You cannot delete the \'default\' security group in your VPC"',
    expected: 'CannotDelete',
    observe: async (ground) => {
      const Filters = [
        { Name: 'vpc-id', Values: [ground.vpcId] },
        { Name: 'group-name', Values: ['default'] },
      ];
      const { SecurityGroups } = await ground.ec2.send(
        new DescribeSecurityGroupsCommand({ Filters }),
      );
      return deleteGroup(ground, SecurityGroups?.[0]?.GroupId ?? strangeId('sg'));
    },
  },
  {
    name: 'groups are found by the group that one of their ingress rules refers to',
    decides: 'text',
    source:
      'DescribeSecurityGroups, filter ip-permission.group-id: "a security group that has been referenced in an inbound security group rule"',
    expected: ['other'],
    observe: async (ground) => {
      const peer = await ground.group('peer');
      await authorize(ground, await ground.group('other'), tcpFrom(3000, peer));
      return groupsBy(ground, 'ip-permission.group-id', peer);
    },
  },
];
