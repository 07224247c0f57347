import { markOf } from '../../core/inventory.ts';
import type { Rule, RuleSpec } from '../../core/inventory.ts';
import { isStillOurs, mergeEdits } from '../../core/merge.ts';
import type { RuleEdit } from '../../core/step.ts';
import { aRule, tcp } from './inventories.ts';

/** The mark of the run whose edits are merged. */
export const mark = markOf('run1');
/** What the first of the edited rules was. */
export const before = tcp('3000-3003', '10.0.0.0/16', 'nodes');
/** A rule that the run narrowed, and one that it parked. */
export const narrowed: RuleEdit = {
  ruleId: 'sgr-nodes-1',
  before,
  during: tcp('3000', '10.0.0.0/16', mark),
};
export const parked: RuleEdit = {
  ruleId: 'sgr-nodes-2',
  before: tcp('3000', '10.0.1.1/32', 'clients'),
  during: tcp('0', '10.0.1.1/32', mark),
};
/** A rule of the group, by its number. */
export const rule = (number: number, spec: RuleSpec): Rule => aRule('sg-nodes', number, spec);
/** What a restore of the run's edits makes of the rules that are there now. */
export const merged = (now: readonly Rule[], edits: readonly RuleEdit[] = [narrowed, parked]) =>
  mergeEdits(edits, now, isStillOurs('run1'));
