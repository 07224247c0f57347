import { createHash } from 'node:crypto';
import { defaultAcl, quotasOf } from './defaults.ts';
import type {
  Ec2Snapshot,
  Group,
  Instance,
  Interface,
  NetworkAcl,
  PrefixList,
  Quotas,
  Rule,
  Subnet,
  Tags,
  Vpc,
} from './model.ts';

/** What {@link Ec2State.describe} gives: a snapshot that says which network ACLs there are. */
export type FullSnapshot = Ec2Snapshot & { readonly networkAcls: readonly NetworkAcl[] };

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
  readonly quotas: Quotas;
  readonly vpcs: Map<string, Vpc>;
  readonly subnets: Map<string, Subnet>;
  readonly instances: Map<string, Instance>;
  readonly interfaces: Map<string, Interface>;
  readonly groups: Map<string, Group>;
  readonly rules: Map<string, Rule>;
  readonly prefixLists: Map<string, PrefixList>;
  readonly networkAcls: Map<string, NetworkAcl>;
  readonly #seed: Ec2Snapshot;
  readonly #made = new Map<string, number>();
  readonly #tokens = new Map<string, string>();

  constructor(seed: Ec2Snapshot) {
    this.#seed = seed;
    this.region = seed.region;
    this.account = seed.account;
    this.quotas = quotasOf(seed.quotas);
    this.vpcs = byId(seed.vpcs);
    this.instances = byId(seed.instances);
    this.interfaces = byId(seed.interfaces);
    this.groups = byId(seed.groups);
    this.rules = byId(seed.rules);
    this.prefixLists = byId(seed.prefixLists);
    this.networkAcls = byId(seed.networkAcls ?? []);
    for (const vpc of this.vpcs.values()) this.addDefaultAcl(vpc);
    this.subnets = byId(
      seed.subnets.map((one) => ({ ...one, aclId: one.aclId ?? this.defaultAclId(one.vpcId) })),
    );
  }

  /**
   * Everything as plain data, sorted by id, tags by key: equal states give byte-equal JSON. Which
   * ACL a subnet has is part of it; the id of that association, which no swap and return brings back, is not.
   */
  describe(): FullSnapshot {
    return {
      ...(this.#seed.quotas === undefined ? {} : { quotas: this.#seed.quotas }),
      region: this.region,
      account: this.account,
      vpcs: sorted(this.vpcs),
      subnets: sorted(this.subnets).map(withSortedTags),
      instances: sorted(this.instances).map(withSortedTags),
      interfaces: sorted(this.interfaces).map(withSortedTags),
      groups: sorted(this.groups).map(withSortedTags),
      rules: sorted(this.rules).map(withSortedTags),
      prefixLists: sorted(this.prefixLists),
      networkAcls: sorted(this.networkAcls).map(withSortedTags),
    };
  }

  /** The state as it is now, for looking back; resources are replaced, never altered, so it shares them. */
  copy(): Ec2State {
    const copy = new Ec2State({
      ...this.#seed,
      vpcs: [...this.vpcs.values()],
      subnets: [...this.subnets.values()],
      instances: [...this.instances.values()],
      interfaces: [...this.interfaces.values()],
      groups: [...this.groups.values()],
      rules: [...this.rules.values()],
      prefixLists: [...this.prefixLists.values()],
      networkAcls: [...this.networkAcls.values()],
    });
    for (const [what, count] of this.#made) copy.#made.set(what, count);
    return copy;
  }

  /** A rule id nobody has had: a rule that is revoked and authorised again gets another, as on EC2. */
  nextRuleId(): string {
    return this.nextId('sgr', this.rules);
  }

  /** An id that no resource of `taken` has or, once given, will have again. */
  nextId(prefix: string, taken: ReadonlyMap<string, unknown>): string {
    const id = resourceId(prefix, `made ${this.#count(prefix)}`);
    return taken.has(id) ? this.nextId(prefix, taken) : id;
  }

  /**
   * Make a resource and keep it; for a client token that was given before, the one made then. What
   * else the repeated request says is not compared. Source: EC2 Developer Guide, "Ensuring idempotency".
   */
  once<Resource>(
    prefix: string,
    resources: Map<string, Resource>,
    { token, make }: { token: string | undefined; make: (id: string) => Resource },
  ): Resource {
    const key = `${prefix} ${token}`;
    const before = resources.get(this.#tokens.get(key) ?? '');
    if (before !== undefined) return before;
    const id = this.nextId(prefix, resources);
    if (token !== undefined) this.#tokens.set(key, id);
    const made = make(id);
    resources.set(id, made);
    return made;
  }

  #count(what: string): number {
    const count = (this.#made.get(what) ?? 0) + 1;
    this.#made.set(what, count);
    return count;
  }

  /** Give a VPC the default network ACL that it must have, unless it has one. */
  addDefaultAcl(vpc: Vpc): void {
    const present = [...this.networkAcls.values()];
    if (present.some(({ vpcId, isDefault }) => vpcId === vpc.id && isDefault)) return;
    const acl = defaultAcl(vpc, resourceId('acl', `default of ${vpc.id}`));
    this.networkAcls.set(acl.id, acl);
  }

  /** The id of a VPC's default network ACL. Throws for a VPC that is not there. */
  defaultAclId(vpcId: string): string {
    const present = [...this.networkAcls.values()];
    const found = present.find((acl) => acl.vpcId === vpcId && acl.isDefault);
    if (found !== undefined) return found.id;
    throw new RangeError(
      `Cannot find a default network ACL as the VPC must be there: found no ${vpcId}`,
    );
  }

  /** The id of the association between a subnet and its network ACL; changes with every replacement. */
  associationId(subnetId: string): string {
    return resourceId('aclassoc', `${subnetId} ${this.#made.get(subnetId) ?? 0}`);
  }

  /** Give a subnet another network ACL. */
  associate(subnet: Subnet, aclId: string): void {
    this.#count(subnet.id);
    this.subnets.set(subnet.id, { ...subnet, aclId });
  }

  /** The subnets that a network ACL is associated with, in the order of their ids. */
  subnetsOf(aclId: string): Subnet[] {
    const found = [...this.subnets.values()].filter((subnet) => subnet.aclId === aclId);
    return found.toSorted((left, right) => (left.id < right.id ? -1 : 1));
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
