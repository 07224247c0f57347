/**
 * The three-way merge of restore: what was before, what the run wrote, and what is there now.
 *
 * Pure. A part that still stands as the run wrote it goes back; a part that people changed stays theirs.
 * Nothing here knows whether a change was made: it reads marks and witnesses, and decides by them alone.
 */
import { markedBy, runTag } from './inventory.ts';
import type { Rule, RuleSpec } from './inventory.ts';
import { allowanceKey, sameAllowance, samePeer, sameSpec } from './allowance.ts';
import type { RevokeRules, RuleEdit } from './step.ts';

/** What puts the edited rules of one group back: edits in place, then rules to take off by their ids. */
export interface EditsMerge {
  readonly edits: readonly Pick<RuleEdit, 'ruleId' | 'during'>[];
  readonly removals: readonly Rule[];
}

/**
 * Puts back the edited rules that are still the run's. Where people have added the same meanwhile, under
 * another id and without a mark, theirs stays and the run's leftover goes: EC2 would call it a duplicate.
 */
export function mergeEdits(
  edits: readonly RuleEdit[],
  now: readonly Rule[],
  isOurs: (edit: RuleEdit, rule: Rule) => boolean,
): EditsMerge {
  const ours = edits.flatMap((edit) => {
    const rule = now.find(({ id }) => id === edit.ruleId);
    return rule !== undefined && isOurs(edit, rule)
      ? [{ rule, back: mergeSpec(edit, rule.spec), before: edit.before }]
      : [];
  });
  const ids = new Set(ours.map(({ rule }) => rule.id));
  const theirs = now.filter((rule) => !ids.has(rule.id) && markedBy(rule) === undefined);
  const taken = new Set(theirs.map((rule) => placeOf(rule, rule.spec)));
  const merge = { edits: new Array<EditsMerge['edits'][number]>(), removals: new Array<Rule>() };
  // Of two that people made equal, the one they left alone keeps its place.
  for (const { rule, back } of ours.toSorted((a, b) => changedness(a) - changedness(b))) {
    const place = placeOf(rule, back);
    if (taken.has(place)) merge.removals.push(rule);
    else merge.edits.push({ ruleId: rule.id, during: back });
    taken.add(place);
  }
  return merge;
}

/** Whether an edited rule bears the run's mark. */
export const bearsMark =
  (runId: string) =>
  (_: RuleEdit, rule: Rule): boolean =>
    markedBy(rule) === runId;

/**
 * Whether an edited rule is still the run's: it bears the mark, or it has lost every mark and stands as
 * the run wrote it in all that the run changed.
 */
export const isStillOurs =
  (runId: string) =>
  (edit: RuleEdit, rule: Rule): boolean => {
    const mark = markedBy(rule);
    return mark === runId || (mark === undefined && standsAsWritten(edit, rule.spec));
  };

function standsAsWritten({ before, during }: RuleEdit, now: RuleSpec): boolean {
  return sameAllowance(before, during)
    ? false
    : (sameTraffic(before, during) || sameTraffic(during, now)) &&
        (samePeer(before.peer, during.peer) || samePeer(during.peer, now.peer));
}

/** Part by part: what is as the run wrote it becomes what it was before, what is not stays. */
function mergeSpec({ before, during }: RuleEdit, now: RuleSpec): RuleSpec {
  const traffic = sameTraffic(now, during) ? before : now;
  const { peer } = samePeer(now.peer, during.peer) ? before : now;
  const isMark = markedBy({ spec: now, tags: {} }) !== undefined;
  const { description } = isMark || now.description === during.description ? before : now;
  return {
    protocol: traffic.protocol,
    ...(traffic.fromPort === undefined ? {} : { fromPort: traffic.fromPort }),
    ...(traffic.toPort === undefined ? {} : { toPort: traffic.toPort }),
    peer,
    ...(description === undefined ? {} : { description }),
  };
}

/** Protocol and ports are one part: neither means anything without the other. */
function sameTraffic(left: RuleSpec, right: RuleSpec): boolean {
  return (
    left.protocol === right.protocol &&
    left.fromPort === right.fromPort &&
    left.toPort === right.toPort
  );
}

function changedness({ back, before }: { back: RuleSpec; before: RuleSpec }): number {
  return sameSpec(back, before) ? 0 : 1;
}

/** Within a group, where EC2 allows only one rule. */
const placeOf = ({ direction }: Rule, spec: RuleSpec): string =>
  `${direction}|${allowanceKey(spec)}`;

/** Rules to authorise again, in as few calls as their directions and tags allow. */
export interface Again {
  readonly direction: Rule['direction'];
  readonly tags: Readonly<Record<string, string>>;
  readonly rules: readonly RuleSpec[];
}

/** What brings revoked rules back: pieces of the run's own that stand in their place go first. */
export interface RevokeMerge {
  readonly removals: readonly Rule[];
  readonly again: readonly Again[];
}

/**
 * Brings back the revoked rules that nothing allows now, but only while a rule with the run's tag, or the
 * witness by its description, stands in the group: without one, absence has no author.
 */
export function mergeRevoked(
  { rules, witness }: RevokeRules,
  now: readonly Rule[],
  { runId, directionOf }: { runId: string; directionOf: (ruleId: string) => Rule['direction'] },
): RevokeMerge {
  const isWitness = (rule: Rule): boolean =>
    rule.tags[runTag] === runId || (markedBy(rule) === runId && sameAllowance(rule.spec, witness));
  const witnesses = now.filter(isWitness);
  if (witnesses.length === 0) return { removals: [], again: [] };
  const allows = (rule: Rule, { ruleId, before }: RevokeRules['rules'][number]): boolean =>
    rule.direction === directionOf(ruleId) && sameAllowance(rule.spec, before);
  const missing = rules.filter(
    (revoked) =>
      !now.some(
        (rule) =>
          rule.id === revoked.ruleId || (!witnesses.includes(rule) && allows(rule, revoked)),
      ),
  );
  return {
    removals: witnesses.filter((rule) => missing.some((revoked) => allows(rule, revoked))),
    again: batched(missing, directionOf),
  };
}

const byKey = ([left]: [string, string], [right]: [string, string]): number =>
  left < right ? -1 : 1;

/** Revoked rules as the calls that authorise them again, one for each direction and set of tags. */
export function batched(
  missing: RevokeRules['rules'],
  directionOf: (ruleId: string) => Rule['direction'],
): Again[] {
  const batches = Map.groupBy(missing, ({ ruleId, tags }) =>
    JSON.stringify([directionOf(ruleId), Object.entries(tags).toSorted(byKey)]),
  );
  return [...batches.values()].flatMap((batch) => {
    const [first] = batch;
    return first === undefined
      ? []
      : [
          {
            direction: directionOf(first.ruleId),
            tags: first.tags,
            rules: batch.map(({ before }) => before),
          },
        ];
  });
}

/**
 * The groups of an interface once one of the run's own is off it and the detached ones are on it again;
 * whatever others put on it or took off it stays so. In the order of before where nothing else differs.
 */
export function mergeGroups(
  now: readonly string[],
  { off, on, before }: { off?: string; on: readonly string[]; before: readonly string[] },
): string[] {
  const merged = [...new Set([...now.filter((id) => id !== off), ...on])];
  const isAsBefore = merged.length === before.length && before.every((id) => merged.includes(id));
  return isAsBefore ? [...before] : merged;
}
