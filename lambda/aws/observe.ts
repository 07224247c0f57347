import type { EC2Client } from '@aws-sdk/client-ec2';
import { Inventory } from '../../core/inventory.ts';
import type { Rule } from '../../core/inventory.ts';
import { groupsNaming, groupsOf, rulesIn } from './describe-groups.ts';
import { instancesOf } from './describe-instances.ts';
import { interfacesOf } from './describe-interfaces.ts';
import { prefixListsOf } from './describe-prefix-lists.ts';
import { aclsOf, subnetsOf } from './describe-subnets.ts';
import { distinct } from './in-chunks.ts';

/** Which cluster is observed, and when. */
interface Occasion {
  readonly cluster: string;
  readonly at: number;
}

/**
 * Everything about a cluster: its running machines by tag; the groups on them, those that their rules
 * refer to and those whose rules refer to them, all rules of these, and the prefix lists that they name; every interface that holds one of the
 * groups or lies in a machine's subnet, bystanders included; these subnets and their network ACLs.
 *
 * Describes agree only in the end, so the views of one thing are held against each other.
 *
 * @throws Error where the views disagree or lack something; asking again a little later may do.
 */
export async function observeCluster(client: EC2Client, occasion: Occasion): Promise<Inventory> {
  const { cluster, at } = occasion;
  const { instances, subnetIds } = await instancesOf(client, cluster);
  if (instances.length === 0) return nothing(occasion);
  const groups = await groupsAround(client, distinct(instances.flatMap((one) => one.groupIds)));
  const groupIds = groups.map(({ id }) => id);
  const [interfaces, subnets, networkAcls, prefixLists] = await Promise.all([
    interfacesOf(client, { groupIds, subnetIds }),
    subnetsOf(client, subnetIds),
    aclsOf(client, { cluster, subnetIds }),
    prefixListsOf(client, distinct(groups.flatMap(({ rules }) => namedBy(rules)))),
  ]);
  const seen = { instances, interfaces, groups, prefixLists, subnets, networkAcls };
  const inventory = Inventory.parse({ cluster, observedAt: at, ...seen });
  refuseDisagreement(inventory);
  refuseUnknown(inventory, subnetIds);
  return inventory;
}

function nothing({ cluster, at: observedAt }: Occasion): Inventory {
  const network = { groups: [], prefixLists: [], subnets: [], networkAcls: [] };
  return { cluster, observedAt, instances: [], interfaces: [], ...network };
}

/** These groups, those that their rules refer to, and those whose rules refer to them, with all rules. */
async function groupsAround(client: EC2Client, own: readonly string[]) {
  const [ownRules, naming] = await Promise.all([rulesIn(client, own), groupsNaming(client, own)]);
  const wanted = distinct([...own, ...referredTo(ownRules), ...naming]);
  const groups = await groupsOf(client, wanted);
  const found = new Set(groups.map(({ id }) => id));
  // A group of another account, or one deleted since, is in no answer: only our own must be.
  refuseMissing(
    'group on its instances',
    own.filter((id) => !found.has(id)),
  );
  const referred = wanted.filter((id) => found.has(id) && !own.includes(id));
  const rules = [...ownRules, ...(await rulesIn(client, referred))];
  return groups.map((group) => ({
    ...group,
    rules: rules.filter(({ groupId }) => groupId === group.id),
  }));
}

function referredTo(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ spec: { peer } }) => (peer.kind === 'group' ? [peer.groupId] : []));
}

function namedBy(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ spec: { peer } }) =>
    peer.kind === 'prefix-list' ? [peer.prefixListId] : [],
  );
}

function refuseMissing(what: string, ids: readonly string[]): void {
  if (ids.length === 0) return;
  throw new Error(
    `Cannot observe the cluster as every ${what} must be described: found nothing of ${ids.join(', ')}`,
  );
}

function refuseDisagreement({ instances, interfaces }: Inventory): void {
  for (const { id, groupIds } of instances) {
    const own = interfaces.filter(({ instanceId }) => instanceId === id);
    const held = distinct(own.flatMap((one) => one.groupIds));
    if (held.join() === groupIds.join()) continue;
    throw new Error(
      `Cannot observe the cluster as instance ${id} and its interfaces must hold the same groups: found [${groupIds.join(', ')}] and [${held.join(', ')}]`,
    );
  }
}

/** Every subnet has exactly one network ACL; without it no cut at the subnet's edge can be judged. */
function refuseUnknown({ subnets, networkAcls }: Inventory, subnetIds: readonly string[]): void {
  refuseMissing(
    'subnet of its instances',
    subnetIds.filter((id) => !subnets.some((subnet) => subnet.id === id)),
  );
  for (const id of subnetIds) {
    const own = networkAcls.filter((acl) => acl.subnetIds.includes(id));
    if (own.length === 1) continue;
    throw new Error(
      `Cannot observe the cluster as subnet ${id} must have one network ACL: found ${own.length}`,
    );
  }
}
