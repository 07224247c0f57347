import {
  DescribeNetworkInterfacesCommand,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';
import type { EC2Client, InstanceNetworkInterface, NetworkInterface } from '@aws-sdk/client-ec2';
import { unless } from './failure.ts';
import { byId, inChunks, pageSize } from './in-chunks.ts';
import { tagsOf } from './rule-shape.ts';

/** The groups on an interface, in EC2's order; undefined where EC2 says that there is no such one. */
export async function groupsOn(
  client: EC2Client,
  interfaceId: string,
): Promise<string[] | undefined> {
  const command = new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [interfaceId] });
  const answer = await client.send(command).catch(unless('InvalidNetworkInterfaceID.NotFound'));
  if (answer === undefined) return undefined;
  const [found] = answer.NetworkInterfaces ?? [];
  if (found !== undefined) return groupIdsOf(found);
  throw new Error(`Cannot read interface ${interfaceId} as EC2 must describe it: found nothing`);
}

/** Every interface that holds one of the groups or lies in one of the subnets, each once. */
export async function interfacesOf(
  client: EC2Client,
  { groupIds, subnetIds }: { groupIds: readonly string[]; subnetIds: readonly string[] },
) {
  const found = await Promise.all([
    interfacesBy(client, 'group-id', groupIds),
    interfacesBy(client, 'subnet-id', subnetIds),
  ]);
  const byInterface = new Map(found.flat().map((one) => [one.NetworkInterfaceId, one]));
  return [...byInterface.values()].map(interfaceOf).toSorted(byId);
}

function interfacesBy(client: EC2Client, Name: string, values: readonly string[]) {
  return inChunks(values, async (Values) => {
    const filters = { Filters: [{ Name, Values }] };
    const page: NetworkInterface[] = [];
    for await (const answer of paginateDescribeNetworkInterfaces({ client, pageSize }, filters)) {
      page.push(...(answer.NetworkInterfaces ?? []));
    }
    return page;
  });
}

function interfaceOf(one: NetworkInterface) {
  const instanceId = one.Attachment?.InstanceId;
  return {
    id: one.NetworkInterfaceId ?? '',
    ...(instanceId === undefined ? {} : { instanceId }),
    type: one.InterfaceType,
    vpcId: one.VpcId,
    subnetId: one.SubnetId,
    groupIds: groupIdsOf(one).toSorted(),
    addresses: addressesOf(one),
    tags: tagsOf(one.TagSet),
  };
}

/** The groups on an interface, in EC2's order. */
export function groupIdsOf({ Groups = [] }: NetworkInterface | InstanceNetworkInterface): string[] {
  return Groups.flatMap(({ GroupId: id }) => id ?? []);
}

/** The private addresses of an interface, IPv4 first. */
export function addressesOf(one: NetworkInterface | InstanceNetworkInterface): string[] {
  const ipv4 = (one.PrivateIpAddresses ?? []).flatMap(({ PrivateIpAddress: ip }) => ip ?? []);
  const ipv6 = (one.Ipv6Addresses ?? []).flatMap(({ Ipv6Address: ip }) => ip ?? []);
  return [...ipv4, ...ipv6];
}
