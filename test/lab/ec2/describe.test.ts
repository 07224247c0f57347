import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  paginateDescribeSecurityGroupRules,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { authorize, bench, refusal, tcp } from './bench.ts';

test('DescribeInstances gives what an inventory needs, in the shapes of the SDK', async () => {
  const { client, hosts, groupId } = await bench();
  const Filters = [
    { Name: 'tag:aerofault:cluster', Values: ['orders'] },
    { Name: 'tag:aerofault:role', Values: ['node'] },
    { Name: 'instance-state-name', Values: ['running', 'pending'] },
  ];
  const { Reservations } = await client.send(new DescribeInstancesCommand({ Filters }));
  const instances = Reservations!.flatMap(({ Instances }) => Instances!);
  expect(instances).toHaveLength(3);
  const first = instances.find(({ PrivateIpAddress }) => PrivateIpAddress === '10.0.1.11')!;
  expect(first).toMatchObject({
    InstanceId: hosts[0]!.instanceId,
    InstanceType: 'm7g.large',
    State: { Code: 16, Name: 'running' },
    Placement: { AvailabilityZone: 'eu-west-1a' },
    LaunchTime: new Date('2026-11-01T09:00:00.000Z'),
    SecurityGroups: [{ GroupId: groupId('nodes'), GroupName: 'nodes' }],
    NetworkInterfaces: [
      {
        PrivateIpAddress: '10.0.1.11',
        Ipv6Addresses: [{ Ipv6Address: '2001:db8:0:1::11' }],
        Groups: [{ GroupId: groupId('nodes'), GroupName: 'nodes' }],
        Status: 'in-use',
        SourceDestCheck: true,
        Attachment: { DeviceIndex: 0, Status: 'attached', DeleteOnTermination: true },
      },
    ],
    Tags: [
      { Key: 'Name', Value: 'n1' },
      { Key: 'aerofault:cluster', Value: 'orders' },
      { Key: 'aerofault:role', Value: 'node' },
    ],
  });
  expect(first.InstanceId).toMatch(/^i-0[0-9a-f]{16}$/);
});

test('DescribeNetworkInterfaces finds who carries a group, by filter group-id', async () => {
  const { client, hosts, groupId } = await bench();
  const Filters = [{ Name: 'group-id', Values: [groupId('clients')] }];
  const { NetworkInterfaces } = await client.send(
    new DescribeNetworkInterfacesCommand({ Filters }),
  );
  const carriers = NetworkInterfaces!.map(({ Attachment }) => Attachment!.InstanceId);
  expect(new Set(carriers)).toEqual(new Set(hosts.slice(3).map((host) => host.instanceId)));
  expect(carriers).toHaveLength(2);
  expect(NetworkInterfaces![0]!.PrivateIpAddresses).toHaveLength(1);
  expect(NetworkInterfaces![0]!.TagSet).toEqual([{ Key: 'aerofault:cluster', Value: 'orders' }]);
});

test('DescribeSecurityGroups groups rules by protocol and ports and leaves ports out with -1', async () => {
  const { client, groupId } = await bench();
  await authorize(client, groupId('nodes'), {
    IpProtocol: 'tcp',
    FromPort: 22,
    ToPort: 22,
    IpRanges: [{ CidrIp: '192.0.2.0/24', Description: 'office' }],
  });
  const { SecurityGroups } = await client.send(
    new DescribeSecurityGroupsCommand({ GroupIds: [groupId('nodes')] }),
  );
  expect(SecurityGroups).toHaveLength(1);
  const group = SecurityGroups![0]!;
  expect(group).toMatchObject({ GroupName: 'nodes', OwnerId: '123456789012' });
  expect(group.Tags).toEqual([{ Key: 'team', Value: 'storage' }]);
  expect(group.IpPermissions).toEqual([
    {
      IpProtocol: 'tcp',
      FromPort: 3000,
      ToPort: 3003,
      UserIdGroupPairs: [
        { GroupId: groupId('clients'), UserId: '123456789012', Description: 'clients' },
      ],
      IpRanges: [],
      Ipv6Ranges: [],
      PrefixListIds: [],
    },
    {
      IpProtocol: 'tcp',
      FromPort: 22,
      ToPort: 22,
      UserIdGroupPairs: [],
      IpRanges: [{ CidrIp: '10.0.0.0/16' }, { CidrIp: '192.0.2.0/24', Description: 'office' }],
      Ipv6Ranges: [],
      PrefixListIds: [],
    },
  ]);
  expect(group.IpPermissionsEgress![0]).not.toHaveProperty('FromPort');
});

test('DescribeSecurityGroupRules gives ids, tags, descriptions and referenced groups', async () => {
  const { client, groupId } = await bench();
  const Filters = [
    { Name: 'group-id', Values: [groupId('nodes')] },
    { Name: 'tag:Name', Values: ['cli*'] },
  ];
  const { SecurityGroupRules } = await client.send(
    new DescribeSecurityGroupRulesCommand({ Filters }),
  );
  expect(SecurityGroupRules).toHaveLength(1);
  const [rule] = SecurityGroupRules!;
  expect(rule).toMatchObject({
    GroupId: groupId('nodes'),
    GroupOwnerId: '123456789012',
    IsEgress: false,
    IpProtocol: 'tcp',
    FromPort: 3000,
    ToPort: 3003,
    ReferencedGroupInfo: { GroupId: groupId('clients'), UserId: '123456789012' },
    Description: 'clients',
    Tags: [
      { Key: 'Name', Value: 'clients' },
      { Key: 'owner', Value: 'app' },
    ],
  });
  const byId = [{ Name: 'security-group-rule-id', Values: [rule!.SecurityGroupRuleId!] }];
  const again = await client.send(new DescribeSecurityGroupRulesCommand({ Filters: byId }));
  expect(again.SecurityGroupRules).toEqual(SecurityGroupRules);
});

