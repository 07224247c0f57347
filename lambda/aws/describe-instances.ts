import { paginateDescribeInstances } from '@aws-sdk/client-ec2';
import type { EC2Client, Filter, Instance } from '@aws-sdk/client-ec2';
import { clusterTag, roleTag } from '../../core/inventory.ts';
import { addressesOf, groupIdsOf } from './describe-interfaces.ts';
import { byId, distinct, pageSize } from './in-chunks.ts';
import { tagsOf } from './rule-shape.ts';

/** The running machines of a cluster by their tags, and the subnets that their interfaces lie in. */
export async function instancesOf(client: EC2Client, cluster: string) {
  const Filters: Filter[] = [
    { Name: `tag:${clusterTag}`, Values: [cluster] },
    { Name: `tag:${roleTag}`, Values: ['node', 'client', 'xdr-destination'] },
    { Name: 'instance-state-name', Values: ['running'] },
  ];
  const found: Instance[] = [];
  for await (const { Reservations = [] } of paginateDescribeInstances(
    { client, pageSize },
    { Filters },
  )) {
    found.push(...Reservations.flatMap(({ Instances = [] }) => Instances));
  }
  return {
    instances: found.map(instanceOf).toSorted(byId),
    subnetIds: distinct(found.flatMap(interfacesIn).flatMap(({ SubnetId: id }) => id ?? [])),
  };
}

function instanceOf(instance: Instance) {
  const tags = tagsOf(instance.Tags);
  const interfaces = interfacesIn(instance);
  return {
    id: instance.InstanceId ?? '',
    name: tags['Name'] || instance.InstanceId,
    role: tags[roleTag],
    zone: instance.Placement?.AvailabilityZone,
    address: instance.PrivateIpAddress,
    addresses: [...new Set(interfaces.flatMap(addressesOf))],
    groupIds: distinct(interfaces.flatMap(groupIdsOf)),
  };
}

const interfacesIn = ({ NetworkInterfaces = [] }: Instance) => NetworkInterfaces;
