import { markedBy } from './inventory.ts';
import type { Inventory, Rule, SecurityGroup } from './inventory.ts';
import { isStillOurs } from './merge.ts';
import { sameAllowance, sameSpec } from './allowance.ts';
import { temporaryName } from './step.ts';
import type { RevokeRules, RuleEdit, Step } from './step.ts';

/** What differs from before, a line each: by the run's doing, and by that of others. */
export interface Differences {
  readonly residue: string[];
  /** What people added, changed or took away during the run; it stays, and is no fault of the run. */
  readonly others: string[];
}

/** Ids of all that the steps of a plan change. */
export interface Touched {
  readonly groupIds: readonly string[];
  readonly interfaceIds: readonly string[];
  readonly subnetIds: readonly string[];
  readonly makesGroups: boolean;
  readonly makesAcls: boolean;
}

/** What must be asked for so that {@link residueOf} can compare. Temporary groups are asked for by mark. */
export function touchedBy(steps: readonly Step[]): Touched {
  const groupIds = steps.flatMap((step) => ('groupId' in step ? [step.groupId] : []));
  const interfaceIds = steps.flatMap((step) => ('interfaceId' in step ? [step.interfaceId] : []));
  const subnetIds = steps.flatMap((step) => ('subnetId' in step ? [step.subnetId] : []));
  return {
    groupIds: [...new Set(groupIds)].filter((id) => temporaryName(id) === undefined),
    interfaceIds: [...new Set(interfaceIds)],
    subnetIds: [...new Set(subnetIds)],
    makesGroups: steps.some(({ kind }) => kind === 'make-group'),
    makesAcls: steps.some(({ kind }) => kind === 'swap-acl'),
  };
}

/** What is there now, by id; undefined where the thing is gone. */
export interface NetworkNow {
  readonly groups: ReadonlyMap<string, readonly Rule[] | undefined>;
  readonly interfaces: ReadonlyMap<string, readonly string[] | undefined>;
  readonly acls: ReadonlyMap<string, { readonly aclId: string } | undefined>;
  /** Groups and network ACLs that bear the run's mark. */
  readonly made: readonly string[];
}

/** The run whose steps were intended, and how everything was before it. */
export interface Ran {
  readonly runId: string;
  readonly steps: readonly Step[];
  readonly before: Inventory;
}

/**
 * What differs between before and now, the run's doing and that of others apart.
 *
 * Where it cannot be told whose doing it is, it is the run's: a rule that it meant to revoke and that is
 * not back, a group that it meant to detach and that is off.
 */
export function residueOf(ran: Ran, now: NetworkNow): Differences {
  return joined([
    ...[...now.groups].map(([id, rules]) => groupDifferences(id, rules, ran)),
    ...[...now.interfaces].map(([id, groupIds]) =>
      interfaceDifferences(id, groupIds, { ran, now }),
    ),
    ...[...now.acls].map(([id, acl]) => subnetDifferences(id, acl?.aclId, { ran, now })),
    { residue: now.made.map((id) => `${id}: made by the run, is still there`), others: [] },
  ]);
}

function joined(all: readonly Differences[]): Differences {
  return {
    residue: all.flatMap(({ residue }) => residue),
    others: all.flatMap(({ others }) => others),
  };
}

function groupDifferences(
  id: string,
  now: readonly Rule[] | undefined,
  { runId, steps, before }: Ran,
): Differences {
  const group = before.groups.find((one) => one.id === id);
  if (group === undefined) return { residue: [`${id}: was not observed before`], others: [] };
  if (now === undefined) return { residue: [], others: [`${id}: the group is gone`] };
  const edits = steps.flatMap((step) => (step.kind === 'edit-rules' ? step.edits : []));
  const revoked = steps.flatMap((step) => (step.kind === 'revoke-rules' ? step.rules : []));
  return joined([
    ...group.rules
      .filter((rule) => !now.some((other) => other.id === rule.id))
      .map((rule) => goneDifference(rule, now, revoked)),
    ...now
      .filter((rule) => !group.rules.some((other) => other.id === rule.id))
      .map((rule) => addedDifference(rule, group, revoked)),
    ...group.rules.flatMap((rule) => changedDifference(rule, now, { edits, runId })),
  ]);
}

