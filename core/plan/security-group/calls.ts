import { Refusal } from '../../refusal.ts';
import { refillPerSecond, requestBuckets } from '../../request-buckets.ts';
import type { Step } from '../../step.ts';
import type { Timing } from '../../timing.ts';

/** Calls that change something in EC2, for the way there and the way back. */
export interface Calls {
  readonly inject: number;
  readonly restore: number;
}

/**
 * How many calls to EC2 a plan needs that change something, when nothing is repeated.
 *
 * Counted from the API: one call takes the rules of one group and direction, one interface, one ACL entry.
 * A new group is born with rules that let everything out, which one more call takes off.
 */
export function callsOf(steps: readonly Step[]): Calls {
  const all = steps.map(callsOfStep);
  return {
    inject: all.reduce((sum, { inject }) => sum + inject, 0),
    restore: all.reduce((sum, { restore }) => sum + restore, 0),
  };
}

/** Half of what EC2 lets through at once, the other half left for restore, and then by the second. */
const bucket = { atOnce: requestBuckets.mutating / 2, perSecond: refillPerSecond };

/** Seconds of an invocation that do not go into calls: describes, journal, hosts. */
const otherSeconds = 30;

/**
 * Inject must end within one invocation, or it would be cut off half way.
 *
 * @throws Refusal where EC2's throttling would not let it.
 */
export function refuseTooManyCalls({ inject }: Calls, { lambdaSeconds }: Timing): void {
  const inTime = bucket.atOnce + bucket.perSecond * Math.max(0, lambdaSeconds - otherSeconds);
  if (inject <= inTime) return;
  throw new Refusal(
    `Cannot inject within one invocation as the plan must need at most ${inTime} calls to EC2: found ${inject}; cut fewer machines or use the mechanism iptables`,
  );
}

function callsOfStep(step: Step): Calls {
  switch (step.kind) {
    case 'make-group':
      return { inject: 2, restore: 1 };
    case 'add-rules':
    case 'edit-rules':
    case 'attach-group':
    case 'detach-groups':
      return { inject: 1, restore: 1 };
    case 'revoke-rules': {
      const tagSets = new Set(step.rules.map(({ tags }) => JSON.stringify(tags)));
      return { inject: 1, restore: tagSets.size };
    }
    case 'swap-acl':
      return { inject: 2 + step.entries.length, restore: 2 };
    case 'end-pulse':
      // What it does, restore has not to do.
      return { inject: 2 * step.swaps.length, restore: -2 * step.swaps.length };
    case 'host-cut':
    case 'host-reroute':
    case 'host-route':
    case 'hold-service':
    case 'pause-xdr':
    case 'sever':
      return { inject: 0, restore: 0 };
  }
}
