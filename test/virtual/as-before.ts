/** EC2 before and after, compared. */
import { ec2Text } from '../../lab/ec2-text.ts';
import type { FullSnapshot } from '../../lab/cloud/ec2/state.ts';

/** Whether two states of EC2 are one, but for the ids of rules that were revoked and made again. */
export function isAsBefore(before: FullSnapshot, now: FullSnapshot): boolean {
  return comparable(before, now) === comparable(now, before);
}

function comparable(one: FullSnapshot, other: FullSnapshot): string {
  const known = new Set(other.rules.map(({ id }) => id));
  const rules = one.rules
    .map((rule) => (known.has(rule.id) ? rule : { ...rule, id: 'again' }))
    .toSorted((left, right) => (textOf(left) < textOf(right) ? -1 : 1));
  return ec2Text({ ...one, rules });
}

const textOf = (rule: object): string =>
  JSON.stringify(Object.entries(rule).toSorted(([left], [right]) => (left < right ? -1 : 1)));