function goneDifference(
  rule: Rule,
  now: readonly Rule[],
  revoked: RevokeRules['rules'],
): Differences {
  const ours = revoked.some(({ ruleId }) => ruleId === rule.id);
  const same = now.find((one) => isInPlaceOf(one, rule));
  if (ours && same !== undefined && sameRule(same, rule)) return nothing;
  const says = `${rule.groupId}: rule ${rule.id} is gone`;
  if (same !== undefined) return { residue: [], others: [`${says}, ${same.id} allows the same`] };
  return ours ? { residue: [says], others: [] } : { residue: [], others: [says] };
}

function addedDifference(
  rule: Rule,
  { rules }: SecurityGroup,
  revoked: RevokeRules['rules'],
): Differences {
  if (markedBy(rule) !== undefined) {
    return { residue: [`${rule.groupId}: rule ${rule.id} is a run's`], others: [] };
  }
  // A revoked rule is back under a new id, which is told where the old one is gone, if it must be.
  const old = rules.find((one) => isInPlaceOf(rule, one));
  if (old !== undefined && revoked.some(({ ruleId }) => ruleId === old.id)) return nothing;
  return { residue: [], others: [`${rule.groupId}: rule ${rule.id} was added`] };
}

function changedDifference(
  before: Rule,
  rules: readonly Rule[],
  { edits, runId }: { edits: readonly RuleEdit[]; runId: string },
): Differences[] {
  const now = rules.find(({ id }) => id === before.id);
  if (now === undefined || sameRule(before, now)) return [];
  const edit = edits.find(({ ruleId }) => ruleId === now.id);
  const ours = edit !== undefined && isStillOurs(runId)(edit, now);
  return ours || markedBy(now) !== undefined
    ? [{ residue: [`${now.groupId}: rule ${now.id} differs`], others: [] }]
    : [{ residue: [], others: [`${now.groupId}: rule ${now.id} was changed`] }];
}

function interfaceDifferences(
  id: string,
  now: readonly string[] | undefined,
  { ran, now: { groups, made } }: { ran: Ran; now: NetworkNow },
): Differences {
  const before = ran.before.interfaces.find((one) => one.id === id)?.groupIds ?? [];
  if (now === undefined) return { residue: [], others: [`${id}: the interface is gone`] };
  const detached = new Set(
    ran.steps.flatMap((step) =>
      step.kind === 'detach-groups' && step.interfaceId === id ? step.groupIds : [],
    ),
  );
  const isOurs = (groupId: string): boolean =>
    made.includes(groupId) ||
    (detached.has(groupId) && (!groups.has(groupId) || groups.get(groupId) !== undefined));
  const off = before.filter((groupId) => !now.includes(groupId));
  const on = now.filter((groupId) => !before.includes(groupId));
  const lines = [
    ...off.map((groupId) => ({ groupId, says: `${id}: group ${groupId} is off` })),
    ...on.map((groupId) => ({ groupId, says: `${id}: group ${groupId} was put on` })),
  ];
  const { true: residue = [], false: others = [] } = Object.groupBy(lines, ({ groupId }) =>
    isOurs(groupId) ? 'true' : 'false',
  );
  return { residue: residue.map(({ says }) => says), others: others.map(({ says }) => says) };
}

function subnetDifferences(
  id: string,
  aclId: string | undefined,
  { ran, now: { made } }: { ran: Ran; now: NetworkNow },
): Differences {
  const before = ran.before.networkAcls.find(({ subnetIds }) => subnetIds.includes(id))?.id;
  if (aclId === undefined) return { residue: [], others: [`${id}: the subnet is gone`] };
  if (aclId === before) return nothing;
  const says = `${id}: has network ACL ${aclId} in place of ${before ?? 'none'}`;
  return made.includes(aclId) ? { residue: [says], others: [] } : { residue: [], others: [says] };
}

const nothing: Differences = { residue: [], others: [] };

const isInPlaceOf = (one: Rule, other: Rule): boolean =>
  one.direction === other.direction && sameAllowance(one.spec, other.spec);

function sameRule(left: Rule, right: Rule): boolean {
  return sameSpec(left.spec, right.spec) && sameTags(left.tags, right.tags);
}

/** Whether two things bear the same tags. */
export function sameTags(left: Rule['tags'], right: Rule['tags']): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}
