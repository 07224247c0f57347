import {
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { Ec2Snapshot } from '../../../lab/cloud/ec2/model.ts';
import { authorize, bench, refusal, tcp } from './bench.ts';

const inDefaultVpc = (seed: Ec2Snapshot): Ec2Snapshot => ({
  ...seed,
  vpcs: seed.vpcs.map((vpc) => ({ ...vpc, isDefault: true })),
});

test('revoke by properties needs no description and answers what it removed, without tags (API reference)', async () => {
  const { client, groupId, state } = await bench();
  const { Return, RevokedSecurityGroupRules, UnknownIpPermissions } = await client.send(
    new RevokeSecurityGroupIngressCommand({
      GroupId: groupId('nodes'),
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: 3000,
          ToPort: 3003,
          UserIdGroupPairs: [{ GroupId: groupId('clients') }],
        },
      ],
    }),
  );
  expect(Return).toBe(true);
  expect(UnknownIpPermissions).toEqual([]);
  expect(RevokedSecurityGroupRules).toHaveLength(1);
  const [revoked] = RevokedSecurityGroupRules!;
  expect(revoked).toMatchObject({ ReferencedGroupId: groupId('clients'), Description: 'clients' });
  expect(revoked).not.toHaveProperty('Tags');
  expect(state.rules.has(revoked!.SecurityGroupRuleId!)).toBe(false);
});

test('outside a default VPC one missing rule revokes nothing: InvalidPermission.NotFound (API reference)', async () => {
  const { client, groupId, state } = await bench();
  const before = state.describe();
  const call = new RevokeSecurityGroupIngressCommand({
    GroupId: groupId('nodes'),
    IpPermissions: [tcp(22, '10.0.0.0/16'), tcp(23, '10.0.0.0/16')],
  });
  expect((await refusal(client.send(call))).code).toBe('InvalidPermission.NotFound');
  expect(state.describe()).toEqual(before);
});

test('in a default VPC a missing rule is no error and is listed (API reference)', async () => {
  const { client, groupId } = await bench(inDefaultVpc);
  const { UnknownIpPermissions, RevokedSecurityGroupRules } = await client.send(
    new RevokeSecurityGroupIngressCommand({
      GroupId: groupId('nodes'),
      IpPermissions: [tcp(22, '10.0.0.0/16'), tcp(23, '10.0.0.0/16')],
    }),
  );
  expect(RevokedSecurityGroupRules).toMatchObject([{ FromPort: 22 }]);
  expect(UnknownIpPermissions).toMatchObject([
    { IpProtocol: 'tcp', FromPort: 23, ToPort: 23, IpRanges: [{ CidrIp: '10.0.0.0/16' }] },
  ]);
});

test('an unknown rule id rejects the whole call: InvalidSecurityGroupRuleId.NotFound (ministack#1346)', async () => {
  const { client, groupId, state } = await bench();
  const before = state.describe();
  const known = state.rulesOf(groupId('nodes'), false)[0]!.id;
  const call = new RevokeSecurityGroupIngressCommand({
    GroupId: groupId('nodes'),
    SecurityGroupRuleIds: [known, 'sgr-0123456789abcdef0'],
  });
  expect((await refusal(client.send(call))).code).toBe('InvalidSecurityGroupRuleId.NotFound');
  expect(state.describe()).toEqual(before);
});

test('a rule of the other direction is not found by id, as each direction has its own action', async () => {
  const { client, groupId, state } = await bench();
  const GroupId = groupId('nodes');
  const ingress = state.rulesOf(GroupId, false)[0]!.id;
  const call = { GroupId, SecurityGroupRuleIds: [ingress] };
  const refused = await refusal(client.send(new RevokeSecurityGroupEgressCommand(call)));
  expect(refused.code).toBe('InvalidSecurityGroupRuleId.NotFound');
});

test('a rule revoked and authorised again has another id and no tags', async () => {
  const { client, groupId, state } = await bench();
  const GroupId = groupId('nodes');
  const old = state.rulesOf(GroupId, false).find(({ fromPort }) => fromPort === 22)!;
  await client.send(
    new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: [old.id] }),
  );
  const { SecurityGroupRules } = await authorize(client, GroupId, tcp(22, '10.0.0.0/16'));
  expect(SecurityGroupRules![0]!.SecurityGroupRuleId).not.toBe(old.id);
  expect(SecurityGroupRules![0]!.Tags).toEqual([]);
});

test('ports sent with protocol -1 match no rule (hashicorp/terraform#2837)', async () => {
  const { client, groupId } = await bench();
  const egressAll = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
  const revoke = (ports: object) =>
    client.send(
      new RevokeSecurityGroupEgressCommand({
        GroupId: groupId('nodes'),
        IpPermissions: [{ ...egressAll, ...ports }],
      }),
    );
  const refused = await refusal(revoke({ FromPort: 0, ToPort: 0 }));
  expect(refused.code).toBe('InvalidPermission.NotFound');
  expect((await revoke({})).RevokedSecurityGroupRules).toHaveLength(1);
});

test('the non-canonical spelling of a CIDR revokes the rule it means (API reference, IpRange)', async () => {
  const { client, groupId } = await bench();
  const { RevokedSecurityGroupRules } = await client.send(
    new RevokeSecurityGroupIngressCommand({
      GroupId: groupId('nodes'),
      IpPermissions: [tcp(22, '10.0.7.7/16')],
    }),
  );
  expect(RevokedSecurityGroupRules).toMatchObject([{ CidrIpv4: '10.0.0.0/16' }]);
});
