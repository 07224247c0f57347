import type {
  Interface,
  Inventory,
  Rule,
  RuleSpec,
  SecurityGroup,
} from '../../../core/inventory.ts';
import { runTag } from '../../../core/inventory.ts';
import { phasesOf } from '../../../core/step.ts';
import type { Step } from '../../../core/step.ts';

/** Security groups and interfaces, as far as a plan changes them. */
export interface Ec2 {
  readonly groups: readonly SecurityGroup[];
  readonly interfaces: readonly Interface[];
}

/**
 * EC2 in memory: two rules of a group never allow the same to the same, a group in use stays, an interface
 * holds one to five groups, sixty rules a family and direction.
 *
 * Written apart from core on purpose, so that a fault there is not repeated here.
 */
export function stagesOf(before: Inventory, steps: readonly Step[]): Ec2[] {
  return staged(before, phasesOf(steps), withStep);
}

/** The state after each phase of restore, the last one as if nothing had been. */
export function restoredStagesOf(during: Ec2, steps: readonly Step[]): Ec2[] {
  return staged(during, phasesOf(steps).toReversed(), withoutStep);
}

function staged(
  { groups, interfaces }: Ec2,
  phases: readonly Step[][],
  change: (ec2: Ec2, step: Step) => Ec2,
): Ec2[] {
  const stages: Ec2[] = [];
  for (const phase of phases) {
    // One phase is applied side by side, so its order must not matter.
    const last = stages.at(-1) ?? { groups, interfaces };
    stages.push(phase.toReversed().reduce(change, last));
  }
  return stages;
}

function withStep(ec2: Ec2, step: Step): Ec2 {
  switch (step.kind) {
    case 'make-group': {
      const { name, vpcId } = step;
      if (ec2.groups.some((group) => group.name === name))
        throw new Error('InvalidGroup.Duplicate');
      const made = {
        id: `temporary:${name}`,
        name,
        vpcId,
        ownerId: '123456789012',
        tags: {},
        rules: [],
      };
      return { ...ec2, groups: [...ec2.groups, made] };
    }
    case 'add-rules': {
      const { groupId, direction } = step;
      const added = step.rules.map((spec, index): Rule => {
        const id = `sgr-${groupId}-${direction}-${index}`;
        return { id, groupId, direction, spec, tags: { [runTag]: 'run1' } };
      });
      return inGroup(ec2, groupId, (rules) => [...rules, ...added]);
    }
    case 'edit-rules':
      return step.edits.reduce(
        (state, edit) =>
          inGroup(state, step.groupId, (rules) => replaced(rules, edit.ruleId, edit.during)),
        ec2,
      );
    case 'revoke-rules': {
      const ids = new Set(step.rules.map(({ ruleId }) => ruleId));
      return inGroup(ec2, step.groupId, (rules) => rules.filter(({ id }) => !ids.has(id)));
    }
    case 'attach-group':
      return onInterface(ec2, step.interfaceId, (ids) => [...ids, step.groupId]);
    case 'detach-groups':
      return onInterface(ec2, step.interfaceId, (ids) =>
        ids.filter((id) => !step.groupIds.includes(id)),
      );
    default:
      return ec2;
  }
}

function withoutStep(ec2: Ec2, step: Step): Ec2 {
  switch (step.kind) {
    case 'make-group':
      return withoutGroup(ec2, `temporary:${step.name}`);
    case 'add-rules':
      return inGroup(ec2, step.groupId, (rules) =>
        rules.filter((rule) => !(runTag in rule.tags && rule.direction === step.direction)),
      );
    case 'edit-rules':
      return step.edits.reduce(
        (state, edit) =>
          inGroup(state, step.groupId, (rules) => replaced(rules, edit.ruleId, edit.before)),
        ec2,
      );
    case 'revoke-rules':
      return inGroup(ec2, step.groupId, (rules) => [
        ...rules,
        ...step.rules.map(({ ruleId, before: spec, tags }): Rule => {
          return { id: `${ruleId}-again`, groupId: step.groupId, direction: 'ingress', spec, tags };
        }),
      ]);
    case 'attach-group':
      return onInterface(ec2, step.interfaceId, (ids) => ids.filter((id) => id !== step.groupId));
    case 'detach-groups':
      return onInterface(ec2, step.interfaceId, (ids) => [...ids, ...step.groupIds]);
    default:
      return ec2;
  }
}

