import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupRulesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { Ec2Snapshot } from '../../../lab/cloud/ec2/model.ts';
import { authorize, bench, refusal, tcp } from './bench.ts';

test('authorize answers one rule a peer with id, ARN and the tags of the call (API reference)', async () => {
  const { client, groupId, changes } = await bench();
  const { SecurityGroupRules, Return } = await client.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: groupId('nodes'),
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: 9000,
          ToPort: 9001,
          IpRanges: [{ CidrIp: '192.0.2.0/24', Description: 'a' }, { CidrIp: '198.51.100.7/32' }],
          Ipv6Ranges: [{ CidrIpv6: '2001:db8:5::/48' }],
          UserIdGroupPairs: [{ GroupId: groupId('nodes') }],
        },
      ],
      TagSpecifications: [
        {
          ResourceType: 'security-group-rule',
          Tags: [{ Key: 'aerofault:run', Value: 'r1' }],
        },
      ],
    }),
  );
  expect(Return).toBe(true);
  expect(SecurityGroupRules).toHaveLength(4);
  for (const rule of SecurityGroupRules!) {
    expect(rule.SecurityGroupRuleId).toMatch(/^sgr-0[0-9a-f]{16}$/);
    expect(rule.SecurityGroupRuleArn).toContain(rule.SecurityGroupRuleId);
    expect(rule.Tags).toEqual([{ Key: 'aerofault:run', Value: 'r1' }]);
  }
  expect(SecurityGroupRules![0]).toMatchObject({ CidrIpv4: '192.0.2.0/24', Description: 'a' });
  expect(SecurityGroupRules![2]).toMatchObject({ CidrIpv6: '2001:db8:5::/48' });
  expect(changes()).toBe(1);
});

test('a rule the group has is InvalidPermission.Duplicate, whatever its description (API reference)', async () => {
  const { client, groupId } = await bench();
  const refused = await refusal(
    authorize(client, groupId('nodes'), {
      IpProtocol: 'tcp',
      FromPort: 3000,
      ToPort: 3003,
      UserIdGroupPairs: [{ GroupId: groupId('clients'), Description: 'other words' }],
    }),
  );
  expect(refused).toEqual({
    code: 'InvalidPermission.Duplicate',
    message: `the specified rule "peer: ${groupId('clients')}, TCP, from port: 3000, to port: 3003, ALLOW" already exists`,
  });
});

test('one duplicate in a call and nothing of the call is added (stricter reading, undocumented)', async () => {
  const { client, groupId, state, changes } = await bench();
  const before = state.describe();
  const call = authorize(
    client,
    groupId('nodes'),
    tcp(9000, '192.0.2.0/24'),
    tcp(22, '10.0.0.0/16'),
  );
  expect((await refusal(call)).code).toBe('InvalidPermission.Duplicate');
  expect(state.describe()).toEqual(before);
  expect(changes()).toBe(0);
});

test('CIDRs are kept canonical, and the other spelling is a duplicate (API reference, IpRange)', async () => {
  const { client, groupId } = await bench();
  const { SecurityGroupRules } = await authorize(
    client,
    groupId('nodes'),
    tcp(80, '100.68.0.18/18'),
  );
  expect(SecurityGroupRules![0]!.CidrIpv4).toBe('100.68.0.0/18');
  const again = refusal(authorize(client, groupId('nodes'), tcp(80, '100.68.0.0/18')));
  expect((await again).code).toBe('InvalidPermission.Duplicate');
  const ipv6 = (CidrIpv6: string) =>
    authorize(client, groupId('nodes'), { IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6 }] });
  const added = await ipv6('2001:0DB8:0:0:1:0:0:9/112');
  expect(added.SecurityGroupRules![0]!.CidrIpv6).toBe('2001:db8:0:0:1::/112');
  expect((await refusal(ipv6('2001:db8:0:0:1::/112'))).code).toBe('InvalidPermission.Duplicate');
});

test('the same permission twice in one call is refused (terraform-provider-aws#29492)', async () => {
  const { client, groupId } = await bench();
  const twice = authorize(
    client,
    groupId('nodes'),
    tcp(80, '192.0.2.7/24'),
    tcp(80, '192.0.2.0/24'),
  );
  expect(await refusal(twice)).toEqual({
    code: 'InvalidParameterValue',
    message: 'The same permission must not appear multiple times',
  });
});

test('protocol -1 ignores ports and answers -1 for them (API reference, IpPermission)', async () => {
  const { client, groupId } = await bench();
  const { SecurityGroupRules } = await authorize(client, groupId('nodes'), {
    IpProtocol: '-1',
    FromPort: 80,
    ToPort: 90,
    IpRanges: [{ CidrIp: '192.0.2.0/24' }],
  });
  expect(SecurityGroupRules![0]).toMatchObject({ IpProtocol: '-1', FromPort: -1, ToPort: -1 });
});

test('protocol numbers of tcp, udp, icmp and icmpv6 come back as their names', async () => {
  const { client, groupId } = await bench();
  const one = async (IpProtocol: string, FromPort: number, ToPort: number) => {
    const IpRanges = [{ CidrIp: '192.0.2.0/24' }];
    const permission = { IpProtocol, FromPort, ToPort, IpRanges };
    const { SecurityGroupRules } = await authorize(client, groupId('nodes'), permission);
    return SecurityGroupRules![0]!.IpProtocol;
  };
  expect(await one('6', 1, 2)).toBe('tcp');
  expect(await one('17', 1, 2)).toBe('udp');
  expect(await one('1', 8, -1)).toBe('icmp');
});

