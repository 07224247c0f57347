import { markedBy, runTag } from '../../core/inventory.ts';
import type { Inventory, Rule } from '../../core/inventory.ts';
import type { RunItem } from '../../core/journal.ts';
import { bearsMark, isStillOurs, mergeEdits, mergeRevoked } from '../../core/merge.ts';
import type { EditsMerge, RevokeMerge } from '../../core/merge.ts';
import { sameAllowance, sameSpec } from '../../core/allowance.ts';
import { sameTags } from '../../core/residue.ts';
import { temporaryName } from '../../core/step.ts';
import type { AddRules, EditRules, RevokeRules } from '../../core/step.ts';
import type { Answer, Gateways } from '../gateways.ts';
import { inTurn } from './in-turn.ts';
import { marksOf } from './marks.ts';
import { seenWithin } from './seen-within.ts';
import { absent } from './step-seen.ts';
import type { StepSeen } from './step-seen.ts';

/**
 * Adds the pieces that must stay open, marked with the run and when they should be gone. A repeat finds
 * those of the first attempt and adds the rest: EC2 would call them duplicates.
 */
export async function addRules(step: AddRules, run: RunItem, gateways: Gateways): Promise<Answer> {
  const { groupId, direction, rules } = step;
  const there = (await rulesNow(step, gateways)).filter(({ tags }) => tags[runTag] === run.runId);
  const missing = rules.filter((rule) => !there.some(({ spec }) => sameAllowance(spec, rule)));
  if (missing.length === 0) return { kind: 'done' };
  return gateways.network.addRules(groupId, { direction, rules: missing, tags: marksOf(run) });
}

/**
 * Looks for the temporary rules of the run in a group, and removes them by ids nobody else ever had. Tag
 * and description both bear the mark, for people may take off either; a rule that was there before and
 * bears one is edited, not added.
 */
export async function lookAtAdded(
  step: AddRules,
  { runId, inventory }: { runId: string; inventory: Inventory },
  gateways: Gateways,
): Promise<StepSeen> {
  const { groupId, direction } = step;
  const before = inventory.groups.find(({ id }) => id === groupId)?.rules ?? [];
  const ruleIds = (await rulesNow(step, gateways))
    .filter((rule) => markedBy(rule) === runId)
    .map(({ id }) => id)
    .filter((ruleId) => !before.some(({ id }) => id === ruleId));
  if (ruleIds.length === 0) return absent;
  return {
    kind: 'ours',
    undo: () => gateways.network.removeRules(groupId, { direction, ruleIds }),
  };
}

async function rulesNow({ groupId, direction }: AddRules, { network }: Gateways): Promise<Rule[]> {
  if (temporaryName(groupId) !== undefined) return []; // A group that is not made has no rules.
  const rules = (await network.rules(groupId)) ?? [];
  return rules.filter((rule) => rule.direction === direction);
}

/**
 * Narrows or parks rules in place: id and tags survive. A rule that people have changed since it was
 * planned from is not touched: their change would be lost.
 */
export async function editRules(
  { groupId, edits }: EditRules,
  { network }: Gateways,
): Promise<Answer> {
  const now = (await network.rules(groupId)) ?? [];
  const strange = edits.find(({ ruleId, before, during }) => {
    const rule = now.find(({ id }) => id === ruleId);
    return rule === undefined || ![before, during].some((spec) => sameSpec(spec, rule.spec));
  });
  if (strange === undefined) return network.editRules(groupId, edits);
  const reason = `rule ${strange.ruleId} of ${groupId} is not as it was planned from`;
  return { kind: 'refused', reason };
}

/**
 * Looks for edited rules that are still the run's, and merges them with what people changed.
 *
 * After the run is final only the mark counts: an unmarked rule that looks like ours is somebody's by then.
 */
