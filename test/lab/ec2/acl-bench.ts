import {
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  DescribeNetworkAclsCommand,
  ReplaceNetworkAclAssociationCommand,
} from '@aws-sdk/client-ec2';
import type { CreateNetworkAclEntryCommandInput, NetworkAcl } from '@aws-sdk/client-ec2';
import { bench } from './bench.ts';

/** An ingress entry that denies the cluster's ports. */
export function entry(
  NetworkAclId: string,
  RuleNumber: number,
  more: Partial<CreateNetworkAclEntryCommandInput> = {},
) {
  return {
    NetworkAclId,
    RuleNumber,
    Egress: false,
    RuleAction: 'deny' as const,
    Protocol: '6',
    PortRange: { From: 3001, To: 3002 },
    CidrBlock: '10.0.1.0/24',
    ...more,
  };
}

/** A bench with an ACL's ways: make one, add entries, describe, associate. */
export async function aclBench() {
  const made = await bench();
  const { client, state } = made;
  const VpcId = [...state.vpcs.keys()][0]!;
  const subnetId = [...state.subnets.keys()].toSorted()[0]!;
  const create = async () => {
    const { NetworkAcl: acl } = await client.send(new CreateNetworkAclCommand({ VpcId }));
    return acl!.NetworkAclId!;
  };
  const add = (...wanted: Parameters<typeof entry>) =>
    client.send(new CreateNetworkAclEntryCommand(entry(...wanted)));
  const describe = async (...Filters: { Name: string; Values: string[] }[]) =>
    (await client.send(new DescribeNetworkAclsCommand({ Filters }))).NetworkAcls!;
  const ofSubnet = async () =>
    (await describe({ Name: 'association.subnet-id', Values: [subnetId] }))[0]!;
  const associate = (AssociationId: string, NetworkAclId: string) =>
    client.send(new ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
  return { ...made, VpcId, subnetId, create, add, describe, ofSubnet, associate };
}

/** The id of a subnet's association with an ACL. */
export const associationOf = ({ Associations }: NetworkAcl, subnetId: string) =>
  Associations!.find(({ SubnetId }) => SubnetId === subnetId)!.NetworkAclAssociationId!;

/** The numbers of an ACL's entries in one direction, in the order they came. */
export const numbers = ({ Entries }: NetworkAcl, egress: boolean) =>
  Entries!.filter(({ Egress }) => Egress === egress).map(({ RuleNumber }) => RuleNumber);
