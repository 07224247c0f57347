import { INSTANCE_STATE_CODES, tagPairs } from './model.ts';
import type { Group, Instance, Interface, Peer, Rule, Subnet } from './model.ts';
import type { Wanted } from './permission.ts';
import type { Ec2State } from './state.ts';

/** A rule as `DescribeSecurityGroupRules` and `AuthorizeSecurityGroup…` answer it. */
export function ruleView(state: Ec2State, rule: Rule) {
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: rule.groupId,
    GroupOwnerId: state.account,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    ...peerView(rule.peer, state.account),
    Description: rule.description,
    Tags: tagPairs(rule.tags),
    SecurityGroupRuleArn: arn(state, 'security-group-rule', rule.id),
  };
}

/** A rule as `RevokeSecurityGroup…` answers it: no tags, and of a referenced group only the id. */
export function revokedRuleView(rule: Rule) {
  const { peer } = rule;
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: rule.groupId,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    CidrIpv4: peer.kind === 'cidr4' ? peer.cidr : undefined,
    CidrIpv6: peer.kind === 'cidr6' ? peer.cidr : undefined,
    PrefixListId: peer.kind === 'prefix-list' ? peer.prefixListId : undefined,
    ReferencedGroupId: peer.kind === 'group' ? peer.groupId : undefined,
    Description: rule.description,
  };
}

function peerView(peer: Peer, account: string) {
  switch (peer.kind) {
    case 'cidr4':
      return { CidrIpv4: peer.cidr };
    case 'cidr6':
      return { CidrIpv6: peer.cidr };
    case 'prefix-list':
      return { PrefixListId: peer.prefixListId };
    case 'group':
      return {
        ReferencedGroupInfo: {
          GroupId: peer.groupId,
          UserId: peer.userId ?? account,
          VpcId: peer.vpcId,
        },
      };
  }
}

/** A group as `DescribeSecurityGroups` answers it. */
export function groupView(state: Ec2State, group: Group) {
  return {
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    OwnerId: state.account,
    VpcId: group.vpcId,
    SecurityGroupArn: arn(state, 'security-group', group.id),
    Tags: tagPairs(group.tags),
    IpPermissions: ipPermissions(state.rulesOf(group.id, false), state.account),
    IpPermissionsEgress: ipPermissions(state.rulesOf(group.id, true), state.account),
  };
}

/** Rules as `IpPermission`s, grouped by protocol and ports as `DescribeSecurityGroups` groups them. */
export function ipPermissions(rules: readonly Wanted[], account: string) {
  const byPorts = Map.groupBy(rules, (rule) => `${rule.protocol} ${rule.fromPort} ${rule.toPort}`);
  return [...byPorts.values()].map((same) => ({
    ...portsOf(same[0]),
    IpRanges: same.flatMap(({ peer, description: Description }) =>
      peer.kind === 'cidr4' ? [{ CidrIp: peer.cidr, Description }] : [],
    ),
    Ipv6Ranges: same.flatMap(({ peer, description: Description }) =>
      peer.kind === 'cidr6' ? [{ CidrIpv6: peer.cidr, Description }] : [],
    ),
    PrefixListIds: same.flatMap(({ peer, description: Description }) =>
      peer.kind === 'prefix-list' ? [{ PrefixListId: peer.prefixListId, Description }] : [],
    ),
    UserIdGroupPairs: same.flatMap(({ peer, description: Description }) =>
      peer.kind === 'group'
        ? [
            {
              GroupId: peer.groupId,
              UserId: peer.userId ?? account,
              VpcId: peer.vpcId,
              Description,
            },
          ]
        : [],
    ),
  }));
}

function portsOf(rule: Wanted | undefined) {
  if (rule === undefined) return {};
  const { protocol: IpProtocol, fromPort: FromPort, toPort: ToPort } = rule;
  const hasPorts = ['tcp', 'udp', 'icmp', 'icmpv6'].includes(IpProtocol);
  return hasPorts ? { IpProtocol, FromPort, ToPort } : { IpProtocol };
}

/** An instance as `DescribeInstances` answers it, in a reservation of its own. */
export function reservationView(state: Ec2State, instance: Instance) {
  const interfaces = [...state.interfaces.values()].filter(
    ({ instanceId }) => instanceId === instance.id,
  );
  return {
    ReservationId: instance.id.replace('i-', 'r-'),
    OwnerId: state.account,
    Instances: [instanceView(state, instance, interfaces)],
  };
}

