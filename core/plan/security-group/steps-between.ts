import type { Interface, Rule, SecurityGroup } from '../../inventory.ts';
import { temporaryName } from '../../step.ts';
import type { RuleEdit, Step } from '../../step.ts';
import type { Filters } from '../filters.ts';
import { isWitness } from './cut-rules.ts';
import { isNew } from './draft.ts';

/** The order of a plan: nothing that must stay open ever closes, whatever the moment. */
export const phases = {
  make: 1,
  add: 2,
  attach: 3,
  edit: 4,
  detach: 5,
  swap: 6,
  endPulse: 7,
  sever: 8,
} as const;

/** The steps that make the filters of `before` into those of a draft. */
export function stepsBetween(before: Filters, draft: Filters): Step[] {
  return [
    ...draft.groups.flatMap(groupMade),
    ...draft.groups.flatMap(rulesAdded),
    ...draft.interfaces.flatMap((one) => groupsAttached(one, before)),
    ...draft.groups.flatMap((group) => rulesChanged(group, before)),
    ...draft.interfaces.flatMap((one) => groupsDetached(one, before)),
  ];
}

function groupMade({ id, vpcId }: SecurityGroup): Step[] {
  const name = temporaryName(id);
  if (name === undefined) return [];
  const says = `make the temporary group ${name}`;
  return [{ id: `make-group/${name}`, kind: 'make-group', phase: phases.make, says, name, vpcId }];
}

function rulesAdded({ id, rules }: SecurityGroup): Step[] {
  return (['ingress', 'egress'] as const).flatMap((direction): Step[] => {
    const added = rules.filter((rule) => isNew(rule) && rule.direction === direction);
    if (added.length === 0) return [];
    return [
      {
        id: `add-rules/${direction}/${temporaryName(id) ?? id}`,
        kind: 'add-rules',
        phase: phases.add,
        says: `${temporaryName(id) ?? id}: add ${added.length} temporary ${direction} rule(s) for what must stay open`,
        groupId: id,
        direction,
        rules: added.map(({ spec }) => spec),
      },
    ];
  });
}

function rulesChanged({ id, rules }: SecurityGroup, before: Filters): Step[] {
  const was = before.groups.find((group) => group.id === id)?.rules ?? [];
  return [...rulesEdited(id, rules, was), ...rulesRevoked(id, rules, was)];
}

function rulesEdited(groupId: string, rules: readonly Rule[], was: readonly Rule[]): Step[] {
  const edits = rules.flatMap((rule): RuleEdit[] => {
    const old = was.find((one) => one.id === rule.id);
    if (old === undefined || old === rule) return [];
    return [{ ruleId: rule.id, before: old.spec, during: rule.spec }];
  });
  if (edits.length === 0) return [];
  const says = `${groupId}: ${edits.map(({ ruleId }) => ruleId).join(', ')} narrowed or parked in place`;
  const id = `edit-rules/${groupId}`;
  return [{ id, kind: 'edit-rules', phase: phases.edit, says, groupId, edits }];
}

function rulesRevoked(groupId: string, rules: readonly Rule[], was: readonly Rule[]): Step[] {
  const left = new Set(rules.map(({ id }) => id));
  const gone = was.filter(({ id }) => !left.has(id));
  const witness = rules.find((rule) => isNew(rule) && isWitness(rule))?.spec;
  if (gone.length === 0 || witness === undefined) return [];
  const says = `${groupId}: ${gone.map(({ id }) => id).join(', ')} revoked, to come back under new ids`;
  const revoked = gone.map(({ id, spec, tags }) => ({ ruleId: id, before: spec, tags }));
  const id = `revoke-rules/${groupId}`;
  return [{ id, kind: 'revoke-rules', phase: phases.edit, says, groupId, witness, rules: revoked }];
}

function groupsAttached(one: Interface, before: Filters): Step[] {
  return onlyIn(one, interfaceIn(before, one)).map((groupId) => ({
    id: `attach-group/${one.id}`,
    kind: 'attach-group',
    phase: phases.attach,
    says: `${one.id} of ${one.instanceId}: attach ${temporaryName(groupId)}`,
    interfaceId: one.id,
    groupId,
  }));
}

function groupsDetached(one: Interface, before: Filters): Step[] {
  const was = interfaceIn(before, one);
  const groupIds = was === undefined ? [] : onlyIn(was, one);
  const [witness] = onlyIn(one, was);
  if (groupIds.length === 0 || witness === undefined) return [];
  return [
    {
      id: `detach-groups/${one.id}`,
      kind: 'detach-groups',
      phase: phases.detach,
      says: `${one.id} of ${one.instanceId}: detach ${groupIds.join(', ')}`,
      interfaceId: one.id,
      groupIds,
      witness,
    },
  ];
}

const onlyIn = (one: Interface, other: Interface | undefined): string[] =>
  one.groupIds === other?.groupIds
    ? []
    : one.groupIds.filter((id) => other?.groupIds.includes(id) !== true);

const indexes = new WeakMap<Filters, ReadonlyMap<string, Interface>>();

function interfaceIn(filters: Filters, { id }: Interface): Interface | undefined {
  const index = indexes.get(filters) ?? new Map(filters.interfaces.map((one) => [one.id, one]));
  indexes.set(filters, index);
  return index.get(id);
}