export async function lookAtEdited(
  { groupId, edits }: EditRules,
  { runId, life }: RunItem,
  gateways: Gateways,
): Promise<StepSeen> {
  const isOurs = life === 'final' ? bearsMark(runId) : isStillOurs(runId);
  const now = (await gateways.network.rules(groupId)) ?? [];
  const merge = mergeEdits(edits, now, isOurs);
  if (merge.edits.length + merge.removals.length === 0) return absent;
  return { kind: 'ours', undo: () => undoEdits(groupId, merge, gateways) };
}

async function undoEdits(
  groupId: string,
  { edits, removals }: EditsMerge,
  gateways: Gateways,
): Promise<Answer> {
  return inTurn([
    ...removalsFrom(groupId, removals, gateways),
    ...(edits.length === 0 ? [] : [() => editAll(groupId, edits, gateways)]),
  ]);
}

/** All in one call; where EC2 refuses one of them, each alone, so that the others do not wait for it. */
async function editAll(
  groupId: string,
  edits: EditsMerge['edits'],
  { network }: Gateways,
): Promise<Answer> {
  const answer = await network.editRules(groupId, edits);
  if (answer.kind !== 'refused' || edits.length === 1) return answer;
  return inTurn(edits.map((edit) => () => network.editRules(groupId, [edit])));
}

/**
 * Revokes rules, but only where a rule with the run's mark stands for them. They come back with the tags
 * they had when the run was planned, so tags count here, too.
 */
export async function revokeRules(
  { groupId, rules }: RevokeRules,
  { runId }: RunItem,
  gateways: Gateways,
): Promise<Answer> {
  const { network } = gateways;
  const now = await seenWithin(async () => {
    const seen = (await network.rules(groupId)) ?? [];
    return seen.some(({ tags }) => tags[runTag] === runId) ? seen : undefined;
  }, gateways);
  if (now === undefined) {
    return { kind: 'refused', reason: `no rule of ${groupId} bears the run's mark as a witness` };
  }
  const ids = new Set(rules.map(({ ruleId }) => ruleId));
  const there = now.filter(({ id }) => ids.has(id));
  const strange = there.find(
    ({ id, spec, tags }) =>
      !rules.some(
        (one) => one.ruleId === id && sameSpec(one.before, spec) && sameTags(one.tags, tags),
      ),
  );
  if (strange !== undefined) {
    return {
      kind: 'refused',
      reason: `rule ${strange.id} of ${groupId} is not as it was planned from`,
    };
  }
  return inTurn(removalsFrom(groupId, there, gateways));
}

/** Looks for revoked rules that nothing allows now while their witness stands, and authorises them again. */
export async function lookAtRevoked(
  step: RevokeRules,
  { runId, inventory }: { runId: string; inventory: Inventory },
  gateways: Gateways,
): Promise<StepSeen> {
  const now = (await gateways.network.rules(step.groupId)) ?? [];
  const directionOf = (ruleId: string): Rule['direction'] => directionIn(inventory, ruleId);
  const merge = mergeRevoked(step, now, { runId, directionOf });
  if (merge.again.length === 0) return absent;
  return { kind: 'ours', undo: () => undoRevoke(step.groupId, merge, gateways) };
}

function undoRevoke(
  groupId: string,
  { removals, again }: RevokeMerge,
  gateways: Gateways,
): Promise<Answer> {
  return inTurn([
    ...removalsFrom(groupId, removals, gateways),
    ...again.map((batch) => () => gateways.network.addRules(groupId, batch)),
  ]);
}

/** The step does not say it, but the rule was there when the plan was made. */
function directionIn({ groups }: Inventory, ruleId: string): Rule['direction'] {
  const rules = groups.flatMap((group) => group.rules);
  return rules.find(({ id }) => id === ruleId)?.direction ?? 'ingress';
}

/** One call a direction. */
function removalsFrom(
  groupId: string,
  rules: readonly Rule[],
  { network }: Gateways,
): (() => Promise<Answer>)[] {
  return [...Map.groupBy(rules, ({ direction }) => direction)].map(
    ([direction, some]) =>
      () =>
        network.removeRules(groupId, { direction, ruleIds: some.map(({ id }) => id) }),
  );
}
