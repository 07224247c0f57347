import {
  paginateDescribeInstances,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
} from '@aws-sdk/client-ec2';
import type {
  EC2Client,
  Filter,
  Instance,
  InstanceNetworkInterface,
  NetworkInterface,
} from '@aws-sdk/client-ec2';
import { Inventory, clusterTag, roleTag } from '../../core/inventory.ts';
import type { Rule } from '../../core/inventory.ts';
import { ruleOf, tagsOf } from './rule-shape.ts';

/** EC2 takes 200 values a filter; half of it keeps requests short. */
const filterValuesMax = 100;
/** The largest page of these calls (EC2 API reference, MaxResults 5–1000). */
const pageSize = 1_000;

/**
 * Everything about a cluster, from four kinds of Describe: its running nodes and clients by tag, the
 * groups on them and those that their rules refer to, all rules of these, and every interface that
 * holds one of them, bystanders included.
 *
 * Describes agree only in the end, so the views of instances and interfaces are held against each other.
 *
 * @throws Error where the views disagree or lack something; asking again a little later may do.
 */
export async function observeCluster(
  client: EC2Client,
  { cluster, at }: { cluster: string; at: number },
): Promise<Inventory> {
  const instances = await instancesOf(client, cluster);
  const own = [...new Set(instances.flatMap(({ groupIds }) => groupIds))].toSorted();
  const ownRules = await rulesIn(client, own);
  const wanted = [...new Set([...own, ...referredTo(ownRules)])].toSorted();
  const groups = await groupsOf(client, wanted);
  const found = new Set(groups.map(({ id }) => id));
  // A group of another account, or one deleted since, is in no answer: only our own must be.
  refuseMissing(own.filter((id) => !found.has(id)));
  const referred = wanted.filter((id) => found.has(id) && !own.includes(id));
  const [otherRules, interfaces] = await Promise.all([
    rulesIn(client, referred),
    interfacesHolding(client, [...found]),
  ]);
  const rules = [...ownRules, ...otherRules];
  const inventory = Inventory.parse({
    cluster,
    observedAt: at,
    instances,
    interfaces,
    groups: groups.map((group) => ({
      ...group,
      rules: rules.filter(({ groupId }) => groupId === group.id),
    })),
  });
  refuseDisagreement(inventory);
  return inventory;
}

/** Every rule of these groups, both directions, in the order of their ids. */
export async function rulesIn(client: EC2Client, groupIds: readonly string[]): Promise<Rule[]> {
  const rules = await inChunks(groupIds, async (ids) => {
    const filters = { Filters: [{ Name: 'group-id', Values: ids }] };
    const pages = paginateDescribeSecurityGroupRules({ client, pageSize }, filters);
    const page: Rule[] = [];
    for await (const { SecurityGroupRules = [] } of pages)
      page.push(...SecurityGroupRules.map(ruleOf));
    return page;
  });
  return rules.toSorted(byId);
}

async function instancesOf(client: EC2Client, cluster: string) {
  const Filters: Filter[] = [
    { Name: `tag:${clusterTag}`, Values: [cluster] },
    { Name: `tag:${roleTag}`, Values: ['node', 'client'] },
    { Name: 'instance-state-name', Values: ['running'] },
  ];
  const found: Instance[] = [];
  for await (const { Reservations = [] } of paginateDescribeInstances(
    { client, pageSize },
    { Filters },
  )) {
    found.push(...Reservations.flatMap(({ Instances = [] }) => Instances));
  }
  return found.map(instanceOf).toSorted(byId);
}

function instanceOf(instance: Instance) {
  const tags = tagsOf(instance.Tags);
  const interfaces = instance.NetworkInterfaces ?? [];
  const groups = interfaces
    .flatMap(({ Groups = [] }) => Groups)
    .flatMap(({ GroupId: id }) => id ?? []);
  return {
    id: instance.InstanceId ?? '',
    name: tags['Name'] || instance.InstanceId,
    role: tags[roleTag],
    zone: instance.Placement?.AvailabilityZone,
    address: instance.PrivateIpAddress,
    addresses: [...new Set(interfaces.flatMap(addressesOf))],
    groupIds: [...new Set(groups)].toSorted(),
  };
}

