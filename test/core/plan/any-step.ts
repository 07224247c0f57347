import * as fc from 'fast-check';
import type { Filters } from '../../../core/plan/filters.ts';
import type { Step } from '../../../core/step.ts';
import { anyEntry, anyRule, anyTraffic, groupIds, subnetIds, temporary } from './any-rule.ts';

const says = '';

/** A step of any kind that changes these filters, sensible or not. */
export function anyStep(filters: Filters): fc.Arbitrary<Step> {
  const { interfaces, groups, networkAcls } = filters;
  const rules = groups.flatMap((group) => group.rules);
  const anyInterfaceId = fc.constantFrom(...interfaces.map(({ id }) => id));
  const anyExisting = fc.constantFrom(...rules);
  const entries = networkAcls[0]!.entries;
  return fc.oneof(
    anyRule([...groupIds, temporary, temporary]).map(({ groupId, direction, spec }): Step => ({
      id: 'add',
      phase: 2,
      says,
      kind: 'add-rules',
      groupId,
      direction,
      rules: [spec],
    })),
    fc.tuple(anyExisting, anyTraffic()).map(([{ id, groupId, spec }, traffic]): Step => {
      const during = { ...traffic, peer: spec.peer };
      const edits = [{ ruleId: id, before: spec, during }];
      return { id: 'edit', phase: 4, says, kind: 'edit-rules', groupId, edits };
    }),
    fc.constantFrom(...rules).map(({ id, groupId, spec }): Step => ({
      id: 'revoke',
      phase: 5,
      says,
      kind: 'revoke-rules',
      groupId,
      witness: spec,
      rules: [
        {
          ruleId: id,
          before: spec,
          tags: {},
        },
      ],
    })),
    anyInterfaceId.map((interfaceId): Step => ({
      id: 'attach',
      phase: 3,
      says,
      kind: 'attach-group',
      interfaceId,
      groupId: temporary,
    })),
    fc
      .tuple(anyInterfaceId, fc.subarray(groupIds, { minLength: 1 }))
      .map(([interfaceId, gone]): Step => ({
        id: 'detach',
        phase: 6,
        says,
        kind: 'detach-groups',
        interfaceId,
        groupIds: gone,
        witness: temporary,
      })),
    fc
      .tuple(fc.constantFrom(...subnetIds), fc.option(anyEntry()))
      .map(([subnetId, entry]): Step => ({
        id: 'swap',
        phase: 6,
        says,
        kind: 'swap-acl',
        subnetId,
        vpcId: 'vpc-1',
        originalId: 'acl-1',
        entries: [...(entry === null ? [] : [entry]), ...entries],
      })),
  );
}

/** The temporary group first; each rule changed or taken away at most once. */
export function withTemporary(steps: readonly Step[]): Step[] {
  const seen = new Set<string>();
  const once = steps.filter((step) => {
    if (step.kind !== 'edit-rules' && step.kind !== 'revoke-rules') return true;
    const [key = ''] =
      step.kind === 'edit-rules'
        ? step.edits.map(({ ruleId }) => ruleId)
        : step.rules.map(({ ruleId }) => ruleId);
    const fresh = !seen.has(key);
    seen.add(key);
    return fresh;
  });
  return [{ id: 'make', phase: 1, says, kind: 'make-group', name: 't1', vpcId: 'vpc-1' }, ...once];
}
