import type { Interface, Rule, SecurityGroup } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';
import { allowanceKey } from '../../allowance.ts';
import { groupNamesOf, temporaryId, temporaryName } from '../../step.ts';
import type { Filters } from '../filters.ts';
import { holdersOf } from './cut-rules.ts';
import { newRule, withRules } from './draft.ts';
import type { DraftRequest } from './draft.ts';
import { refuseInterface, refuseTooManySides, refuseUntagged } from './refusals.ts';
import type { InterfaceClass } from './relation.ts';

/**
 * Moves classes of interfaces out of the groups they share with others, each into a temporary group with
 * the same rules, so that they can lose or be lost alone: the fewer are moved, the fewer calls. Only groups
 * `concerned` by the cut are left.
 *
 * Whoever admits the shared group must go on admitting those who left it, so rules that name it get a twin
 * for each temporary group.
 *
 * @throws Refusal where a rule that names the group left is not ours to accompany by a twin.
 */
export function movedOut(
  classes: readonly InterfaceClass[],
  before: Filters,
  { request, concerned }: { request: DraftRequest; concerned: ReadonlySet<string> },
): Filters {
  const groups = before.groups.filter(({ id }) => concerned.has(id));
  const moves = classes
    .map((one) => ({ ...one, left: sharedGroups(one, groups, before) }))
    .filter(({ left }) => left.length > 0)
    .map((one, index): Move => {
      return { ...one, groupId: temporaryId(`${groupNamesOf(request.runId)}${index + 1}`) };
    });
  refuseTooManySides(moves.length);
  const given = new Map(moves.flatMap((move) => move.interfaces.map((one) => [one.id, move])));
  const interfaces = before.interfaces.map((one) => withMove(one, given.get(one.id), request));
  const moved = { ...before, interfaces };
  const twinned = before.groups.reduce<Filters>(
    (draft, group) => withTwins(draft, group, { moves, request }),
    moved,
  );
  const made = moves.map((move) => temporaryGroup(move, moves, { before, request }));
  return { ...twinned, groups: [...twinned.groups, ...made] };
}

interface Move extends InterfaceClass {
  /** The groups that the class leaves. */
  readonly left: readonly SecurityGroup[];
  readonly groupId: string;
}

/** The groups that a class holds together with interfaces of other classes. */
function sharedGroups(
  { interfaces, groupIds }: InterfaceClass,
  groups: readonly SecurityGroup[],
  before: Filters,
): SecurityGroup[] {
  const own = new Set(interfaces.map(({ id }) => id));
  const holders = holdersOf(before.interfaces);
  return groups.filter(
    ({ id }) =>
      groupIds.includes(id) && (holders.get(id) ?? []).some((holder) => !own.has(holder.id)),
  );
}

function withMove(one: Interface, move: Move | undefined, request: DraftRequest): Interface {
  if (move === undefined) return one;
  refuseInterface(one, request.inventory);
  const left = new Set(move.left.map(({ id }) => id));
  return { ...one, groupIds: [...one.groupIds.filter((id) => !left.has(id)), move.groupId] };
}

interface Moving {
  readonly moves: readonly Move[];
  readonly request: DraftRequest;
}

/** A group with a twin, for every move, of each rule that names a group which was left. */
function withTwins(draft: Filters, group: SecurityGroup, { moves, request }: Moving): Filters {
  const isHeld = draft.interfaces.some(({ groupIds }) => groupIds.includes(group.id));
  const twins = isHeld ? group.rules.flatMap((rule) => twinsOf(rule, moves)) : [];
  if (twins.length === 0) return draft;
  const egress = twins.find(({ direction }) => direction === 'egress');
  if (egress !== undefined) {
    throw new Refusal(
      `Cannot move machines out of their shared group as no rule must let anyone out to it: found ${egress.rule.id} of ${group.id}; egress is never touched`,
    );
  }
  refuseUntagged(group, request.inventory);
  const added = distinct(twins).map(({ spec }, index) =>
    newRule(spec, { groupId: group.id, index }, request.runId),
  );
  return withRules(draft, group.id, [...group.rules, ...added]);
}

function twinsOf(rule: Rule, moves: readonly Move[]) {
  const { spec, direction } = rule;
  const { peer } = spec;
  if (peer.kind !== 'group') return [];
  return moves
    .filter(({ left }) => left.some(({ id }) => id === peer.groupId))
    .map(({ groupId }) => ({
      rule,
      direction,
      spec: { ...spec, peer: { kind: 'group' as const, groupId } },
    }));
}

/** The rules of all groups that were left, and their twins. */
function temporaryGroup(
  move: Move,
  moves: readonly Move[],
  { before, request }: { before: Filters; request: DraftRequest },
): SecurityGroup {
  // An interface alone in its group meets nobody there.
  const met = moves.filter((one) => one !== move || one.interfaces.length > 1);
  const specs = move.left
    .flatMap(({ rules }) => rules)
    .flatMap((rule) => [rule, ...twinsOf(rule, met)])
    .map(({ direction, spec }) => ({ direction, spec }));
  const rules = distinct(specs).map(({ direction, spec }, index) =>
    newRule(spec, { groupId: move.groupId, direction, index }, request.runId),
  );
  const [first] = move.interfaces;
  return {
    id: move.groupId,
    name: temporaryName(move.groupId) ?? '',
    vpcId: first?.vpcId ?? '',
    ownerId: before.groups[0]?.ownerId ?? '',
    tags: {},
    rules,
  };
}

/** EC2 takes no two rules of a group that allow the same. */
function distinct<Allowance extends Pick<Rule, 'direction' | 'spec'>>(
  allowances: readonly Allowance[],
): Allowance[] {
  const byKey = allowances.map(
    (one) => [`${one.direction} ${allowanceKey(one.spec)}`, one] as const,
  );
  return [...new Map(byKey.toReversed()).values()].toReversed();
}
