import { DescribeInstancesCommand, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import type { EC2Client, Filter, Instance } from '@aws-sdk/client-ec2';
import { clusterTag, roleTag } from '../../core/inventory.ts';
import type { InstanceLife } from '../gateways.ts';
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

/**
 * Whether an instance can still hold what a script did to its kernel. Terminated ones are described for
 * about an hour and then not found (EC2 user guide, "Instance lifecycle"); a hibernated one is `stopped`
 * too, but resumes with its memory.
 *
 * @throws where EC2 cannot be asked, or answers without the instance.
 */
export async function lifeOf(client: EC2Client, instanceId: string): Promise<InstanceLife> {
  const command = new DescribeInstancesCommand({ InstanceIds: [instanceId] });
  const answer = await client.send(command).catch(ifNotFound);
  if (answer === 'not found') return 'gone';
  const found = (answer.Reservations ?? []).flatMap(({ Instances = [] }) => Instances);
  const instance = found.find(({ InstanceId: id }) => id === instanceId);
  if (instance !== undefined) return lifeIn(instance);
  throw new Error(
    `Cannot tell what became of ${instanceId} as EC2 must describe it: found it in no answer`,
  );
}

function lifeIn({ State, HibernationOptions }: Instance): InstanceLife {
  switch (State?.Name) {
    case 'shutting-down':
    case 'terminated':
      return 'gone';
    case 'stopped':
      return HibernationOptions?.Configured === false ? 'stopped' : 'there';
    default:
      return 'there';
  }
}

/** EC2's word for an instance that it has forgotten; no other error says that one is gone. */
function ifNotFound(error: unknown): 'not found' {
  if (error instanceof Error && error.name === 'InvalidInstanceID.NotFound') return 'not found';
  throw error;
}
