import type { Cut } from '../../cut.ts';
import { markOf } from '../../inventory.ts';
import type { Inventory, Rule, RuleSpec } from '../../inventory.ts';
import type { Filters } from '../filters.ts';
import type { Relation } from './relation.ts';

/**
 * A draft is the filters as they should stand during the hold. Rules keep their ids; rules to add have ids
 * of their own that EC2 never gives, groups to make have temporary ones. The steps are the difference.
 */
export interface DraftRequest {
  readonly inventory: Inventory;
  readonly runId: string;
  readonly cuts: readonly Cut[];
  readonly ports: readonly number[];
  readonly relation: Relation;
  readonly detach: 'park' | 'revoke';
}

const newPrefix = 'new/';

/** A rule to add, with the run's mark. `index` tells it from the others of its group. */
export function newRule(
  spec: RuleSpec,
  {
    groupId,
    direction = 'ingress',
    index,
  }: Pick<Rule, 'groupId'> & Partial<Rule> & { index: number },
  runId: string,
): Rule {
  const marked = { ...spec, description: markOf(runId) };
  return { id: `${newPrefix}${direction}/${index}`, groupId, direction, spec: marked, tags: {} };
}

/** Whether a rule of a draft is one to add. */
export const isNew = ({ id }: Rule): boolean => id.startsWith(newPrefix);

/** The draft with another set of rules for one group. */
export function withRules(draft: Filters, groupId: string, rules: readonly Rule[]): Filters {
  return {
    ...draft,
    groups: draft.groups.map((group) =>
      group.id === groupId ? { ...group, rules: [...rules] } : group,
    ),
  };
}
