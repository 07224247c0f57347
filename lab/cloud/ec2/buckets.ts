import * as z from 'zod';
import { Ec2Error } from './ec2-error.ts';

/** A token bucket: how many calls it holds when full, and how many it gains a second. */
export interface Bucket {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

/** The families of actions that share a bucket here; a family left out is not throttled. */
export type ActionFamily =
  /** Authorise and revoke ingress. */
  | 'resource-intensive'
  | 'mutating'
  | 'interface-attribute'
  | 'create-tags'
  /** Paginated or filtered. */
  | 'describe'
  /** All groups or all interfaces in one answer. */
  | 'describe-everything';

/** How an endpoint throttles. */
export type Buckets = Readonly<Partial<Record<ActionFamily, Bucket>>>;

/**
 * EC2's own figures for one account and Region.
 *
 * Source: EC2 Developer Guide, "Request throttling". Whether the actions of one family share a
 * bucket or have one each is not said for all of them; sharing is the stricter reading.
 */
export const EC2_BUCKETS: Buckets = {
  'resource-intensive': { capacity: 50, refillPerSecond: 5 },
  mutating: { capacity: 50, refillPerSecond: 5 },
  'interface-attribute': { capacity: 100, refillPerSecond: 5 },
  'create-tags': { capacity: 100, refillPerSecond: 10 },
  describe: { capacity: 100, refillPerSecond: 20 },
  'describe-everything': { capacity: 50, refillPerSecond: 10 },
};

const FAMILIES: Readonly<Record<string, ActionFamily>> = {
  AuthorizeSecurityGroupIngress: 'resource-intensive',
  RevokeSecurityGroupIngress: 'resource-intensive',
  ModifyNetworkInterfaceAttribute: 'interface-attribute',
  CreateTags: 'create-tags',
};

/** The family of one call; describing calls are told apart by what they ask. */
export function familyOf(action: string, params: unknown): ActionFamily {
  if (!action.startsWith('Describe') && !action.startsWith('Get')) {
    return FAMILIES[action] ?? 'mutating';
  }
  const isWhole =
    ['DescribeSecurityGroups', 'DescribeNetworkInterfaces'].includes(action) &&
    WholeAnswer.safeParse(params).success;
  return isWhole ? 'describe-everything' : 'describe';
}

const nothing = z.undefined().optional();
const WholeAnswer = z.object({ Filters: nothing, MaxResults: nothing });

interface Level {
  readonly tokens: number;
  readonly at: number;
}

/** The levels of an endpoint's buckets, full at the start and whenever other buckets are set. */
export class BucketLevels {
  #buckets: Buckets | undefined;
  readonly #levels = new Map<ActionFamily, Level>();

  /** Take a token for a call at `now` (milliseconds), or throw `RequestLimitExceeded` (503). */
  take(buckets: Buckets | undefined, family: ActionFamily, now: number): void {
    if (buckets !== this.#buckets) this.#levels.clear();
    this.#buckets = buckets;
    const bucket = buckets?.[family];
    if (bucket === undefined) return;
    const { tokens, at } = this.#levels.get(family) ?? { tokens: bucket.capacity, at: now };
    const gained = ((now - at) / 1000) * bucket.refillPerSecond;
    const present = Math.min(bucket.capacity, tokens + gained);
    this.#levels.set(family, { tokens: present < 1 ? present : present - 1, at: now });
    if (present < 1) throw throttled();
  }
}

/** The error for a call over the limit. Source: EC2 Developer Guide, "Request throttling". */
export function throttled(): Ec2Error {
  return new Ec2Error('RequestLimitExceeded', 'Request limit exceeded.', 503);
}
