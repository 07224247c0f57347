import { runTag } from '../../core/inventory.ts';
import type { Inventory } from '../../core/inventory.ts';
import type { RunItem } from '../../core/journal.ts';
import { mergeGroups } from '../../core/merge.ts';
import { temporaryName } from '../../core/step.ts';
import type { AttachGroup, DetachGroups, MakeGroup, Step } from '../../core/step.ts';
import { rulesTakenAlong } from '../../core/taken-along.ts';
import type { Answer, Gateways } from '../gateways.ts';
import { awaitAll } from './await-all.ts';
import { marksOfMade } from './marks.ts';
import { seenWithin } from './seen-within.ts';
import { absent } from './step-seen.ts';
import type { StepSeen } from './step-seen.ts';
import type { TemporaryGroups } from './temporary-groups.ts';

/**
 * Makes an empty group and takes off the rules that EC2 gives it, which let everything out: nothing may
 * be attached to it before. A repeat finds the group of the first attempt by name and goes on from there.
 */
export async function makeGroup(
  { name, vpcId }: MakeGroup,
  run: RunItem,
  gateways: Gateways,
): Promise<Answer> {
  const { network } = gateways;
  const find = async (): Promise<string | undefined> =>
    (await network.groupsMadeBy(run.runId)).find((group) => group.name === name)?.id;
  const there = await find();
  const says = `Temporary group of aerofault run ${run.runId}`;
  const answer: Answer =
    there === undefined
      ? await network.makeGroup({ name, vpcId, says, tags: marksOfMade(run) })
      : { kind: 'done' };
  if (answer.kind === 'unknown') return answer;
  // Refused may mean that a first attempt made it, unseen so far.
  const groupId = there ?? (await seenWithin(find, gateways));
  if (groupId !== undefined) return takeOffDefaults(groupId, run, gateways);
  const reason = `group ${name} was made but is not seen`;
  return answer.kind === 'refused' ? answer : { kind: 'refused', reason };
}

/**
 * EC2 gives a new group one egress rule a family (User Guide, "default rules"), so seeing none says
 * nothing until describes have caught up, unless rules of the run's own show that this was done before.
 */
async function takeOffDefaults(
  groupId: string,
  { runId }: RunItem,
  gateways: Gateways,
): Promise<Answer> {
  const { network } = gateways;
  const rules = await seenWithin(async () => {
    const seen = await network.rules(groupId);
    return seen === undefined || seen.length === 0 ? undefined : seen;
  }, gateways);
  const ruleIds = (rules ?? [])
    .filter(({ direction, tags }) => direction === 'egress' && tags[runTag] !== runId)
    .map(({ id }) => id);
  if (ruleIds.length === 0) return { kind: 'done' };
  return network.removeRules(groupId, { direction: 'egress', ruleIds });
}

/**
 * Looks for the group of this name, and deletes it; EC2 refuses while anything refers to it. Rules that
 * others have put into it go with it.
 */
export async function lookAtMade(
  { name }: MakeGroup,
  { runId, groups }: { readonly runId: string; readonly groups: TemporaryGroups },
  { network }: Gateways,
): Promise<StepSeen> {
  const groupId = (await groups.all()).get(name);
  if (groupId === undefined) return absent;
  const rules = (await network.rules(groupId)) ?? [];
  const takesAlong = rulesTakenAlong({ id: groupId, parts: rules }, runId);
  return { kind: 'ours', undo: () => network.deleteGroup(groupId), takesAlong };
}

/** Puts the run's group on an interface, beside those it has now. */
export async function attachGroup(
  { interfaceId, groupId }: AttachGroup,
  { network }: Gateways,
): Promise<Answer> {
  const now = await network.groupsOn(interfaceId);
  if (now === undefined) return { kind: 'refused', reason: `${interfaceId} is gone` };
  if (now.includes(groupId)) return { kind: 'done' };
  return network.setGroups(interfaceId, [...now, groupId]);
}

/** Takes groups off an interface, but only where the run's group is seen to stand for them. */
export async function detachGroups(
  { interfaceId, groupIds, witness }: DetachGroups,
  gateways: Gateways,
): Promise<Answer> {
  const { network } = gateways;
  const now = await seenWithin(async () => {
    const seen = await network.groupsOn(interfaceId);
    return seen?.includes(witness) === true ? seen : undefined;
  }, gateways);
  if (now === undefined) {
    return { kind: 'refused', reason: `${interfaceId} does not hold ${witness} as a witness` };
  }
  const rest = now.filter((id) => !groupIds.includes(id));
  if (rest.length === now.length) return { kind: 'done' };
  return network.setGroups(interfaceId, rest);
}

/** What restore knows of the interfaces: as they were, and every step of the run that was intended. */
export interface Interfaces {
  readonly inventory: Inventory;
  readonly steps: readonly Step[];
}

/** Looks for the detached groups that are missing beside their witness, and puts them back on. */
export async function lookAtDetached(
  { interfaceId, groupIds, witness }: DetachGroups,
  { inventory }: Interfaces,
  gateways: Gateways,
): Promise<StepSeen> {
  const now = (await gateways.network.groupsOn(interfaceId)) ?? [];
  if (!now.includes(witness)) return absent;
  const on = await stillThere(
    groupIds.filter((id) => !now.includes(id)),
    gateways,
  );
  if (on.length === 0) return absent;
  const groups = mergeGroups(now, { on, before: groupsBefore(interfaceId, inventory) });
  return { kind: 'ours', undo: () => gateways.network.setGroups(interfaceId, groups) };
}

/**
 * Looks for the run's group on an interface, and takes it off. It is the witness of what was detached
 * there, so what is still missing of that goes on in the same call: a describe may have been stale.
 */
export async function lookAtAttached(
  { interfaceId, groupId }: AttachGroup,
  { inventory, steps }: Interfaces,
  gateways: Gateways,
): Promise<StepSeen> {
  if (temporaryName(groupId) !== undefined) return absent;
  const now = (await gateways.network.groupsOn(interfaceId)) ?? [];
  if (!now.includes(groupId)) return absent;
  const detached = steps.flatMap((step) =>
    step.kind === 'detach-groups' && step.interfaceId === interfaceId ? step.groupIds : [],
  );
  const on = await stillThere(
    detached.filter((id) => !now.includes(id)),
    gateways,
  );
  const before = groupsBefore(interfaceId, inventory);
  const groups = mergeGroups(now, { off: groupId, on, before });
  return { kind: 'ours', undo: () => gateways.network.setGroups(interfaceId, groups) };
}

/** Those that others have not deleted meanwhile. */
async function stillThere(groupIds: readonly string[], { network }: Gateways): Promise<string[]> {
  const rules = await awaitAll(groupIds.map((id) => network.rules(id)));
  return groupIds.filter((_, index) => rules[index] !== undefined);
}

const groupsBefore = (interfaceId: string, { interfaces }: Inventory): readonly string[] =>
  interfaces.find(({ id }) => id === interfaceId)?.groupIds ?? [];
