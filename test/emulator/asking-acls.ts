import {
  DescribeNetworkAclsCommand,
  ReplaceNetworkAclAssociationCommand,
} from '@aws-sdk/client-ec2';
import type { NetworkAcl, NetworkAclEntry } from '@aws-sdk/client-ec2';
import type { Ground } from './ground.ts';
import { present } from './refusal.ts';

/** Short ways of asking about network ACLs, and of reading the answers. */

/** The ACLs that a filter matches, once the last change has settled. */
export async function acls(ground: Ground, Name: string, value: string): Promise<NetworkAcl[]> {
  await ground.settle();
  const { NetworkAcls = [] } = await ground.ec2.send(
    new DescribeNetworkAclsCommand({ Filters: [{ Name, Values: [value] }] }),
  );
  return NetworkAcls;
}

/** The entries of an ACL, each in one line, sorted. */
export async function entriesOf(ground: Ground, aclId: string): Promise<string[]> {
  await ground.settle();
  const command = new DescribeNetworkAclsCommand({ NetworkAclIds: [aclId] });
  const { NetworkAcls } = await ground.ec2.send(command);
  return entriesText(NetworkAcls?.[0]);
}

/** Entries in lines: `in 100 deny 6 3002-3002 192.0.2.0/24`. */
export function entriesText(acl: NetworkAcl | undefined): string[] {
  return (acl?.Entries ?? []).map(entryText).toSorted();
}

function entryText(entry: NetworkAclEntry): string {
  const { RuleNumber, Egress, Protocol, RuleAction, PortRange } = entry;
  const range = PortRange === undefined ? '' : ` ${PortRange.From}-${PortRange.To}`;
  const cidr = entry.CidrBlock ?? entry.Ipv6CidrBlock ?? 'nothing';
  const direction = Egress === true ? 'out' : 'in';
  return `${direction} ${RuleNumber} ${RuleAction} ${Protocol}${range} ${cidr}`;
}

/** The entries of an ACL that has no others. */
export const DENY_ALL = ['in 32767 deny -1 0.0.0.0/0', 'out 32767 deny -1 0.0.0.0/0'];

/** The ACL that a subnet has, and the id of that association. */
export async function aclOf(ground: Ground, subnetId: string) {
  const [acl] = await acls(ground, 'association.subnet-id', subnetId);
  const association = acl?.Associations?.find(({ SubnetId }) => SubnetId === subnetId);
  return {
    acl: present(acl),
    aclId: present(acl?.NetworkAclId),
    associationId: present(association?.NetworkAclAssociationId),
  };
}

/** Gives the ACL to the first subnet, which gets its own back when the row is over. */
export async function associate(ground: Ground, aclId: string) {
  const { subnetId, before } = await borrowedSubnet(ground);
  const { NewAssociationId } = await replace(ground, before.associationId, aclId);
  return { subnetId, before, NewAssociationId };
}

/** The first subnet with the ACL it has, which it has again when the row is over. */
export async function borrowedSubnet(ground: Ground) {
  const [subnetId] = ground.subnetIds;
  const before = await aclOf(ground, subnetId);
  ground.keep(before.associationId, 'association', async () => {
    const { associationId } = await aclOf(ground, subnetId);
    await replace(ground, associationId, before.aclId);
  });
  return { subnetId, before };
}

/** Gives the subnet behind an association another ACL. */
export function replace({ ec2 }: Ground, AssociationId: string, NetworkAclId: string) {
  return ec2.send(new ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
}
