import type { Interface, Inventory, Rule, SecurityGroup } from '../../inventory.ts';
import { tagCommand } from '../../guards/tag-command.ts';
import { clusterTag } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';
import { isNew } from './draft.ts';
import { admitsTcp } from './ports.ts';

/** Rules one group may have per direction; IPv4 and IPv6 are counted apart (VPC quotas). */
const rulesPerGroupMax = 60;
/** Groups one interface may hold (VPC quotas; can be raised to 16, which we cannot see). */
const groupsPerInterfaceMax = 5;

/** @throws Refusal unless the group bears the opt-in tag. */
export function refuseUntagged({ id, tags }: SecurityGroup, { cluster }: Inventory): void {
  if (tags[clusterTag] === cluster) return;
  throw new Refusal(
    `Cannot edit group ${id} as it must carry the tag ${clusterTag}=${cluster}: found ${tags[clusterTag] ?? 'no such tag'}; ${tagCommand(id, cluster)} if the run may edit it`,
  );
}

/** @throws Refusal unless the interface bears the opt-in tag and has room for one more group. */
export function refuseInterface(one: Interface, { cluster }: Inventory): void {
  if (one.tags[clusterTag] !== cluster) {
    throw new Refusal(
      `Cannot attach a group to ${one.id} of ${one.instanceId ?? 'another service'} as it must carry the tag ${clusterTag}=${cluster}: found ${one.tags[clusterTag] ?? 'no such tag'}; ${tagCommand(one.id, cluster)}, or give it a group of its own`,
    );
  }
  if (one.groupIds.length < groupsPerInterfaceMax) return;
  throw new Refusal(
    `Cannot attach a group to ${one.id} as it must hold at most ${groupsPerInterfaceMax - 1} before: found ${one.groupIds.length}; take one off or plan with iptables`,
  );
}

/** A rule whose peer we cannot see through may admit anyone. @throws Refusal that names it. */
export function refuseOpaque(
  group: SecurityGroup,
  ports: readonly number[],
  inventory: Inventory,
): void {
  for (const rule of group.rules) {
    const isConcerned =
      rule.direction === 'ingress' && ports.some((port) => admitsTcp(rule.spec, port));
    if (!isConcerned || isNew(rule)) continue;
    refuseOpaquePeer(rule, group, inventory);
  }
}

function refuseOpaquePeer(
  { id, spec: { peer } }: Rule,
  group: SecurityGroup,
  { groups, prefixLists }: Inventory,
): void {
  if (peer.kind === 'prefix-list' && !prefixLists.some((one) => one.id === peer.prefixListId)) {
    throw new Refusal(
      `Cannot cut rule ${id} of ${group.id} as its prefix list must be readable: found nothing of ${peer.prefixListId}; allow ec2:GetManagedPrefixListEntries or replace the rule`,
    );
  }
  if (peer.kind !== 'group' || groups.some((one) => one.id === peer.groupId)) return;
  if (peer.userId !== undefined && peer.userId !== group.ownerId) {
    throw new Refusal(
      `Cannot cut rule ${id} of ${group.id} as its peer must be a group of account ${group.ownerId}, whose members can be seen: found ${peer.groupId} of account ${peer.userId}; replace it by a CIDR rule`,
    );
  }
  throw new Refusal(
    `Cannot cut rule ${id} of ${group.id} as its peer must be a group that exists: found ${peer.groupId}, which is gone (a stale rule); remove the rule`,
  );
}

/** EC2 keeps tags that begin with aws: to itself. @throws Refusal where a rule could not come back as it was. */
export function refuseSystemTags({ id, groupId, tags }: Rule): void {
  const tag = Object.keys(tags).find((key) => key.startsWith('aws:'));
  if (tag === undefined) return;
  throw new Refusal(
    `Cannot revoke rule ${id} of ${groupId} as its tags must be ours to give again: found ${tag}; park it, or join the rules of its peer into one`,
  );
}

/** @throws Refusal where a group would for a moment, or for the hold, have more rules than EC2 allows. */
export function refuseOverQuota(
  group: SecurityGroup,
  added: readonly Rule[],
  { prefixLists }: Pick<Inventory, 'prefixLists'>,
): void {
  if (added.length === 0) return;
  for (const direction of ['ingress', 'egress'] as const) {
    const counted = [...group.rules, ...added].filter((rule) => rule.direction === direction);
    for (const family of [4, 6] as const) {
      const count = counted.reduce((sum, rule) => sum + weightOf(rule, family, prefixLists), 0);
      if (count <= rulesPerGroupMax) continue;
      throw new Refusal(
        `Cannot split the rules of ${group.id} as it must have at most ${rulesPerGroupMax} ${direction} rules for IPv${family}: found ${count} with those to add; cut fewer machines, or join or narrow its rules`,
      );
    }
  }
}

/** A group counts in both families, a prefix list as often as it may have entries (VPC quotas). */
function weightOf(
  { spec: { peer } }: Rule,
  family: 4 | 6,
  prefixLists: Inventory['prefixLists'],
): number {
  switch (peer.kind) {
    case 'group':
      return 1;
    case 'ipv4':
      return family === 4 ? 1 : 0;
    case 'ipv6':
      return family === 6 ? 1 : 0;
    case 'prefix-list': {
      const list = prefixLists.find(({ id }) => id === peer.prefixListId);
      const isSix = list?.cidrs[0]?.includes(':') === true;
      return (family === 6) === isSix ? (list?.maxEntries ?? 1) : 0;
    }
  }
}

/** Most temporary groups one run makes. A topology in which every node is a side of its own needs many. */
const sidesMax = 40;

/** @throws Refusal where more sides would need a temporary group than one run makes. */
export function refuseTooManySides(count: number): void {
  if (count <= sidesMax) return;
  throw new Refusal(
    `Cannot plan by security groups as at most ${sidesMax} temporary groups must do: found more sides than that; use the mechanism iptables`,
  );
}