test.each([
  ['a bad CIDR', tcp(80, '300.0.0.0/8'), 'InvalidParameterValue'],
  ['a CIDR without its length', tcp(80, '10.0.0.1'), 'InvalidParameterValue'],
  ['a port over 65535', tcp(65536, '10.0.0.0/8'), 'InvalidParameterValue'],
  [
    'tcp without ports',
    { IpProtocol: 'tcp', IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
    'MissingParameter',
  ],
  ['no peer', { IpProtocol: 'tcp', FromPort: 1, ToPort: 1 }, 'MissingParameter'],
  [
    'an unknown protocol',
    { IpProtocol: 'sctpx', IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
    'InvalidParameterValue',
  ],
  [
    'an unknown referenced group',
    { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-0123456789abcdef0' }] },
    'InvalidGroup.NotFound',
  ],
  [
    'a description with a quote',
    { IpProtocol: '-1', IpRanges: [{ CidrIp: '10.0.0.0/8', Description: `it's` }] },
    'InvalidParameterValue',
  ],
])('%s is refused and nothing changes', async (_, permission, code) => {
  const { client, groupId, state } = await bench();
  const before = state.describe();
  expect((await refusal(authorize(client, groupId('nodes'), permission))).code).toBe(code);
  expect(state.describe()).toEqual(before);
});

test('an unknown group is InvalidGroup.NotFound, a malformed id InvalidGroupId.Malformed (EC2 error codes)', async () => {
  const { client } = await bench();
  const unknown = await refusal(authorize(client, 'sg-0123456789abcdef0', tcp(80, '10.0.0.0/8')));
  expect(unknown).toEqual({
    code: 'InvalidGroup.NotFound',
    message: "The security group 'sg-0123456789abcdef0' does not exist",
  });
  const malformed = await refusal(authorize(client, 'nodes', tcp(80, '10.0.0.0/8')));
  expect(malformed.code).toBe('InvalidGroupId.Malformed');
});

test('the 61st IPv4 rule is refused while IPv6 has its own 60 (Amazon VPC quotas)', async () => {
  const { client, groupId } = await bench();
  const group = groupId('clients');
  const v4 = Array.from({ length: 60 }, (_, index) => tcp(1000 + index, '192.0.2.0/24'));
  await authorize(client, group, ...v4);
  expect((await refusal(authorize(client, group, tcp(2000, '192.0.2.0/24')))).code).toBe(
    'RulesPerSecurityGroupLimitExceeded',
  );
  const v6 = Array.from({ length: 60 }, (_, index) => ({
    IpProtocol: 'tcp',
    FromPort: 1000 + index,
    ToPort: 1000 + index,
    Ipv6Ranges: [{ CidrIpv6: '2001:db8::/32' }],
  }));
  await authorize(client, group, ...v6);
  const egress = { GroupId: group, IpPermissions: [tcp(443, '192.0.2.0/24')] };
  await client.send(new AuthorizeSecurityGroupEgressCommand(egress));
});

test('a group reference counts for both families, a prefix list by its maximum (Amazon VPC quotas)', async () => {
  const list = { id: 'pl-0a', name: 'office', family: 4 as const, maxEntries: 59, cidrs: [] };
  const withList = (seed: Ec2Snapshot) => ({ ...seed, prefixLists: [list] });
  const { client, groupId } = await bench(withList);
  const prefixList = {
    IpProtocol: 'tcp',
    FromPort: 1,
    ToPort: 1,
    PrefixListIds: [{ PrefixListId: 'pl-0a' }],
  };
  await authorize(client, groupId('clients'), prefixList);
  const reference = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: groupId('nodes') }] };
  await authorize(client, groupId('clients'), reference);
  const full = refusal(authorize(client, groupId('clients'), tcp(9, '192.0.2.0/24')));
  expect((await full).code).toBe('RulesPerSecurityGroupLimitExceeded');
});

test('egress rules are added on their own side and found by description (API reference)', async () => {
  const { client, groupId } = await bench();
  const { SecurityGroupRules } = await client.send(
    new AuthorizeSecurityGroupEgressCommand({
      GroupId: groupId('nodes'),
      IpPermissions: [tcp(22, '10.0.0.0/16')],
    }),
  );
  const ids = SecurityGroupRules!.map((rule) => rule.SecurityGroupRuleId!);
  const found = await client.send(
    new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: ids }),
  );
  expect(found.SecurityGroupRules).toMatchObject([{ IsEgress: true, FromPort: 22 }]);
});

test('DryRun changes nothing and answers DryRunOperation (API reference)', async () => {
  const { client, groupId, state, changes } = await bench();
  const before = state.describe();
  const command = new AuthorizeSecurityGroupIngressCommand({
    GroupId: groupId('nodes'),
    IpPermissions: [tcp(80, '10.0.0.0/8')],
    DryRun: true,
  });
  expect((await refusal(client.send(command))).code).toBe('DryRunOperation');
  expect(state.describe()).toEqual(before);
  expect(changes()).toBe(0);
});