function instanceView(state: Ec2State, instance: Instance, interfaces: readonly Interface[]) {
  const primary = interfaces.find(({ deviceIndex = 0 }) => deviceIndex === 0);
  return {
    InstanceId: instance.id,
    InstanceType: instance.type,
    State: { Code: INSTANCE_STATE_CODES[instance.state], Name: instance.state },
    LaunchTime: new Date(instance.launchedAt),
    Placement: { AvailabilityZone: instance.zone, Tenancy: 'default' },
    SubnetId: instance.subnetId,
    VpcId: instance.vpcId,
    PrivateIpAddress: primary?.address,
    Ipv6Address: primary?.address6,
    PrivateDnsName: primary === undefined ? '' : privateName(state, primary),
    SourceDestCheck: true,
    HibernationOptions: { Configured: instance.hibernates ?? false },
    SecurityGroups: primary === undefined ? [] : groupNames(state, primary.groupIds),
    NetworkInterfaces: interfaces.map((one) => ({
      ...addressView(state, one),
      Attachment: attachmentView(one),
      Groups: groupNames(state, one.groupIds),
    })),
    Tags: tagPairs(instance.tags),
  };
}

/** An interface as `DescribeNetworkInterfaces` answers it. */
export function interfaceView(state: Ec2State, one: Interface) {
  return {
    ...addressView(state, one),
    AvailabilityZone: one.zone,
    RequesterManaged: false,
    ...(one.instanceId === undefined
      ? {}
      : {
          Attachment: {
            ...attachmentView(one),
            InstanceId: one.instanceId,
            InstanceOwnerId: state.account,
          },
        }),
    Groups: groupNames(state, one.groupIds),
    TagSet: tagPairs(one.tags),
  };
}

function addressView(state: Ec2State, one: Interface) {
  return {
    NetworkInterfaceId: one.id,
    Description: one.description,
    InterfaceType: one.type ?? 'interface',
    MacAddress: one.macAddress,
    OwnerId: state.account,
    PrivateDnsName: privateName(state, one),
    PrivateIpAddress: one.address,
    PrivateIpAddresses: [
      { Primary: true, PrivateIpAddress: one.address, PrivateDnsName: privateName(state, one) },
    ],
    Ipv6Addresses: one.address6 === undefined ? [] : [{ Ipv6Address: one.address6 }],
    SourceDestCheck: true,
    Status: interfaceStatus(one),
    SubnetId: one.subnetId,
    VpcId: one.vpcId,
  };
}

/** An interface's status: whether it is attached to anything. */
export function interfaceStatus({ instanceId }: Interface): string {
  return instanceId === undefined ? 'available' : 'in-use';
}

function attachmentView(one: Interface) {
  return {
    AttachmentId: one.id.replace('eni-', 'eni-attach-'),
    DeleteOnTermination: true,
    DeviceIndex: one.deviceIndex ?? 0,
    NetworkCardIndex: 0,
    Status: 'attached',
  };
}

/** A subnet as `DescribeSubnets` answers it. */
export function subnetView(state: Ec2State, subnet: Subnet) {
  return {
    SubnetId: subnet.id,
    VpcId: subnet.vpcId,
    AvailabilityZone: subnet.zone,
    CidrBlock: subnet.cidr,
    Ipv6CidrBlockAssociationSet:
      subnet.cidr6 === undefined
        ? []
        : [{ Ipv6CidrBlock: subnet.cidr6, Ipv6CidrBlockState: { State: 'associated' } }],
    DefaultForAz: false,
    State: 'available',
    OwnerId: state.account,
    SubnetArn: arn(state, 'subnet', subnet.id),
    Tags: tagPairs(subnet.tags),
  };
}

function groupNames(state: Ec2State, ids: readonly string[]) {
  return ids.map((GroupId) => ({ GroupId, GroupName: state.groups.get(GroupId)?.name }));
}

function privateName(state: Ec2State, { address }: Interface): string {
  return `ip-${address.replaceAll('.', '-')}.${state.region}.compute.internal`;
}

/** The ARN of a resource of this account and Region. */
export function arn(state: Ec2State, type: string, id: string): string {
  return `arn:aws:ec2:${state.region}:${state.account}:${type}/${id}`;
}
