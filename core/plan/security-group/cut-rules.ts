import type { Interface, Rule, RuleSpec, SecurityGroup } from '../../inventory.ts';
import { markOf } from '../../inventory.ts';
import { allowanceKey } from '../../allowance.ts';
import { temporaryName } from '../../step.ts';
import type { Filters } from '../filters.ts';
import { isNew, newRule, withRules } from './draft.ts';
import type { DraftRequest } from './draft.ts';
import { refuseOpaque, refuseSystemTags, refuseUntagged } from './refusals.ts';
import { covers, holeOf, restOf } from './subtraction.ts';

/**
 * Takes the cut out of every group that an accepting interface holds: of each rule that admits any of
 * it, for all holders of the group. What that takes from holders who should keep it, others give back.
 */
export function cutRules(draft: Filters, request: DraftRequest): Filters {
  let cut = draft;
  const holders = holdersOf(draft.interfaces);
  for (const group of draft.groups) {
    const senders = sendersTo(holders.get(group.id) ?? [], request);
    if (senders.size === 0) continue;
    refuseOpaque(group, request.ports, request.inventory);
    const hole = holeOf(senders, request.ports, draft);
    if (!group.rules.some((rule) => covers(rule, hole, draft))) continue;
    if (temporaryName(group.id) === undefined) refuseUntagged(group, request.inventory);
    cut = withRules(cut, group.id, new GroupCut(group, request).without(hole, draft));
  }
  return cut;
}

/** Group id → the interfaces that hold it. */
export function holdersOf(interfaces: readonly Interface[]): ReadonlyMap<string, Interface[]> {
  const holders = new Map<string, Interface[]>();
  for (const one of interfaces) {
    for (const id of one.groupIds) holders.set(id, [...(holders.get(id) ?? []), one]);
  }
  return holders;
}

/** Everyone whom any of these interfaces must lose. */
function sendersTo(interfaces: readonly Interface[], { relation }: DraftRequest): Set<string> {
  const keys = new Map(interfaces.map((one) => [relation.keyOf(one), one]));
  return new Set([...keys.values()].flatMap((one) => [...relation.sendersTo(one)]));
}

type Hole = Parameters<typeof covers>[1];

/** One group's rules while they are cut. EC2 takes no two rules that allow the same. */
class GroupCut {
  readonly #group: SecurityGroup;
  readonly #request: DraftRequest;
  readonly #taken: Set<string>;
  readonly #added: Rule[] = [];
  #revoked = false;

  constructor(group: SecurityGroup, request: DraftRequest) {
    this.#group = group;
    this.#request = request;
    this.#taken = new Set(
      group.rules
        .filter(({ direction }) => direction === 'ingress')
        .map(({ spec }) => allowanceKey(spec)),
    );
  }

  without(hole: Hole, draft: Filters): Rule[] {
    const kept = this.#group.rules.flatMap((rule) =>
      covers(rule, hole, draft) ? this.#cut(rule, restOf(rule, hole, draft)) : [rule],
    );
    if (this.#revoked) this.#add(witness);
    return [...kept, ...this.#added];
  }

  #cut(rule: Rule, rest: readonly RuleSpec[]): Rule[] {
    const left = rest.filter((spec) => !this.#taken.has(allowanceKey(spec)));
    if (isNew(rule)) {
      for (const spec of left) this.#add(spec);
      return [];
    }
    const narrowed = left.find(({ peer }) => peer.kind === rule.spec.peer.kind);
    const during = narrowed ?? this.#parkedPlace(rule);
    for (const spec of left) if (spec !== narrowed) this.#add(spec);
    if (during === undefined) {
      refuseSystemTags(rule);
      this.#revoked = true;
      return [];
    }
    this.#taken.add(allowanceKey(during));
    return [{ ...rule, spec: { ...during, description: markOf(this.#request.runId) } }];
  }

  #add(spec: RuleSpec): void {
    this.#taken.add(allowanceKey(spec));
    const place = { groupId: this.#group.id, index: this.#taken.size };
    this.#added.push(newRule(spec, place, this.#request.runId));
  }

  /**
   * Where a rule waits when nothing of it may stay in force: the same peer on port 0, which no socket can
   * listen on. EC2 tells tcp from udp there. Undefined where both are taken, or revoking was asked for.
   */
  #parkedPlace({ spec: { fromPort: _from, toPort: _to, ...spec } }: Rule): RuleSpec | undefined {
    if (this.#request.detach === 'revoke') return undefined;
    return ['tcp', 'udp']
      .map((protocol) => ({ ...spec, protocol, fromPort: 0, toPort: 0 }))
      .find((place) => !this.#taken.has(allowanceKey(place)));
  }
}

/** Says whose a revoked rule's absence is: port 0, from an address that nobody has (RFC 5737). */
const witness: RuleSpec = {
  protocol: 'tcp',
  fromPort: 0,
  toPort: 0,
  peer: { kind: 'ipv4', cidr: '192.0.2.1/32' },
};

/** Whether a rule is the witness of a revoke. */
export const isWitness = ({ spec }: Rule): boolean => allowanceKey(spec) === allowanceKey(witness);
