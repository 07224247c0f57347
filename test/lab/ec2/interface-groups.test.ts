import {
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  ModifyInstanceAttributeCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { Ec2Snapshot } from '../../../lab/cloud/ec2/model.ts';
import { Ec2State } from '../../../lab/cloud/ec2/state.ts';
import { bench, refusal } from './bench.ts';

async function interfaceBench(change?: (seed: Ec2Snapshot) => Ec2Snapshot) {
  const made = await bench(change);
  const one = [...made.state.interfaces.values()].find(
    ({ instanceId }) => instanceId === made.hosts[0]!.instanceId,
  );
  const { id: NetworkInterfaceId, vpcId: VpcId } = one!;
  const setGroups = (...Groups: string[]) =>
    made.client.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups }));
  const create = async (GroupName: string, vpcId = VpcId) => {
    const command = { GroupName, Description: 'test', VpcId: vpcId };
    return (await made.client.send(new CreateSecurityGroupCommand(command))).GroupId!;
  };
  return { ...made, NetworkInterfaceId, setGroups, create };
}

test('Groups replace the current set, on the instance too (API reference, ModifyNetworkInterfaceAttribute)', async () => {
  const { client, hosts, groupId, setGroups, NetworkInterfaceId, changes } = await interfaceBench();
  await setGroups(groupId('clients'));
  const wanted = [{ GroupId: groupId('clients'), GroupName: 'clients' }];
  const { NetworkInterfaces } = await client.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [NetworkInterfaceId] }),
  );
  expect(NetworkInterfaces![0]!.Groups).toEqual(wanted);
  const { Reservations } = await client.send(
    new DescribeInstancesCommand({ InstanceIds: [hosts[0]!.instanceId] }),
  );
  expect(Reservations![0]!.Instances![0]!.SecurityGroups).toEqual(wanted);
  expect(changes()).toBe(1);
});

test('a group named twice is carried once', async () => {
  const { groupId, setGroups, state, NetworkInterfaceId } = await interfaceBench();
  await setGroups(groupId('nodes'), groupId('clients'), groupId('nodes'));
  expect(state.interfaces.get(NetworkInterfaceId)!.groupIds).toEqual([
    groupId('nodes'),
    groupId('clients'),
  ]);
});

test('no group at all is refused: at least one (API reference, ModifyNetworkInterfaceAttribute)', async () => {
  const { setGroups, state } = await interfaceBench();
  const before = state.describe();
  expect((await refusal(setGroups())).code).toBe('InvalidParameterCombination');
  expect(state.describe()).toEqual(before);
});

test('one attribute a call (API reference, ModifyNetworkInterfaceAttribute)', async () => {
  const { client, NetworkInterfaceId, groupId, state } = await interfaceBench();
  const before = state.describe();
  const Groups = [groupId('clients')];
  const both = { NetworkInterfaceId, Groups, Description: { Value: 'mine' } };
  const refused = await refusal(client.send(new ModifyNetworkInterfaceAttributeCommand(both)));
  expect(refused.code).toBe('InvalidParameterCombination');
  expect(state.describe()).toEqual(before);
});

test('an unknown group is InvalidGroup.NotFound and nothing changes (EC2 error codes)', async () => {
  const { groupId, setGroups, state } = await interfaceBench();
  const before = state.describe();
  const refused = await refusal(setGroups(groupId('nodes'), 'sg-0123456789abcdef0'));
  expect(refused.code).toBe('InvalidGroup.NotFound');
  expect(state.describe()).toEqual(before);
});

test('an unknown interface is InvalidNetworkInterfaceID.NotFound (EC2 error codes)', async () => {
  const { client, groupId } = await interfaceBench();
  const call = { NetworkInterfaceId: 'eni-0123456789abcdef0', Groups: [groupId('nodes')] };
  const refused = await refusal(client.send(new ModifyNetworkInterfaceAttributeCommand(call)));
  expect(refused.code).toBe('InvalidNetworkInterfaceID.NotFound');
});

test('a group of another VPC is refused (VPC User Guide: a group is used in the VPC it is made in)', async () => {
  const { client, create, setGroups } = await interfaceBench();
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  const foreign = await create('foreign', Vpc!.VpcId);
  const refused = await refusal(setGroups(foreign));
  expect(refused).toEqual({
    code: 'InvalidGroup.NotFound',
    message: 'You have specified two resources that belong to different networks.',
  });
});

test('the 6th group is SecurityGroupsPerInterfaceLimitExceeded (Amazon VPC quotas, EC2 error codes)', async () => {
  const { create, setGroups, state, NetworkInterfaceId } = await interfaceBench();
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) ids.push(await create(name));
  await setGroups(...ids.slice(0, 5));
  expect((await refusal(setGroups(...ids))).code).toBe('SecurityGroupsPerInterfaceLimitExceeded');
  expect(state.interfaces.get(NetworkInterfaceId)!.groupIds).toEqual(ids.slice(0, 5));
});

const withQuota = (seed: Ec2Snapshot) => ({ ...seed, quotas: { groupsPerInterface: 1 } });

test('the quota is settable, up to 1000 rules an interface (Amazon VPC quotas)', async () => {
  const { groupId, setGroups, state } = await interfaceBench(withQuota);
  const refused = await refusal(setGroups(groupId('nodes'), groupId('clients')));
  expect(refused.code).toBe('SecurityGroupsPerInterfaceLimitExceeded');
  const greedy = { ...state.describe(), quotas: { groupsPerInterface: 17 } };
  expect(() => new Ec2State(greedy)).toThrow('must be at most 1000: found 1020');
});

test('ModifyInstanceAttribute replaces the groups of the only interface (API reference)', async () => {
  const { client, hosts, groupId, state, NetworkInterfaceId } = await interfaceBench();
  const InstanceId = hosts[0]!.instanceId;
  const Groups = [groupId('clients')];
  await client.send(new ModifyInstanceAttributeCommand({ InstanceId, Groups }));
  expect(state.interfaces.get(NetworkInterfaceId)!.groupIds).toEqual(Groups);
  const unknown = { InstanceId: 'i-0123456789abcdef0', Groups };
  const refused = await refusal(client.send(new ModifyInstanceAttributeCommand(unknown)));
  expect(refused.code).toBe('InvalidInstanceID.NotFound');
});

const asLambda = (seed: Ec2Snapshot): Ec2Snapshot => ({
  ...seed,
  interfaces: seed.interfaces.map((one, index) =>
    index === 0 ? { ...one, type: 'lambda', tags: { made: 'by hand' } } : one,
  ),
});

test('interfaces say whose they are, where, and of which type, and are found by it (API reference)', async () => {
  const { client, state } = await interfaceBench(asLambda);
  const one = [...state.interfaces.values()].find(({ type }) => type === 'lambda')!;
  const Filters = [
    { Name: 'interface-type', Values: ['lambda'] },
    { Name: 'subnet-id', Values: [one.subnetId] },
    { Name: 'vpc-id', Values: [one.vpcId] },
    { Name: 'group-id', Values: one.groupIds.slice() },
    { Name: 'network-interface-id', Values: [one.id] },
  ];
  const { NetworkInterfaces } = await client.send(
    new DescribeNetworkInterfacesCommand({ Filters }),
  );
  expect(NetworkInterfaces).toHaveLength(1);
  expect(NetworkInterfaces![0]).toMatchObject({
    NetworkInterfaceId: one.id,
    OwnerId: '123456789012',
    InterfaceType: 'lambda',
    VpcId: one.vpcId,
    SubnetId: one.subnetId,
    TagSet: [{ Key: 'made', Value: 'by hand' }],
  });
});