test('DescribeSubnets gives one subnet a zone, each holding its hosts addresses', async () => {
  const { client } = await bench();
  const { Subnets } = await client.send(new DescribeSubnetsCommand({}));
  const zones = Subnets!.map(({ AvailabilityZone: zone, CidrBlock: cidr }) => ({ zone, cidr }));
  expect(zones.toSorted((a, b) => a.zone!.localeCompare(b.zone!))).toEqual([
    { zone: 'eu-west-1a', cidr: '10.0.1.0/24' },
    { zone: 'eu-west-1b', cidr: '10.0.2.0/24' },
    { zone: 'eu-west-1c', cidr: '10.0.3.0/24' },
  ]);
});

test('pages hold MaxResults items and the tokens lead through all of them (API reference)', async () => {
  const { client, groupId, state } = await bench();
  const many = Array.from({ length: 12 }, (_, index) => tcp(4000 + index, '192.0.2.1/32'));
  await authorize(client, groupId('nodes'), ...many);
  const sizes: number[] = [];
  const seen = new Set<string>();
  for await (const { SecurityGroupRules } of paginateDescribeSecurityGroupRules(
    { client, pageSize: 5 },
    {},
  )) {
    sizes.push(SecurityGroupRules!.length);
    for (const { SecurityGroupRuleId } of SecurityGroupRules!) seen.add(SecurityGroupRuleId!);
  }
  expect(sizes).toEqual([5, 5, 5, 1]);
  expect(seen.size).toBe(state.rules.size);
});

test('MaxResults outside 5 to 1000, foreign tokens, and ids with paging are refused (API reference)', async () => {
  const { client, hosts } = await bench();
  const rules = (MaxResults: number) =>
    refusal(client.send(new DescribeSecurityGroupRulesCommand({ MaxResults })));
  expect((await rules(4)).code).toBe('InvalidParameterValue');
  expect((await rules(1001)).code).toBe('InvalidParameterValue');
  const token = new DescribeSecurityGroupRulesCommand({ MaxResults: 5, NextToken: 'bogus' });
  expect((await refusal(client.send(token))).code).toBe('InvalidParameterValue');
  const both = { InstanceIds: [hosts[0]!.instanceId], MaxResults: 5 };
  expect((await refusal(client.send(new DescribeInstancesCommand(both)))).code).toBe(
    'InvalidParameterCombination',
  );
});

test('a filter that the action does not know is refused, never ignored', async () => {
  const { client } = await bench();
  const Filters = [{ Name: 'ip-permission.cidr', Values: ['10.0.0.0/16'] }];
  const refused = await refusal(client.send(new DescribeSecurityGroupRulesCommand({ Filters })));
  expect(refused).toEqual({
    code: 'InvalidParameterValue',
    message: "The filter 'ip-permission.cidr' is invalid",
  });
});

test('filters: values are alternatives, filters add up, wildcards match, dots do not (API reference)', async () => {
  const { client } = await bench();
  const names = async (...Filters: { Name: string; Values: string[] }[]) => {
    const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand({ Filters }));
    return SecurityGroups!.map(({ GroupName }) => GroupName);
  };
  expect(await names({ Name: 'group-name', Values: ['nodes', 'clients'] })).toHaveLength(2);
  expect(await names({ Name: 'group-name', Values: ['n?des'] })).toEqual(['nodes']);
  expect(await names({ Name: 'group-name', Values: ['n.des'] })).toEqual([]);
  expect(await names({ Name: 'ip-permission.from-port', Values: ['22'] })).toEqual(['nodes']);
  expect(
    await names(
      { Name: 'ip-permission.from-port', Values: ['22'] },
      { Name: 'tag:team', Values: ['other'] },
    ),
  ).toEqual([]);
});

test.each([
  [
    'InvalidInstanceID.NotFound',
    new DescribeInstancesCommand({ InstanceIds: ['i-0123456789abcdef0'] }),
  ],
  [
    'InvalidGroup.NotFound',
    new DescribeSecurityGroupsCommand({ GroupIds: ['sg-0123456789abcdef0'] }),
  ],
] as const)('an unknown id is %s (EC2 error codes)', async (code, command) => {
  const { client } = await bench();
  const refused = await refusal(
    command instanceof DescribeInstancesCommand ? client.send(command) : client.send(command),
  );
  expect(refused.code).toBe(code);
});

test('an unknown interface, rule and subnet each have their own error code (EC2 error codes)', async () => {
  const { client } = await bench();
  const eni = new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: ['eni-0'] });
  const rule = new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: ['sgr-0'] });
  const subnet = new DescribeSubnetsCommand({ SubnetIds: ['subnet-0'] });
  expect((await refusal(client.send(eni))).code).toBe('InvalidNetworkInterfaceID.NotFound');
  expect((await refusal(client.send(rule))).code).toBe('InvalidSecurityGroupRuleId.NotFound');
  expect((await refusal(client.send(subnet))).code).toBe('InvalidSubnetID.NotFound');
});