async function groupsOf(client: EC2Client, groupIds: readonly string[]) {
  const groups = await inChunks(groupIds, async (ids) => {
    // By filter and not by GroupIds, which is an error as soon as one of them is not ours to see.
    const filters = { Filters: [{ Name: 'group-id', Values: ids }] };
    const page = [];
    for await (const { SecurityGroups = [] } of paginateDescribeSecurityGroups(
      { client, pageSize },
      filters,
    )) {
      page.push(
        ...SecurityGroups.map(({ GroupId: id = '', GroupName: name, Tags }) => ({
          id,
          name,
          tags: tagsOf(Tags),
        })),
      );
    }
    return page;
  });
  return groups.toSorted(byId);
}

async function interfacesHolding(client: EC2Client, groupIds: readonly string[]) {
  const found = await inChunks(groupIds, async (ids) => {
    const filters = { Filters: [{ Name: 'group-id', Values: ids }] };
    const page: NetworkInterface[] = [];
    for await (const answer of paginateDescribeNetworkInterfaces({ client, pageSize }, filters)) {
      page.push(...(answer.NetworkInterfaces ?? []));
    }
    return page;
  });
  // One interface may hold groups of two chunks.
  const byInterface = new Map(found.map((one) => [one.NetworkInterfaceId, one]));
  return [...byInterface.values()].map(interfaceOf).toSorted(byId);
}

function interfaceOf(one: NetworkInterface) {
  const instanceId = one.Attachment?.InstanceId;
  return {
    id: one.NetworkInterfaceId ?? '',
    ...(instanceId === undefined ? {} : { instanceId }),
    subnetId: one.SubnetId,
    groupIds: (one.Groups ?? []).flatMap(({ GroupId: id }) => id ?? []).toSorted(),
    addresses: addressesOf(one),
  };
}

function addressesOf(one: NetworkInterface | InstanceNetworkInterface): string[] {
  const ipv4 = (one.PrivateIpAddresses ?? []).flatMap(({ PrivateIpAddress: ip }) => ip ?? []);
  const ipv6 = (one.Ipv6Addresses ?? []).flatMap(({ Ipv6Address: ip }) => ip ?? []);
  return [...ipv4, ...ipv6];
}

function referredTo(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ spec: { peer } }) => (peer.kind === 'group' ? [peer.groupId] : []));
}

function refuseMissing(groupIds: readonly string[]): void {
  if (groupIds.length === 0) return;
  throw new Error(
    `Cannot observe the cluster as every group on its instances must be described: found nothing of ${groupIds.join(', ')}`,
  );
}

function refuseDisagreement({ instances, interfaces }: Inventory): void {
  for (const { id, groupIds } of instances) {
    const own = interfaces.filter(({ instanceId }) => instanceId === id);
    const held = [...new Set(own.flatMap((one) => one.groupIds))].toSorted();
    if (held.join() === groupIds.join()) continue;
    throw new Error(
      `Cannot observe the cluster as instance ${id} and its interfaces must hold the same groups: found [${groupIds.join(', ')}] and [${held.join(', ')}]`,
    );
  }
}

async function inChunks<Found>(
  values: readonly string[],
  ask: (chunk: string[]) => Promise<Found[]>,
): Promise<Found[]> {
  const count = Math.ceil(values.length / filterValuesMax);
  const chunks = Array.from({ length: count }, (_, index) =>
    values.slice(index * filterValuesMax, (index + 1) * filterValuesMax),
  );
  return (await Promise.all(chunks.map(ask))).flat();
}

const byId = (left: { id: string }, right: { id: string }): number => (left.id < right.id ? -1 : 1);
