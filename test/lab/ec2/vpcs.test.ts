import {
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import type { CreateNetworkInterfaceCommandInput } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { bench, refusal } from './bench.ts';

async function vpcBench() {
  const made = await bench();
  const { client } = made;
  const { Vpc } = await client.send(
    new CreateVpcCommand({ CidrBlock: '10.9.0.0/16', AmazonProvidedIpv6CidrBlock: true }),
  );
  const VpcId = Vpc!.VpcId!;
  const subnet = async (CidrBlock: string, Ipv6CidrBlock?: string) => {
    const command = new CreateSubnetCommand({ VpcId, CidrBlock, Ipv6CidrBlock });
    return (await client.send(command)).Subnet!;
  };
  const eni = async (SubnetId: string, more: Partial<CreateNetworkInterfaceCommandInput> = {}) => {
    const command = new CreateNetworkInterfaceCommand({ SubnetId, ...more });
    return (await client.send(command)).NetworkInterface!;
  };
  return { ...made, Vpc: Vpc!, VpcId, subnet, eni };
}

test('DescribeVpcs says which VPC is the default one, and who owns it (API reference)', async () => {
  const { client, VpcId, Vpc } = await vpcBench();
  const { Vpcs } = await client.send(new DescribeVpcsCommand({}));
  expect(Vpcs).toHaveLength(2);
  const found = await client.send(new DescribeVpcsCommand({ VpcIds: [VpcId] }));
  expect(found.Vpcs).toEqual([Vpc]);
  expect(Vpc).toMatchObject({
    CidrBlock: '10.9.0.0/16',
    IsDefault: false,
    OwnerId: '123456789012',
  });
  expect(Vpc.Ipv6CidrBlockAssociationSet).toHaveLength(1);
  const unknown = new DescribeVpcsCommand({ VpcIds: ['vpc-0123456789abcdef0'] });
  expect((await refusal(client.send(unknown))).code).toBe('InvalidVpcID.NotFound');
});

test('a new VPC has a default group whose members reach each other (VPC User Guide, default security groups)', async () => {
  const { client, VpcId } = await vpcBench();
  const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
  const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand({ Filters }));
  expect(SecurityGroups).toHaveLength(1);
  const [own] = SecurityGroups!;
  expect(own!.GroupName).toBe('default');
  expect(own!.IpPermissions).toMatchObject([
    { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: own!.GroupId }] },
  ]);
});

test('subnets lie in their VPC and do not overlap (API reference; EC2 error codes)', async () => {
  const { subnet, VpcId } = await vpcBench();
  expect(await subnet('10.9.1.7/24')).toMatchObject({ CidrBlock: '10.9.1.0/24', VpcId });
  expect((await refusal(subnet('10.9.1.128/25'))).code).toBe('InvalidSubnet.Conflict');
  expect((await refusal(subnet('10.9.0.0/16'))).code).toBe('InvalidSubnet.Conflict');
  expect((await refusal(subnet('10.8.0.0/24'))).code).toBe('InvalidSubnet.Range');
});

test('an interface without an instance is available, under the default group, at the first free address (API reference)', async () => {
  const { subnet, eni, client, VpcId } = await vpcBench();
  const { SubnetId } = await subnet('10.9.1.0/24', '2001:db8:1001::/64');
  const first = await eni(SubnetId!, { Description: 'mine' });
  expect(first).toMatchObject({
    Status: 'available',
    SubnetId,
    VpcId,
    PrivateIpAddress: '10.9.1.4',
    InterfaceType: 'interface',
    Groups: [{ GroupName: 'default' }],
    Description: 'mine',
  });
  expect(first).not.toHaveProperty('Attachment');
  expect(first.MacAddress).toMatch(/^0a(:[0-9a-f]{2}){5}$/);
  expect((await eni(SubnetId!)).PrivateIpAddress).toBe('10.9.1.5');
  const wanted = {
    PrivateIpAddress: '10.9.1.9',
    Ipv6Addresses: [{ Ipv6Address: '2001:db8:1001::9' }],
  };
  expect(await eni(SubnetId!, wanted)).toMatchObject({ ...wanted });
  expect((await refusal(eni(SubnetId!, wanted))).code).toBe('InvalidIPAddress.InUse');
  const elsewhere = eni(SubnetId!, { PrivateIpAddress: '10.9.2.9' });
  expect((await refusal(elsewhere)).code).toBe('InvalidParameterValue');
  const Filters = [
    { Name: 'vpc-id', Values: [VpcId] },
    { Name: 'status', Values: ['available'] },
  ];
  const { NetworkInterfaces } = await client.send(
    new DescribeNetworkInterfacesCommand({ Filters }),
  );
  expect(NetworkInterfaces).toHaveLength(3);
});

test('the same client token makes one interface (API reference, ClientToken)', async () => {
  const { subnet, eni } = await vpcBench();
  const { SubnetId } = await subnet('10.9.1.0/24');
  const wanted = { PrivateIpAddress: '10.9.1.9', ClientToken: 'once' };
  const { NetworkInterfaceId } = await eni(SubnetId!, wanted);
  expect((await eni(SubnetId!, wanted)).NetworkInterfaceId).toBe(NetworkInterfaceId);
});

test('an interface takes the groups asked for, as many as the quota allows, of its own VPC', async () => {
  const { subnet, eni, groupId } = await vpcBench();
  const { SubnetId } = await subnet('10.9.1.0/24');
  const foreign = eni(SubnetId!, { Groups: [groupId('nodes')] });
  expect((await refusal(foreign)).code).toBe('InvalidGroup.NotFound');
});

test('an attached interface is in use and stays (EC2 error codes)', async () => {
  const { client, state } = await vpcBench();
  const [NetworkInterfaceId] = [...state.interfaces.keys()];
  const command = new DeleteNetworkInterfaceCommand({ NetworkInterfaceId });
  expect((await refusal(client.send(command))).code).toBe('InvalidNetworkInterface.InUse');
});

const code = async (call: Promise<unknown>) => (await refusal(call)).code;

test('a VPC goes once it is empty, and leaves nothing behind (API reference, DeleteVpc and DeleteSubnet)', async () => {
  const before = await bench();
  const { client, state, subnet, eni, VpcId } = await vpcBench();
  const { SubnetId } = await subnet('10.9.1.0/24');
  const { NetworkInterfaceId } = await eni(SubnetId!);
  const group = { GroupName: 'own', Description: 'own', VpcId };
  const { GroupId } = await client.send(new CreateSecurityGroupCommand(group));
  const removeSubnet = () => client.send(new DeleteSubnetCommand({ SubnetId }));
  const removeVpc = () => client.send(new DeleteVpcCommand({ VpcId }));
  expect(await code(removeSubnet())).toBe('DependencyViolation');
  expect(await code(removeVpc())).toBe('DependencyViolation');
  await client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
  await removeSubnet();
  expect(await code(removeVpc())).toBe('DependencyViolation');
  await client.send(new DeleteSecurityGroupCommand({ GroupId }));
  await removeVpc();
  expect(state.describe()).toEqual(before.state.describe());
});