function replaced(rules: readonly Rule[], id: string, spec: RuleSpec): Rule[] {
  const old = rules.find((rule) => rule.id === id);
  if (old === undefined) throw new Error(`InvalidSecurityGroupRuleId.NotFound: ${id}`);
  if (old.spec.peer.kind !== spec.peer.kind) throw new Error(`the type of ${id} may not change`);
  return rules.map((rule) => (rule === old ? { ...rule, spec } : rule));
}

function inGroup(ec2: Ec2, groupId: string, change: (rules: readonly Rule[]) => Rule[]): Ec2 {
  const group = ec2.groups.find(({ id }) => id === groupId);
  if (group === undefined) throw new Error(`InvalidGroup.NotFound: ${groupId}`);
  const rules = change(group.rules);
  refuseDuplicates(rules);
  refuseTooMany(rules);
  return { ...ec2, groups: ec2.groups.map((one) => (one === group ? { ...group, rules } : one)) };
}

function withoutGroup(ec2: Ec2, groupId: string): Ec2 {
  const isHeld = ec2.interfaces.some(({ groupIds }) => groupIds.includes(groupId));
  const isNamed = ec2.groups.some(
    ({ id, rules }) =>
      id !== groupId &&
      rules.some(({ spec: { peer } }) => peer.kind === 'group' && peer.groupId === groupId),
  );
  if (isHeld || isNamed) throw new Error(`DependencyViolation: ${groupId}`);
  return { ...ec2, groups: ec2.groups.filter(({ id }) => id !== groupId) };
}

function onInterface(ec2: Ec2, id: string, change: (ids: readonly string[]) => string[]): Ec2 {
  const known = new Set(ec2.groups.map((group) => group.id));
  const interfaces = ec2.interfaces.map((one) => {
    if (one.id !== id) return one;
    const groupIds = change(one.groupIds).toSorted();
    if (groupIds.length < 1 || groupIds.length > 5)
      throw new Error(`${id}: ${groupIds.length} groups`);
    if (groupIds.some((group) => !known.has(group))) throw new Error('InvalidGroup.NotFound');
    return { ...one, groupIds };
  });
  return { ...ec2, interfaces };
}

function refuseDuplicates(rules: readonly Rule[]): void {
  const keys = rules.map(({ direction, spec }) => `${direction} ${keyOf(spec)}`);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new Error(`InvalidPermission.Duplicate: ${twice}`);
}

function refuseTooMany(rules: readonly Rule[]): void {
  for (const direction of ['ingress', 'egress']) {
    for (const other of ['ipv6', 'ipv4']) {
      const count = rules
        .filter((rule) => rule.direction === direction && rule.spec.peer.kind !== other)
        .reduce((sum, { spec: { peer } }) => sum + weightOf(peer, other), 0);
      if (count > 60) throw new Error(`RulesPerSecurityGroupLimitExceeded: ${count}`);
    }
  }
}

/** A prefix list counts as often as it may have entries, in its own family; see any-inventory.ts. */
function weightOf(peer: RuleSpec['peer'], otherFamily: string): number {
  if (peer.kind !== 'prefix-list') return 1;
  const isSix = peer.prefixListId.endsWith('six');
  return isSix === (otherFamily === 'ipv6') ? 0 : 3;
}

/** What EC2 compares; the description is no part of it. */
export function keyOf({ description: _, ...allowance }: RuleSpec): string {
  const { protocol, fromPort, toPort, peer } = allowance;
  return JSON.stringify([protocol, fromPort ?? null, toPort ?? null, peer]);
}
