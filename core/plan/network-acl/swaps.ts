import { formatBlock } from '../../address.ts';
import type { Cut } from '../../cut.ts';
import { tagCommand } from '../../guards/tag-command.ts';
import { clusterTag } from '../../inventory.ts';
import type { AclEntry, Instance, Inventory, NetworkAcl } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';
import type { SwapAcl } from '../../step.ts';
import { cheapestCover } from '../cheapest-cover.ts';
import { rangesOf } from '../security-group/ports.ts';
import { blockOf } from '../security-group/subtraction.ts';

/** Entries one network ACL may have per direction and family, its final deny among them (VPC quotas). */
const aclEntriesMax = 20;

/**
 * Network ACLs that deny the cuts at the edges of the fewest subnets.
 *
 * A denial has no destination but its subnet, so it hits everyone there whom the senders may reach on those
 * ports; whether that is more than the cut is for the exactness proof to say.
 *
 * @throws Refusal where a cut stays inside one subnet, or the entries do not fit.
 */
export function aclSwaps(cuts: readonly Cut[], inventory: Inventory, phase: number): SwapAcl[] {
  const subnets = subnetsByInstance(inventory);
  const pairs = subnetPairs(cuts, inventory, subnets);
  const chosen = fewestSubnets(pairs);
  const denials = new Map<string, Denial[]>();
  for (const { near, far, from, to, ports } of pairs) {
    const subnetId = chosen.has(far) ? far : near;
    const denial: Denial =
      subnetId === far
        ? { direction: 'ingress', peer: from, ports }
        : { direction: 'egress', peer: to, ports };
    denials.set(subnetId, [...(denials.get(subnetId) ?? []), denial]);
  }
  return [...denials].map(([subnetId, own]) => swapOf(subnetId, own, { inventory, phase }));
}

/** Subnets of which every pair has at least one. */
function fewestSubnets(pairs: readonly Pick<SubnetPair, 'near' | 'far'>[]): Set<string> {
  const subnets = [...new Set(pairs.flatMap(({ near, far }) => [near, far]))].toSorted();
  const joined = subnets.map(() => new Set<number>());
  for (const { near, far } of pairs) {
    joined[subnets.indexOf(near)]?.add(subnets.indexOf(far));
    joined[subnets.indexOf(far)]?.add(subnets.indexOf(near));
  }
  const taken = cheapestCover(joined.map((others) => ({ cost: 1, joined: others })));
  return new Set(subnets.filter((_, index) => taken.has(index)));
}

interface Denial {
  readonly direction: 'ingress' | 'egress';
  readonly peer: Instance;
  readonly ports: readonly number[];
}

/** A cut between an instance and a subnet: who dials from where to where. */
interface SubnetPair {
  readonly near: string;
  readonly far: string;
  readonly from: Instance;
  readonly to: Instance;
  readonly ports: readonly number[];
}

function subnetsByInstance({ interfaces }: Inventory): ReadonlyMap<string, Set<string>> {
  const subnets = new Map<string, Set<string>>();
  for (const { instanceId = '', subnetId } of interfaces) {
    subnets.set(instanceId, (subnets.get(instanceId) ?? new Set()).add(subnetId));
  }
  return subnets;
}

function subnetPairs(
  cuts: readonly Cut[],
  { instances }: Inventory,
  subnets: ReadonlyMap<string, ReadonlySet<string>>,
): SubnetPair[] {
  const byId = new Map(instances.map((one) => [one.id, one]));
  return cuts.flatMap((cut) =>
    cut.from.flatMap((fromId) =>
      cut.to
        .filter((toId) => toId !== fromId)
        .flatMap((toId) => {
          const [from, to] = [byId.get(fromId), byId.get(toId)];
          if (from === undefined || to === undefined) return [];
          return pairsOf(from, to, { cut, subnets });
        }),
    ),
  );
}

function pairsOf(
  from: Instance,
  to: Instance,
  { cut, subnets }: { cut: Cut; subnets: ReadonlyMap<string, ReadonlySet<string>> },
): SubnetPair[] {
  return [...(subnets.get(from.id) ?? [])].flatMap((near) =>
    [...(subnets.get(to.id) ?? [])].map((far) => {
      if (near !== far) return { near, far, from, to, ports: cut.ports };
      throw new Refusal(
        `Cannot cut ${from.name} from ${to.name} by a network ACL as they must be in different subnets: found both in ${near}, inside which no ACL is asked; sever by ss, or cut along zones`,
      );
    }),
  );
}

function swapOf(
  subnetId: string,
  denials: readonly Denial[],
  { inventory, phase }: { inventory: Inventory; phase: number },
): SwapAcl {
  const original = inventory.networkAcls.find(({ subnetIds }) => subnetIds.includes(subnetId));
  if (original === undefined) {
    throw new Refusal(
      `Cannot clone the network ACL of ${subnetId} as it must be described: found none`,
    );
  }
  refuseUntagged(subnetId, inventory);
  const entries = (['ingress', 'egress'] as const).flatMap((direction) =>
    numbered(direction, deniesOf(denials, direction), original),
  );
  refuseTooManyEntries(subnetId, entries);
  return {
    id: `swap-acl/${subnetId}`,
    kind: 'swap-acl',
    phase,
    says: `${subnetId}: a clone of ${original.id} that denies the cut first`,
    subnetId,
    vpcId: original.vpcId,
    originalId: original.id,
    entries,
  };
}

function refuseUntagged(subnetId: string, { subnets, cluster }: Inventory): void {
  const tag = subnets.find(({ id }) => id === subnetId)?.tags[clusterTag];
  if (tag === cluster) return;
  throw new Refusal(
    `Cannot swap the network ACL of ${subnetId} as it must carry the tag ${clusterTag}=${cluster}: found ${tag ?? 'no such tag'}; ${tagCommand(subnetId, cluster)} if the run may do that`,
  );
}

type Unnumbered = Omit<AclEntry, 'number'>;

function deniesOf(denials: readonly Denial[], direction: Denial['direction']): Unnumbered[] {
  const entries = denials
    .filter((denial) => denial.direction === direction)
    .flatMap(({ peer, ports }) =>
      peer.addresses.flatMap((address) =>
        rangesOf(ports).map((range): Unnumbered => ({
          direction,
          action: 'deny',
          protocol: '6',
          ...range,
          cidr: formatBlock(blockOf(address)),
        })),
      ),
    );
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
}

/** The denials first, then the original's entries of the same direction, in their order. */
function numbered(
  direction: AclEntry['direction'],
  denies: readonly Unnumbered[],
  { entries }: NetworkAcl,
): AclEntry[] {
  const own = entries
    .filter((entry) => entry.direction === direction)
    .toSorted((left, right) => left.number - right.number);
  return [...denies, ...own].map((entry, index) => ({ ...entry, number: index + 1 }));
}

function refuseTooManyEntries(subnetId: string, entries: readonly AclEntry[]): void {
  for (const direction of ['ingress', 'egress'] as const) {
    for (const isSix of [false, true]) {
      const count = entries.filter(
        (entry) => entry.direction === direction && entry.cidr.includes(':') === isSix,
      ).length;
      if (count < aclEntriesMax) continue;
      throw new Refusal(
        `Cannot cut at ${subnetId} by a network ACL as it must have at most ${aclEntriesMax - 1} ${direction} entries for ${isSix ? 'IPv6' : 'IPv4'}: found ${count}; cut fewer machines`,
      );
    }
  }
}
