import { markedBy } from './inventory.ts';
import type { AclEntry, Rule } from './inventory.ts';
import { isWorld } from './plan/tracking.ts';

/** A temporary group or a cloned network ACL as it is found, and what the run put into it. */
interface Found<Part> {
  readonly id: string;
  readonly parts: readonly Part[];
}

/** What others have put into a temporary group, which goes with it: a sentence each. */
export function rulesTakenAlong({ id, parts }: Found<Rule>, runId: string): string[] {
  return parts
    .filter((rule) => markedBy(rule) !== runId && !isGivenByEc2(rule))
    .map((rule) => `${id}: rule ${rule.id} was added, and went with the run's group`);
}

/** What others have put into a cloned network ACL, which goes with it: a sentence each. */
export function entriesTakenAlong(
  { id, parts }: Found<AclEntry>,
  own: readonly AclEntry[],
): string[] {
  return parts
    .filter((entry) => !own.some((one) => sameSlot(one, entry)))
    .map(
      ({ direction, number }) =>
        `${id}: ${direction} entry ${number} was added, and went with the run's network ACL`,
    );
}

/** Whether two entries have one place in their ACL: a number holds one entry a direction. */
export const sameSlot = (left: AclEntry, right: AclEntry): boolean =>
  left.direction === right.direction && left.number === right.number;

/** A new group lets everything out until that is taken off (EC2 User Guide, "Default security groups"). */
const isGivenByEc2 = ({ direction, spec: { protocol, peer } }: Rule): boolean =>
  direction === 'egress' &&
  protocol === '-1' &&
  'cidr' in peer &&
  isWorld(peer.cidr, peer.kind === 'ipv4' ? 4 : 6);
