import {
  CreateNetworkAclCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteNetworkAclCommand,
  ReplaceNetworkAclAssociationCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { aclBench, associationOf, numbers } from './acl-bench.ts';
import { refusal } from './bench.ts';

const ALL = { Protocol: '-1' };

test('every subnet without another ACL has the default one, which allows everything (VPC User Guide, default network ACL)', async () => {
  const { ofSubnet, state, VpcId } = await aclBench();
  const acl = await ofSubnet();
  expect(acl).toMatchObject({ IsDefault: true, VpcId, OwnerId: '123456789012', Tags: [] });
  expect(acl.Associations).toHaveLength(state.subnets.size);
  for (const egress of [false, true]) {
    expect(acl.Entries!.filter(({ Egress }) => Egress === egress)).toEqual([
      { ...ALL, Egress: egress, RuleNumber: 100, RuleAction: 'allow', CidrBlock: '0.0.0.0/0' },
      { ...ALL, Egress: egress, RuleNumber: 101, RuleAction: 'allow', Ipv6CidrBlock: '::/0' },
      { ...ALL, Egress: egress, RuleNumber: 32_767, RuleAction: 'deny', CidrBlock: '0.0.0.0/0' },
      { ...ALL, Egress: egress, RuleNumber: 32_768, RuleAction: 'deny', Ipv6CidrBlock: '::/0' },
    ]);
  }
});

test('CreateNetworkAcl answers an ACL with tags and nothing but the final denies (API reference)', async () => {
  const { client, VpcId, describe, changes } = await aclBench();
  const Tags = [
    { Key: 'aerofault:run', Value: 'r1' },
    { Key: 'aerofault:original-acl', Value: 'acl-0' },
  ];
  const TagSpecifications = [{ ResourceType: 'network-acl' as const, Tags }];
  const { NetworkAcl: made } = await client.send(
    new CreateNetworkAclCommand({ VpcId, TagSpecifications }),
  );
  expect(made!.NetworkAclId).toMatch(/^acl-0[0-9a-f]{16}$/);
  expect(made).toMatchObject({ VpcId, IsDefault: false, Associations: [], Tags });
  expect(numbers(made!, false)).toEqual([32_767, 32_768]);
  expect(numbers(made!, true)).toEqual([32_767, 32_768]);
  expect(await describe({ Name: 'tag:aerofault:run', Values: ['r1'] })).toEqual([made]);
  expect(changes()).toBe(1);
});

test('the same client token makes one ACL, as after a lost answer (API reference, ClientToken)', async () => {
  const { client, VpcId, endpoint, state } = await aclBench();
  endpoint.misbehave('CreateNetworkAcl', { kind: 'lose-answer' });
  const command = new CreateNetworkAclCommand({ VpcId, ClientToken: 'once' });
  const { NetworkAcl: made } = await client.send(command);
  const again = await client.send(new CreateNetworkAclCommand({ VpcId, ClientToken: 'once' }));
  expect(again.NetworkAcl!.NetworkAclId).toBe(made!.NetworkAclId);
  expect(state.networkAcls.size).toBe(2);
});

test('a replaced association has a new id and the old one is not found (API reference; EC2 error codes)', async () => {
  const { create, ofSubnet, associate, subnetId, changes } = await aclBench();
  const original = await ofSubnet();
  const first = associationOf(original, subnetId);
  const clone = await create();
  const { NewAssociationId } = await associate(first, clone);
  expect(NewAssociationId).not.toBe(first);
  const now = await ofSubnet();
  expect(now.NetworkAclId).toBe(clone);
  expect(associationOf(now, subnetId)).toBe(NewAssociationId);
  expect((await refusal(associate(first, clone))).code).toBe('InvalidAssociationID.NotFound');
  const back = await associate(NewAssociationId!, original.NetworkAclId!);
  expect([first, NewAssociationId]).not.toContain(back.NewAssociationId);
  expect(changes()).toBe(3);
});

test('a swap there and back leaves a state that compares equal', async () => {
  const { client, create, ofSubnet, associate, subnetId, state } = await aclBench();
  const before = JSON.stringify(state.describe());
  const original = await ofSubnet();
  const clone = await create();
  const { NewAssociationId } = await associate(associationOf(original, subnetId), clone);
  expect(JSON.stringify(state.describe())).not.toBe(before);
  await associate(NewAssociationId!, original.NetworkAclId!);
  await client.send(new DeleteNetworkAclCommand({ NetworkAclId: clone }));
  expect(JSON.stringify(state.describe())).toBe(before);
});

test('an associated ACL is DependencyViolation until it is let go; the default one cannot go (API reference)', async () => {
  const { client, create, ofSubnet, associate, subnetId } = await aclBench();
  const original = await ofSubnet();
  const clone = await create();
  const remove = (NetworkAclId: string) =>
    client.send(new DeleteNetworkAclCommand({ NetworkAclId }));
  const { NewAssociationId } = await associate(associationOf(original, subnetId), clone);
  expect((await refusal(remove(clone))).code).toBe('DependencyViolation');
  expect((await refusal(remove(original.NetworkAclId!))).code).toBe('InvalidParameterValue');
  await associate(NewAssociationId!, original.NetworkAclId!);
  await remove(clone);
  expect((await refusal(remove(clone))).code).toBe('InvalidNetworkAclID.NotFound');
});

test('an ACL of another VPC, and one that is not there, cannot be associated (VPC User Guide; EC2 error codes)', async () => {
  const { client, ofSubnet, associate, subnetId, describe } = await aclBench();
  const association = associationOf(await ofSubnet(), subnetId);
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  const [foreign] = await describe({ Name: 'vpc-id', Values: [Vpc!.VpcId!] });
  expect((await refusal(associate(association, foreign!.NetworkAclId!))).code).toBe(
    'InvalidParameterValue',
  );
  expect((await refusal(associate(association, 'acl-0123456789abcdef0'))).code).toBe(
    'InvalidNetworkAclID.NotFound',
  );
});

test('a new subnet gets the default ACL of its VPC (API reference, ReplaceNetworkAclAssociation)', async () => {
  const { client, VpcId, describe } = await aclBench();
  const { Subnet } = await client.send(
    new CreateSubnetCommand({ VpcId, CidrBlock: '10.0.77.0/24' }),
  );
  const Values = [Subnet!.SubnetId!];
  const [acl] = await describe({ Name: 'association.subnet-id', Values });
  expect(acl).toMatchObject({ IsDefault: true, VpcId });
});

test('DryRun of a swap looks whether association and ACL exist (API reference, DryRun)', async () => {
  const { client, ofSubnet, subnetId, create, state } = await aclBench();
  const association = associationOf(await ofSubnet(), subnetId);
  const acl = await create();
  const before = state.describe();
  const dryRun = async (AssociationId: string, NetworkAclId: string) => {
    const command = { AssociationId, NetworkAclId, DryRun: true };
    return (await refusal(client.send(new ReplaceNetworkAclAssociationCommand(command)))).code;
  };
  expect(await dryRun(association, acl)).toBe('DryRunOperation');
  expect(await dryRun('aclassoc-0123456789abcdef0', acl)).toBe('InvalidAssociationID.NotFound');
  expect(await dryRun(association, 'acl-0123456789abcdef0')).toBe('InvalidNetworkAclID.NotFound');
  expect(state.describe()).toEqual(before);
});
