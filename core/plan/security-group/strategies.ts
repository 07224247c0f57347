import type { Inventory } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';
import type { Step } from '../../step.ts';
import type { Filters } from '../filters.ts';
import { refuseInexact } from '../reachability.ts';
import { callsOf } from './calls.ts';
import { cutRules } from './cut-rules.ts';
import { isNew } from './draft.ts';
import type { DraftRequest } from './draft.ts';
import { giveBack } from './give-back.ts';
import { movedOut } from './move.ts';
import { refuseOverQuota } from './refusals.ts';
import { classesOf } from './relation.ts';
import type { InterfaceClass } from './relation.ts';
import { stepsBetween } from './steps-between.ts';

/**
 * The cheapest of the ways that stop the cut and nothing else, by the calls to EC2 it needs: leave every
 * machine where it is, or move all sides but the largest, or all of them, out of the groups they share.
 *
 * @throws Refusal of the first way, which is the plainest, when there is none.
 */
export function cheapestSteps(request: DraftRequest): Step[] {
  const plain = cutRules(request.inventory, request);
  const concerned = concernedBy(plain, request.inventory);
  refuseNothingToCut(concerned, request);
  const ways = [[], ...movesOf(concerned, request)];
  const tried = ways.map((classes) => attempt(() => exactSteps(classes, request, concerned)));
  const exact = tried.flatMap(({ steps }) => (steps === undefined ? [] : [steps]));
  const [first] = exact.toSorted((left, right) => callsOf(left).inject - callsOf(right).inject);
  if (first !== undefined) return first;
  throw tried[0]?.refusal;
}

/** Groups whose rules the cut changes, and groups that such rules name. */
function concernedBy(plain: Filters, { groups }: Inventory): ReadonlySet<string> {
  const changed = groups.filter((group) => !plain.groups.includes(group));
  const after = new Set(plain.groups.flatMap(({ rules }) => rules));
  const named = changed
    .flatMap(({ rules }) => rules)
    .filter((rule) => !after.has(rule))
    .flatMap(({ spec: { peer } }) => (peer.kind === 'group' ? [peer.groupId] : []));
  return new Set([...changed.map(({ id }) => id), ...named]);
}

function refuseNothingToCut(concerned: ReadonlySet<string>, { ports, cuts }: DraftRequest): void {
  if (concerned.size > 0) return;
  const count = new Set(cuts.flatMap(({ to }) => to)).size;
  throw new Refusal(
    `Cannot cut port ${ports.join(', ')} by security groups as a rule must admit the cut now: found none on ${count} machine(s)`,
  );
}

/** Which classes of interfaces might be moved: all sides but the largest, or all of them. */
function movesOf(concerned: ReadonlySet<string>, request: DraftRequest): InterfaceClass[][] {
  const { inventory, relation } = request;
  const receivers = inventory.interfaces.filter(
    (one) => relation.keyOf(one) !== '' && one.groupIds.some((id) => concerned.has(id)),
  );
  const bySize = classesOf(receivers, relation).toSorted(
    (left, right) => left.interfaces.length - right.interfaces.length,
  );
  return bySize.length < 1 ? [] : [bySize.slice(0, -1), bySize].filter(({ length }) => length > 0);
}

/** The steps of one way, proved exact, and within what EC2 allows at every moment. */
function exactSteps(
  moved: readonly InterfaceClass[],
  request: DraftRequest,
  concerned: ReadonlySet<string>,
): Step[] {
  const { inventory, cuts } = request;
  const start = moved.length === 0 ? inventory : movedOut(moved, inventory, { request, concerned });
  const draft = giveBack(cutRules(start, request), inventory, request);
  for (const group of draft.groups) {
    const before = inventory.groups.find(({ id }) => id === group.id);
    refuseOverQuota({ ...group, rules: before?.rules ?? [] }, group.rules.filter(isNew), inventory);
  }
  const steps = stepsBetween(inventory, draft);
  refuseInexact(inventory, steps, cuts);
  return steps;
}

/** Steps, or why there are none. */
function attempt(make: () => Step[]): { steps?: Step[]; refusal?: Refusal } {
  try {
    return { steps: make() };
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error };
    throw error;
  }
}
