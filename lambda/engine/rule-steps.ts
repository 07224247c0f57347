import { expiresTag, markedBy, runTag } from '../../core/inventory.ts';
import type { Rule } from '../../core/inventory.ts';
import type { RunItem } from '../../core/journal.ts';
import type { AddRules, EditRules } from '../../core/step.ts';
import type { Answer, Gateways } from '../gateways.ts';

/**
 * Adds the pieces that must stay open, marked with the run and when they should be gone. A repeat finds
 * those of the first attempt: EC2 would call them duplicates.
 */
export async function addRules(
  step: AddRules,
  { runId, deadlineAt }: RunItem,
  gateways: Gateways,
): Promise<Answer> {
  const { groupId, rules } = step;
  const there = await lookAtAdded(step, runId, gateways);
  if (there.length >= rules.length) return { kind: 'done' };
  const tags = { [runTag]: runId, [expiresTag]: new Date(deadlineAt).toISOString() };
  return gateways.network.addRules(groupId, rules, tags);
}

/** Narrows or parks rules in place: id and tags survive. */
export function editRules({ groupId, edits }: EditRules, { network }: Gateways): Promise<Answer> {
  return network.editRules(groupId, edits);
}

/** The temporary rules of this run that stand in the group. */
export async function lookAtAdded(
  { groupId }: AddRules,
  runId: string,
  { network }: Gateways,
): Promise<string[]> {
  const rules = await network.rules(groupId);
  return rules.filter(({ tags }) => tags[runTag] === runId).map(({ id }) => id);
}

/** Removes temporary rules by their ids, which nobody else ever had. */
export function removeAdded(
  { groupId }: AddRules,
  ruleIds: readonly string[],
  { network }: Gateways,
): Promise<Answer> {
  return network.removeRules(groupId, ruleIds);
}

/** The edited rules that still bear this run's mark. */
export async function lookAtEdited(
  { groupId, edits }: EditRules,
  runId: string,
  { network }: Gateways,
): Promise<string[]> {
  const rules = await network.rules(groupId);
  return edits.map(({ ruleId }) => ruleId).filter((id) => bearsMark(rules, id, runId));
}

/** Puts edited rules back as they were before, description included. */
export function undoEdits(
  { groupId, edits }: EditRules,
  ruleIds: readonly string[],
  { network }: Gateways,
): Promise<Answer> {
  const back = edits
    .filter(({ ruleId }) => ruleIds.includes(ruleId))
    .map(({ ruleId, before }) => ({ ruleId, during: before }));
  return network.editRules(groupId, back);
}

function bearsMark(rules: readonly Rule[], id: string, runId: string): boolean {
  const rule = rules.find((one) => one.id === id);
  return rule !== undefined && markedBy(rule) === runId;
}
