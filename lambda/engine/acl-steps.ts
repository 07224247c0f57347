import { aclTags, runTag } from '../../core/inventory.ts';
import type { Inventory } from '../../core/inventory.ts';
import type { RunItem } from '../../core/journal.ts';
import type { SwapAcl } from '../../core/step.ts';
import { entriesTakenAlong, sameSlot } from '../../core/taken-along.ts';
import type { AclOfSubnet, Answer, Gateways, Network } from '../gateways.ts';
import { whileDone } from './in-turn.ts';
import { idsOf, marksOfMade } from './marks.ts';
import { seenWithin } from './seen-within.ts';
import { absent } from './step-seen.ts';
import type { StepSeen } from './step-seen.ts';

/** An ACL that a run made. */
type Clone = Awaited<ReturnType<Gateways['network']['aclsMadeBy']>>[number];

/** The subnet whose ACL is swapped, and the one it had. */
export type Swap = Pick<SwapAcl, 'subnetId' | 'originalId'> & Partial<Pick<SwapAcl, 'entries'>>;

/**
 * Gives a subnet a network ACL of the run's own. Each part can be repeated: the clone is found by its
 * tags, only missing entries are added, and the association is made last, when the clone is whole.
 */
export async function swapAcl(step: SwapAcl, run: RunItem, gateways: Gateways): Promise<Answer> {
  const made = await makeClone(step, run, gateways);
  if ('kind' in made) return made;
  const filled = await fill(made, { step, run, gateways });
  return filled.kind === 'done' ? associate(step, made.id, gateways) : filled;
}

async function makeClone(
  { subnetId, originalId, vpcId }: SwapAcl,
  run: RunItem,
  gateways: Gateways,
): Promise<Clone | Answer> {
  const find = async (): Promise<Clone | undefined> =>
    (await clonesFor(subnetId, run, gateways))[0];
  const there = await find();
  if (there !== undefined) return there;
  const own = { [aclTags.subnet]: subnetId, [aclTags.original]: originalId };
  const answer = await gateways.network.makeAcl({ vpcId, tags: { ...marksOfMade(run), ...own } });
  if (answer.kind !== 'done') return answer;
  const reason = `the network ACL made for ${subnetId} is not seen`;
  return (await seenWithin(find, gateways)) ?? { kind: 'refused', reason };
}

/** In turn, for EC2 throttles these calls; refused may mean that an entry is there, unseen so far. */
function fill(
  { id, entries }: Clone,
  { step, run, gateways }: { step: SwapAcl; run: RunItem; gateways: Gateways },
): Promise<Answer> {
  const missing = step.entries.filter((entry) => !entries.some((one) => sameSlot(one, entry)));
  return whileDone(
    missing.map((entry) => async () => {
      const answer = await gateways.network.addAclEntry(id, entry);
      if (answer.kind !== 'refused') return answer;
      const clones = await clonesFor(step.subnetId, run, gateways);
      const isThere = clones.some(
        (clone) => clone.id === id && clone.entries.some((one) => sameSlot(one, entry)),
      );
      return isThere ? { kind: 'done' } : answer;
    }),
  );
}

/** An ACL that others gave the subnet meanwhile stays. */
async function associate(
  { subnetId, originalId }: SwapAcl,
  cloneId: string,
  { network }: Gateways,
): Promise<Answer> {
  const now = await network.aclOf(subnetId);
  if (now?.aclId === cloneId) return { kind: 'done' };
  if (now?.aclId === originalId) return network.associateAcl(now.associationId, cloneId);
  const reason = `${subnetId} must have ${originalId}: found ${now?.aclId ?? 'no network ACL'}`;
  return { kind: 'refused', reason };
}

/** Looks for the run's ACLs for a subnet; gives it back the one it had, and deletes them. */
export async function lookAtSwapped(
  swap: Swap,
  { run, inventory }: { run: RunItem; inventory: Inventory },
  gateways: Gateways,
): Promise<StepSeen> {
  const { network } = gateways;
  const [clones, now] = await Promise.all([
    clonesFor(swap.subnetId, run, gateways),
    network.aclOf(swap.subnetId),
  ]);
  const isOurs = now?.tags[runTag] === run.runId || clones.some(({ id }) => id === now?.aclId);
  if (clones.length === 0 && !isOurs) return absent;
  const ids = new Set([...clones.map(({ id }) => id), ...(isOurs && now ? [now.aclId] : [])]);
  const back = isOurs && now ? [() => associateBack(now, { swap, inventory, network })] : [];
  const deletes = [...ids].map((id) => () => network.deleteAcl(id));
  const takesAlong = clones.flatMap(({ id, entries }) =>
    entriesTakenAlong({ id, parts: entries }, swap.entries ?? entries),
  );
  return { kind: 'ours', undo: () => whileDone([...back, ...deletes]), takesAlong };
}

/**
 * An ACL that others gave the subnet meanwhile stays: associations are named by an id that changes with
 * each, so no late call of ours can undo theirs. While no subnet had the original, others could delete it;
 * then the VPC's default must do, where it is known.
 */
async function associateBack(
  { associationId }: AclOfSubnet,
  { swap, inventory, network }: { swap: Swap; inventory: Inventory; network: Network },
): Promise<Answer> {
  const answer = await network.associateAcl(associationId, swap.originalId);
  if (answer.kind !== 'refused' || !isGone.test(answer.reason)) return answer;
  const vpcId = inventory.subnets.find(({ id }) => id === swap.subnetId)?.vpcId;
  const other = inventory.networkAcls.find((acl) => acl.isDefault && acl.vpcId === vpcId);
  return other === undefined || other.id === swap.originalId
    ? answer
    : network.associateAcl(associationId, other.id);
}

/** EC2's word for a network ACL that does not exist. */
const isGone = /InvalidNetworkAclID\.NotFound/i;

async function clonesFor(subnetId: string, run: RunItem, { network }: Gateways): Promise<Clone[]> {
  const made = await network.aclsMadeBy(idsOf(run));
  return made.filter(({ tags }) => tags[aclTags.subnet] === subnetId);
}
