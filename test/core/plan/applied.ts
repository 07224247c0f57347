import { clusterTag, runTag } from '../../../core/inventory.ts';
import type { Rule, RuleSpec, SecurityGroup } from '../../../core/inventory.ts';
import { phasesOf } from '../../../core/step.ts';
import type { AddRules, EditRules, Step } from '../../../core/step.ts';

/**
 * Security groups as EC2 keeps them, in memory: two rules of a group never allow the same to the same.
 *
 * Written apart from core on purpose, so that a fault there is not repeated here.
 */
export function injected(
  groups: readonly SecurityGroup[],
  steps: readonly Step[],
): SecurityGroup[] {
  return stagesOf(groups, steps).at(-1) ?? [...groups];
}

/** The groups after each phase of inject, the last one in force. */
export function stagesOf(
  groups: readonly SecurityGroup[],
  steps: readonly Step[],
): SecurityGroup[][] {
  const stages: SecurityGroup[][] = [];
  for (const phase of phasesOf(steps)) {
    stages.push(phase.reduce(withStep, stages.at(-1) ?? [...groups]));
  }
  return stages;
}

/** The groups after each phase of restore, the last one as if nothing had been. */
export function restoredStagesOf(
  groups: readonly SecurityGroup[],
  steps: readonly Step[],
): SecurityGroup[][] {
  const stages: SecurityGroup[][] = [];
  for (const phase of phasesOf(steps).toReversed()) {
    stages.push(phase.reduce(withoutStep, stages.at(-1) ?? [...groups]));
  }
  return stages;
}

function withStep(groups: readonly SecurityGroup[], step: Step): SecurityGroup[] {
  if (step.kind === 'add-rules')
    return inGroup(groups, step.groupId, (rules) => added(rules, step));
  if (step.kind !== 'edit-rules') return [...groups];
  return inGroup(groups, step.groupId, (rules) => edited(rules, step, 'during'));
}

function withoutStep(groups: readonly SecurityGroup[], step: Step): SecurityGroup[] {
  if (step.kind === 'add-rules') {
    return inGroup(groups, step.groupId, (rules) => rules.filter(({ tags }) => !(runTag in tags)));
  }
  if (step.kind !== 'edit-rules') return [...groups];
  return inGroup(groups, step.groupId, (rules) => edited(rules, step, 'before'));
}

function added(rules: readonly Rule[], { groupId, rules: specs }: AddRules): Rule[] {
  return [
    ...rules,
    ...specs.map((spec, index): Rule => {
      const tags = { [runTag]: 'run1', [clusterTag]: 'orders' };
      return { id: `${groupId}-new-${index}`, groupId, direction: 'ingress', spec, tags };
    }),
  ];
}

function edited(rules: readonly Rule[], { edits }: EditRules, which: 'before' | 'during'): Rule[] {
  return rules.map((rule) => {
    const edit = edits.find(({ ruleId }) => ruleId === rule.id);
    return edit === undefined ? rule : { ...rule, spec: edit[which] };
  });
}

function inGroup(
  groups: readonly SecurityGroup[],
  groupId: string,
  change: (rules: readonly Rule[]) => Rule[],
): SecurityGroup[] {
  return groups.map((group) => {
    if (group.id !== groupId) return group;
    const rules = change(group.rules);
    refuseDuplicates(rules);
    return { ...group, rules };
  });
}

function refuseDuplicates(rules: readonly Rule[]): void {
  const keys = rules.map(({ direction, spec }) => `${direction} ${keyOf(spec)}`);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new Error(`InvalidPermission.Duplicate: ${twice}`);
}

/** What EC2 compares; the description is no part of it. */
export function keyOf({ description: _, ...allowance }: RuleSpec): string {
  const { protocol, fromPort, toPort, peer } = allowance;
  return JSON.stringify([protocol, fromPort ?? null, toPort ?? null, peer]);
}
