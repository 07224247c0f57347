import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { CreateSecurityGroupCommandInput } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { Ec2Snapshot } from '../../../lab/cloud/ec2/model.ts';
import { authorize, bench, refusal } from './bench.ts';

async function groupsBench(change?: (seed: Ec2Snapshot) => Ec2Snapshot) {
  const made = await bench(change);
  const [VpcId] = [...made.state.vpcs.keys()];
  const create = (GroupName: string, more: Partial<CreateSecurityGroupCommandInput> = {}) => {
    const command = { GroupName, Description: 'made by a test', VpcId: VpcId!, ...more };
    return made.client.send(new CreateSecurityGroupCommand(command));
  };
  const remove = (GroupId: string) => made.client.send(new DeleteSecurityGroupCommand({ GroupId }));
  return { ...made, VpcId: VpcId!, create, remove };
}

test('CreateSecurityGroup answers id, ARN and tags, and the group bears them (API reference)', async () => {
  const { client, create, VpcId, changes } = await groupsBench();
  const Tags = [{ Key: 'aerofault:run', Value: 'r1' }];
  const TagSpecifications = [{ ResourceType: 'security-group' as const, Tags }];
  const made = await create('aerofault-r1-1', { TagSpecifications });
  expect(made.GroupId).toMatch(/^sg-0[0-9a-f]{16}$/);
  expect(made.SecurityGroupArn).toContain(made.GroupId);
  expect(made.Tags).toEqual(Tags);
  const Filters = [{ Name: 'tag:aerofault:run', Values: ['r1'] }];
  const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand({ Filters }));
  expect(SecurityGroups).toMatchObject([
    {
      GroupId: made.GroupId,
      GroupName: 'aerofault-r1-1',
      Description: 'made by a test',
      VpcId,
      OwnerId: '123456789012',
      Tags,
    },
  ]);
  expect(changes()).toBe(1);
});

test('a new group lets nothing in and everything out, over IPv6 too where the VPC has it (VPC User Guide)', async () => {
  const { create, state } = await groupsBench();
  const { GroupId } = await create('new');
  expect(state.rulesOf(GroupId!, false)).toEqual([]);
  expect(state.rulesOf(GroupId!, true)).toMatchObject([
    { protocol: '-1', peer: { kind: 'cidr4', cidr: '0.0.0.0/0' } },
    { protocol: '-1', peer: { kind: 'cidr6', cidr: '::/0' } },
  ]);
});

test('in a VPC without IPv6 a new group has one egress rule (VPC User Guide)', async () => {
  const { client, create, state } = await groupsBench();
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  const { GroupId } = await create('new', { VpcId: Vpc!.VpcId });
  expect(state.rulesOf(GroupId!, true)).toHaveLength(1);
});

test('a name is unique in its VPC whatever its case, and free in another (API reference, GroupName)', async () => {
  const { client, create, VpcId } = await groupsBench();
  await create('mine');
  expect(await refusal(create('Mine'))).toEqual({
    code: 'InvalidGroup.Duplicate',
    message: `The security group 'Mine' already exists for VPC '${VpcId}'`,
  });
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  expect((await create('mine', { VpcId: Vpc!.VpcId })).GroupId).toBeDefined();
});

test.each([
  ['sg-mine', 'InvalidParameterValue'],
  ['naïve', 'InvalidParameterValue'],
  ['', 'InvalidParameterValue'],
  ['default', 'InvalidGroup.Reserved'],
])('the name "%s" is refused (API reference, GroupName; EC2 error codes)', async (name, code) => {
  const { create, state } = await groupsBench();
  const before = state.describe();
  expect((await refusal(create(name))).code).toBe(code);
  expect(state.describe()).toEqual(before);
});

test('an unknown VPC, tags for another kind of thing and reserved tags are refused', async () => {
  const { create } = await groupsBench();
  const unknown = { VpcId: 'vpc-0123456789abcdef0' };
  expect((await refusal(create('new', unknown))).code).toBe('InvalidVpcID.NotFound');
  const tag = (ResourceType: 'instance' | 'security-group', Key: string) =>
    create('new', { TagSpecifications: [{ ResourceType, Tags: [{ Key, Value: '' }] }] });
  expect((await refusal(tag('instance', 'a'))).code).toBe('InvalidParameterValue');
  expect((await refusal(tag('security-group', 'aws:a'))).code).toBe('InvalidParameterValue');
});

