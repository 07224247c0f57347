import type {
  Interface,
  NetworkAcl,
  PrefixList,
  Rule,
  RuleSpec,
  SecurityGroup,
  Subnet,
} from '../inventory.ts';
import { phasesOf, temporaryId } from '../step.ts';
import type {
  AddRules,
  EditRules,
  EndPulse,
  MakeGroup,
  RevokeRules,
  Step,
  SwapAcl,
} from '../step.ts';

/** What decides whether a packet passes. An inventory is one. */
export interface Filters {
  readonly interfaces: readonly Interface[];
  readonly groups: readonly SecurityGroup[];
  readonly prefixLists: readonly PrefixList[];
  readonly subnets: readonly Subnet[];
  readonly networkAcls: readonly NetworkAcl[];
}

/**
 * The filters as they stand once every step is applied, phase by phase. What no step changes stays the
 * same object, by which the proof knows it again. Steps on hosts are not seen from here.
 *
 * @throws Error for a step that changes a group, rule or interface that is not there.
 */
export function after(filters: Filters, steps: readonly Step[]): Filters {
  const draft = new Draft(filters);
  for (const step of phasesOf(steps).flat()) draft.apply(step);
  return draft.filters;
}

/** Groups, interfaces and ACLs by id, changed step by step. */
class Draft {
  readonly #filters: Filters;
  readonly #groups: Map<string, SecurityGroup>;
  readonly #interfaces: Map<string, Interface>;
  readonly #acls: Map<string, NetworkAcl>;

  constructor(filters: Filters) {
    this.#filters = filters;
    this.#groups = new Map(filters.groups.map((group) => [group.id, group]));
    this.#interfaces = new Map(filters.interfaces.map((one) => [one.id, one]));
    this.#acls = new Map(filters.networkAcls.map((acl) => [acl.id, acl]));
  }

  get filters(): Filters {
    return {
      interfaces: [...this.#interfaces.values()],
      groups: [...this.#groups.values()],
      prefixLists: this.#filters.prefixLists,
      subnets: this.#filters.subnets,
      networkAcls: [...this.#acls.values()],
    };
  }

  apply(step: Step): void {
    switch (step.kind) {
      case 'make-group':
        return void this.#groups.set(temporaryId(step.name), this.#madeBy(step));
      case 'add-rules':
        return this.#changeRules(step, (rules) => [...rules, ...addedBy(step)]);
      case 'edit-rules':
        return this.#changeRules(step, (rules) => editedBy(step, rules));
      case 'revoke-rules':
        return this.#changeRules(step, (rules) => leftBy(step, rules));
      case 'attach-group':
        return this.#changeInterface(step, (ids) => [...new Set([...ids, step.groupId])]);
      case 'detach-groups':
        return this.#changeInterface(step, (ids) =>
          ids.filter((id) => !step.groupIds.includes(id)),
        );
      case 'swap-acl':
        return this.#swap(step);
      case 'end-pulse':
        return this.#endPulse(step);
      case 'host-cut':
      case 'host-reroute':
      case 'host-route':
      case 'hold-service':
      case 'pause-xdr':
      case 'sever':
    }
  }

  #madeBy({ name, vpcId }: MakeGroup): SecurityGroup {
    const beside = this.#filters.groups.find((group) => group.vpcId === vpcId);
    const ownerId = beside?.ownerId ?? '';
    return { id: temporaryId(name), name, vpcId, ownerId, tags: {}, rules: [] };
  }

  #changeRules(
    { id, groupId }: { id: string; groupId: string },
    change: (rules: readonly Rule[]) => Rule[],
  ): void {
    const group = this.#groups.get(groupId);
    if (group === undefined) throw missing(id, `group ${groupId}`);
    this.#groups.set(groupId, { ...group, rules: change(group.rules) });
  }

  #changeInterface(
    { id, interfaceId }: { id: string; interfaceId: string },
    change: (groupIds: readonly string[]) => string[],
  ): void {
    const one = this.#interfaces.get(interfaceId);
    if (one === undefined) throw missing(id, `interface ${interfaceId}`);
    this.#interfaces.set(interfaceId, { ...one, groupIds: change(one.groupIds) });
  }

  #swap({ subnetId, vpcId, entries }: SwapAcl): void {
    this.#associate(subnetId, undefined);
    const id = cloneId(subnetId);
    const clone = { id, vpcId, isDefault: false, subnetIds: [subnetId], entries, tags: {} };
    this.#acls.set(id, clone);
  }

  #endPulse({ swaps }: EndPulse): void {
    for (const { subnetId, originalId } of swaps) {
      this.#acls.delete(cloneId(subnetId));
      this.#associate(subnetId, originalId);
    }
  }

  /** Gives the subnet this ACL and no other. */
  #associate(subnetId: string, aclId: string | undefined): void {
    for (const acl of this.#acls.values()) {
      const has = acl.subnetIds.includes(subnetId);
      if (has === (acl.id === aclId)) continue;
      const others = acl.subnetIds.filter((id) => id !== subnetId);
      this.#acls.set(acl.id, { ...acl, subnetIds: has ? others : [...others, subnetId] });
    }
  }
}

const cloneId = (subnetId: string): string => `clone:${subnetId}`;

function addedBy({ id, groupId, direction, rules }: AddRules): Rule[] {
  return rules.map((spec, index) => newRule(`${id}/${index + 1}`, { groupId, direction, spec }));
}

const newRule = (id: string, rule: Omit<Rule, 'id' | 'tags'>): Rule => ({ ...rule, id, tags: {} });

function editedBy({ id, edits }: EditRules, rules: readonly Rule[]): Rule[] {
  const during = new Map<string, RuleSpec>(edits.map((edit) => [edit.ruleId, edit.during]));
  refuseMissing(id, { wanted: [...during.keys()], rules });
  return rules.map((rule) => ({ ...rule, spec: during.get(rule.id) ?? rule.spec }));
}

function leftBy({ id, rules: revoked }: RevokeRules, rules: readonly Rule[]): Rule[] {
  const gone = new Set(revoked.map(({ ruleId }) => ruleId));
  refuseMissing(id, { wanted: [...gone], rules });
  return rules.filter((rule) => !gone.has(rule.id));
}

function refuseMissing(
  stepId: string,
  { wanted, rules }: { wanted: readonly string[]; rules: readonly Rule[] },
): void {
  const known = new Set(rules.map(({ id }) => id));
  const stray = wanted.find((id) => !known.has(id));
  if (stray !== undefined) throw missing(stepId, `rule ${stray}`);
}

const missing = (stepId: string, what: string): Error =>
  new Error(`Cannot apply step ${stepId} as ${what} must be there: found none such`);
