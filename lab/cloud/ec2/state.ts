import { createHash } from 'node:crypto';
import type {
  Ec2Snapshot,
  Group,
  Instance,
  Interface,
  PrefixList,
  Rule,
  Subnet,
  Tags,
  Vpc,
} from './model.ts';

/**
 * The endpoint's memory: every resource by its id.
 *
 * Starts with the constructor's snapshot and ends with the process; nothing is written to disk.
 * It only keeps; what a call may change is decided by the actions, which replace whole resources,
 * so a refused call has changed nothing.
 */
export class Ec2State {
  readonly region: string;
  readonly account: string;
  readonly vpcs: Map<string, Vpc>;
  readonly subnets: Map<string, Subnet>;
  readonly instances: Map<string, Instance>;
  readonly interfaces: Map<string, Interface>;
  readonly groups: Map<string, Group>;
  readonly rules: Map<string, Rule>;
  readonly prefixLists: Map<string, PrefixList>;
  #rulesMade = 0;

  constructor(seed: Ec2Snapshot) {
    this.region = seed.region;
    this.account = seed.account;
    this.vpcs = byId(seed.vpcs);
    this.subnets = byId(seed.subnets);
    this.instances = byId(seed.instances);
    this.interfaces = byId(seed.interfaces);
    this.groups = byId(seed.groups);
    this.rules = byId(seed.rules);
    this.prefixLists = byId(seed.prefixLists);
  }

  /** Everything as plain data, sorted by id, tags by key: equal states give byte-equal JSON. */
  describe(): Ec2Snapshot {
    return {
      region: this.region,
      account: this.account,
      vpcs: sorted(this.vpcs),
      subnets: sorted(this.subnets).map(withSortedTags),
      instances: sorted(this.instances).map(withSortedTags),
      interfaces: sorted(this.interfaces).map(withSortedTags),
      groups: sorted(this.groups).map(withSortedTags),
      rules: sorted(this.rules).map(withSortedTags),
      prefixLists: sorted(this.prefixLists),
    };
  }

  /** A rule id nobody has had: a rule that is revoked and authorised again gets another, as on EC2. */
  nextRuleId(): string {
    this.#rulesMade += 1;
    const id = resourceId('sgr', `made ${this.#rulesMade}`);
    return this.rules.has(id) ? this.nextRuleId() : id;
  }

  /** The rules of one group in one direction. */
  rulesOf(groupId: string, egress: boolean): Rule[] {
    return [...this.rules.values()].filter(
      (rule) => rule.groupId === groupId && rule.egress === egress,
    );
  }

  /** The interfaces that carry `groupId`. */
  members(groupId: string): Interface[] {
    return [...this.interfaces.values()].filter(({ groupIds }) => groupIds.includes(groupId));
  }
}

/** An id shaped like AWS's (`i-0` and 16 hexadecimal digits), the same for the same seed every time. */
export function resourceId(prefix: string, seed: string): string {
  const digest = createHash('sha256').update(`${prefix} ${seed}`).digest('hex');
  return `${prefix}-0${digest.slice(0, 16)}`;
}

function byId<Resource extends { readonly id: string }>(
  resources: readonly Resource[],
): Map<string, Resource> {
  return new Map(resources.map((resource) => [resource.id, resource]));
}

function sorted<Resource extends { readonly id: string }>(
  resources: ReadonlyMap<string, Resource>,
): Resource[] {
  const copies = structuredClone([...resources.values()]);
  return copies.toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

function withSortedTags<Resource extends { readonly tags: Tags }>(resource: Resource): Resource {
  const entries = Object.entries(resource.tags);
  const tags = Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
  return { ...resource, tags };
}