test('DeleteSecurityGroup takes the group and its rules away; a second time it is not found (API reference)', async () => {
  const { create, remove, state } = await groupsBench();
  const before = state.describe();
  const { GroupId } = await create('new');
  expect(await remove(GroupId!)).toMatchObject({ Return: true, GroupId });
  expect(state.describe()).toEqual(before);
  expect((await refusal(remove(GroupId!))).code).toBe('InvalidGroup.NotFound');
});

test('a group on an interface is DependencyViolation until it is off (API reference)', async () => {
  const { client, create, remove, groupId, state } = await groupsBench();
  const GroupId = (await create('new')).GroupId!;
  const [NetworkInterfaceId] = [...state.interfaces.keys()];
  const setGroups = (...Groups: string[]) =>
    client.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups }));
  await setGroups(groupId('nodes'), GroupId);
  expect(await refusal(remove(GroupId))).toEqual({
    code: 'DependencyViolation',
    message: `resource ${GroupId} has a dependent object`,
  });
  await setGroups(groupId('nodes'));
  await remove(GroupId);
  expect(state.groups.has(GroupId)).toBe(false);
});

test('a group that a rule of another refers to is DependencyViolation until the rule goes; its own rules do not count (API reference)', async () => {
  const { client, create, remove, groupId, state } = await groupsBench();
  const GroupId = (await create('new')).GroupId!;
  const fromNew = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] };
  await authorize(client, GroupId, fromNew);
  const { SecurityGroupRules } = await authorize(client, groupId('nodes'), fromNew);
  expect((await refusal(remove(GroupId))).code).toBe('DependencyViolation');
  const SecurityGroupRuleIds = SecurityGroupRules!.map((rule) => rule.SecurityGroupRuleId!);
  const revoke = { GroupId: groupId('nodes'), SecurityGroupRuleIds };
  await client.send(new RevokeSecurityGroupIngressCommand(revoke));
  await remove(GroupId);
  expect([...state.rules.values()].filter((rule) => rule.groupId === GroupId)).toEqual([]);
});

test('the default group cannot go: CannotDelete (EC2 error codes)', async () => {
  const { client, remove, state } = await groupsBench();
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  const own = [...state.groups.values()].find(({ vpcId }) => vpcId === Vpc!.VpcId)!;
  expect((await refusal(remove(own.id))).code).toBe('CannotDelete');
});

test('a rule cannot refer to a group of another VPC without peering (VPC User Guide)', async () => {
  const { client, create, groupId } = await groupsBench();
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  const GroupId = (await create('foreign', { VpcId: Vpc!.VpcId })).GroupId!;
  const fromForeign = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] };
  const refused = await refusal(authorize(client, groupId('nodes'), fromForeign));
  expect(refused.code).toBe('InvalidGroup.NotFound');
});

test('a group that another account owns is answered with its account and VPC (API reference, ReferencedSecurityGroup)', async () => {
  const peer = {
    kind: 'group',
    groupId: 'sg-0f',
    userId: '210987654321',
    vpcId: 'vpc-0f',
  } as const;
  const withForeign = (seed: Ec2Snapshot): Ec2Snapshot => {
    const [first] = seed.rules;
    return { ...seed, rules: [...seed.rules, { ...first!, id: 'sgr-0f', peer }] };
  };
  const { client, state } = await groupsBench(withForeign);
  const GroupIds = [state.rules.get('sgr-0f')!.groupId];
  const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand({ GroupIds }));
  const pairs = SecurityGroups![0]!.IpPermissions!.flatMap((one) => one.UserIdGroupPairs!);
  expect(pairs).toContainEqual({
    GroupId: 'sg-0f',
    UserId: '210987654321',
    VpcId: 'vpc-0f',
    Description: 'clients',
  });
});

test('DryRun looks whether what it names exists, and at nothing else (API reference: permissions only)', async () => {
  const { client, create, remove, groupId, state, changes } = await groupsBench();
  const before = state.describe();
  expect((await refusal(create('nodes', { DryRun: true }))).code).toBe('DryRunOperation');
  const onInterface = new DeleteSecurityGroupCommand({ GroupId: groupId('nodes'), DryRun: true });
  expect((await refusal(client.send(onInterface))).code).toBe('DryRunOperation');
  const unknown = new AuthorizeSecurityGroupIngressCommand({
    GroupId: 'sg-0123456789abcdef0',
    IpPermissions: [],
    DryRun: true,
  });
  expect((await refusal(client.send(unknown))).code).toBe('InvalidGroup.NotFound');
  expect(state.describe()).toEqual(before);
  expect(changes()).toBe(0);
  expect((await refusal(remove('sg-0123456789abcdef0'))).code).toBe('InvalidGroup.NotFound');
});
