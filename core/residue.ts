import { markedBy } from './inventory.ts';
import type { Rule, SecurityGroup } from './inventory.ts';
import { sameSpec } from './step.ts';

/**
 * What differs between the groups as they were before the run and as they are now, a line each.
 *
 * A rule that others added during the run, and that bears no run's mark, is theirs and no residue.
 */
export function residueOf(
  before: readonly SecurityGroup[],
  now: ReadonlyMap<string, readonly Rule[]>,
): string[] {
  return before.flatMap((group) => {
    const rules = now.get(group.id);
    return rules === undefined ? [`${group.id}: could not be read`] : differences(group, rules);
  });
}

function differences({ id, rules }: SecurityGroup, now: readonly Rule[]): string[] {
  const gone = rules.filter((rule) => !now.some((other) => other.id === rule.id));
  const extra = now.filter(
    (rule) => markedBy(rule) !== undefined && !rules.some((other) => other.id === rule.id),
  );
  const changed = rules.filter((rule) =>
    now.some((other) => other.id === rule.id && !same(rule, other)),
  );
  return [
    ...gone.map((rule) => `${id}: rule ${rule.id} is gone`),
    ...extra.map((rule) => `${id}: rule ${rule.id} is a run's`),
    ...changed.map((rule) => `${id}: rule ${rule.id} differs`),
  ];
}

function same(left: Rule, right: Rule): boolean {
  return sameSpec(left.spec, right.spec) && sameTags(left.tags, right.tags);
}

function sameTags(left: Rule['tags'], right: Rule['tags']): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}
