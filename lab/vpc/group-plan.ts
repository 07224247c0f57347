import type { Tags } from '../cloud/ec2/model.ts';

/**
 * What an instance of the lab is for: the value of its tag `aerofault:role`. A bystander belongs to the
 * cluster's people and has the opt-in tag, but no fault is meant for it and it has no such tag.
 */
export type Role = 'node' | 'client' | 'xdr-destination' | 'bystander';

/** Whom a rule of a {@link GroupPlan} admits; groups and lists are named, not identified, as ids come later. */
export type PeerPlan =
  | { readonly group: string }
  | { readonly cidr4: string }
  | { readonly cidr6: string }
  | { readonly prefixList: string }
  /** A group that this account does not see: another account's, or one of a peered VPC that is gone. */
  | { readonly foreignGroup: string; readonly userId?: string; readonly vpcId?: string };

/** A rule of a {@link GroupPlan}. */
export interface RulePlan {
  readonly egress?: boolean;
  readonly protocol: string;
  /** First and last port; left out for protocols without ports. */
  readonly ports?: readonly [from: number, to: number];
  readonly peer: PeerPlan;
  readonly description?: string;
  readonly tags?: Tags;
}

/** A security group to build, its rules, and which hosts carry it. */
export interface GroupPlan {
  readonly name: string;
  readonly description: string;
  readonly tags: Tags;
  readonly rules: readonly RulePlan[];
  /** Hosts that carry the group: everyone of a role, or hosts by name. */
  readonly members: Role | readonly string[];
}

/** A customer-managed prefix list to build, IPv4. */
export interface PrefixListPlan {
  readonly name: string;
  /** What it counts against a group's quota, however few entries it has. */
  readonly maxEntries: number;
  readonly cidrs: readonly string[];
}
