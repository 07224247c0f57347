import {
  DescribeSubnetsCommand,
  paginateDescribeNetworkAcls,
  paginateDescribeSubnets,
} from '@aws-sdk/client-ec2';
import type { EC2Client, Filter, NetworkAcl } from '@aws-sdk/client-ec2';
import { clusterTag, expiresTag, runTag } from '../../core/inventory.ts';
import type { AclOfSubnet, Network } from '../gateways.ts';
import { aclOf, markedAclOf } from './acl-shape.ts';
import { unless } from './failure.ts';
import { byId, inChunks, pageSize } from './in-chunks.ts';
import { tagsOf } from './rule-shape.ts';

/** These subnets; one that is not there is left out. */
export async function subnetsOf(client: EC2Client, subnetIds: readonly string[]) {
  const subnets = await inChunks(subnetIds, async (Values) => {
    const page = [];
    const filters = { Filters: [{ Name: 'subnet-id', Values }] };
    for await (const { Subnets = [] } of paginateDescribeSubnets({ client, pageSize }, filters)) {
      page.push(
        ...Subnets.map(({ SubnetId: id = '', VpcId: vpcId, AvailabilityZone: zone, Tags }) => ({
          id,
          vpcId,
          zone,
          tags: tagsOf(Tags),
        })),
      );
    }
    return page;
  });
  return subnets.toSorted(byId);
}

/** The ACLs of these subnets, and all that a run has made for the cluster and not yet deleted. */
export async function aclsOf(
  client: EC2Client,
  { cluster, subnetIds }: { cluster: string; subnetIds: readonly string[] },
) {
  const found = await Promise.all([
    inChunks(subnetIds, (ids) => aclsBy(client, ofSubnets(ids))),
    aclsBy(
      client,
      { Name: 'tag-key', Values: [runTag] },
      { Name: `tag:${clusterTag}`, Values: [cluster] },
    ),
  ]);
  const byAcl = new Map(found.flat().map((acl) => [acl.NetworkAclId, acl]));
  return [...byAcl.values()].map(aclOf).toSorted(byId);
}

/**
 * The network ACLs that bear a run's tag, or no run's and its time of expiry, which is to the millisecond:
 * anybody may take a tag off.
 */
export async function aclsMadeBy(
  client: EC2Client,
  { runId, expires }: Parameters<Network['aclsMadeBy']>[0],
): ReturnType<Network['aclsMadeBy']> {
  const [tagged, expiring] = await Promise.all([
    aclsBy(client, { Name: `tag:${runTag}`, Values: [runId] }),
    aclsBy(client, { Name: `tag:${expiresTag}`, Values: [expires] }),
  ]);
  const own = expiring.map(markedAclOf).filter(({ tags }) => tags[runTag] === undefined);
  return [...tagged.map(markedAclOf), ...own].toSorted(byId);
}

/**
 * The ACL that a subnet has; undefined where EC2 says that there is no such subnet. Every subnet has one,
 * so finding none of a subnet that is there, or two, is a view that has not settled.
 */
export async function aclOfSubnet(
  client: EC2Client,
  subnetId: string,
): Promise<AclOfSubnet | undefined> {
  const acls = await aclsBy(client, ofSubnets([subnetId]));
  const found = acls.flatMap((acl) => associationsOf(acl, subnetId));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined && !(await isSubnet(client, subnetId))) return undefined;
  throw new Error(
    `Cannot read the network ACL of subnet ${subnetId} as it must have one: found ${found.length}`,
  );
}

function associationsOf(acl: NetworkAcl, subnetId: string): AclOfSubnet[] {
  const own = (acl.Associations ?? []).filter(({ SubnetId }) => SubnetId === subnetId);
  return own.map(({ NetworkAclAssociationId: associationId = '', NetworkAclId: aclId = '' }) => ({
    associationId,
    aclId,
    tags: tagsOf(acl.Tags),
  }));
}

async function isSubnet(client: EC2Client, subnetId: string): Promise<boolean> {
  const command = new DescribeSubnetsCommand({ SubnetIds: [subnetId] });
  const answer = await client.send(command).catch(unless('InvalidSubnetID.NotFound'));
  return answer !== undefined;
}

const ofSubnets = (Values: string[]): Filter => ({ Name: 'association.subnet-id', Values });

async function aclsBy(client: EC2Client, ...Filters: Filter[]): Promise<NetworkAcl[]> {
  const acls: NetworkAcl[] = [];
  const pages = paginateDescribeNetworkAcls({ client, pageSize }, { Filters });
  for await (const { NetworkAcls = [] } of pages) acls.push(...NetworkAcls);
  return acls;
}
