import * as z from 'zod';

/** Tags of one resource, key to value. */
export type Tags = Readonly<Record<string, string>>;

/** Whom a security group rule admits: exactly one of the four kinds EC2 knows. */
export type Peer =
  | { readonly kind: 'cidr4'; readonly cidr: string }
  | { readonly kind: 'cidr6'; readonly cidr: string }
  | {
      readonly kind: 'group';
      readonly groupId: string;
      /** The account of a group that is not this one's, or of one that is gone; only a seed has it. */
      readonly userId?: string;
      /** The VPC of such a group. */
      readonly vpcId?: string;
    }
  | { readonly kind: 'prefix-list'; readonly prefixListId: string };

/** What a rule lets through, ports in EC2's own terms: -1 where the protocol has none. */
export interface Permission {
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly peer: Peer;
}

/** One security group rule as EC2 keeps it. */
export interface Rule extends Permission {
  readonly id: string;
  readonly groupId: string;
  readonly egress: boolean;
  readonly description?: string;
  readonly tags: Tags;
}

/** A security group without its rules, which live beside it under their own ids. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly tags: Tags;
}

/** A network interface; one with device index 0 is an instance's primary one. */
export interface Interface {
  readonly id: string;
  /** Left out: attached to nothing. */
  readonly instanceId?: string;
  /** EC2's `InterfaceType`. Left out: `interface`. */
  readonly type?: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly address: string;
  readonly address6?: string;
  readonly macAddress: string;
  /** EC2's `DeviceIndex` where it is attached. Left out: 0. */
  readonly deviceIndex?: number;
  readonly groupIds: readonly string[];
  readonly description: string;
  readonly tags: Tags;
}

/** The states of the EC2 instance life cycle, each with EC2's own number for it. */
export const INSTANCE_STATE_CODES = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

/** The name of one instance state. */
export type InstanceState = keyof typeof INSTANCE_STATE_CODES;

/** An instance without its interface. */
export interface Instance {
  readonly id: string;
  readonly state: InstanceState;
  readonly type: string;
  readonly zone: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly launchedAt: string;
  /** Whether it may hibernate when it is stopped; left out: it may not. */
  readonly hibernates?: boolean;
  readonly tags: Tags;
}

/** A VPC; whether it is the default one decides how a revoke treats a rule that is not there. */
export interface Vpc {
  readonly id: string;
  readonly cidr: string;
  readonly cidr6?: string;
  readonly isDefault: boolean;
  readonly tags?: Tags;
}

/** A subnet, in one zone. */
export interface Subnet {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly cidr: string;
  readonly cidr6?: string;
  /** The network ACL it is associated with. Left out: the VPC's default one. */
  readonly aclId?: string;
  readonly tags: Tags;
}

/** One entry of a network ACL, as EC2 keeps it. */
export interface AclEntry {
  /** 1 to 32766; the lowest that matches a packet decides. */
  readonly number: number;
  readonly egress: boolean;
  readonly action: 'allow' | 'deny';
  /** A number, or -1 for all. */
  readonly protocol: string;
  /** Of either family: the source of an ingress entry, the destination of an egress entry. */
  readonly cidr: string;
  /** First and last destination port; tcp and udp only. */
  readonly ports?: readonly [from: number, to: number];
  /** Type and code, -1 for all; icmp and icmpv6 only. */
  readonly icmp?: readonly [type: number, code: number];
}

/** A network ACL without the final deny that every ACL has and nobody can change. */
export interface NetworkAcl {
  readonly id: string;
  readonly vpcId: string;
  readonly isDefault: boolean;
  readonly entries: readonly AclEntry[];
  readonly tags: Tags;
}

/** A customer-managed prefix list; its `maxEntries` is what counts against a group's quota. */
export interface PrefixList {
  readonly id: string;
  readonly name: string;
  readonly family: 4 | 6;
  readonly maxEntries: number;
  readonly cidrs: readonly string[];
  /** What is said of some of the CIDRs. */
  readonly descriptions?: Readonly<Record<string, string>>;
  readonly tags?: Tags;
}

/** The quotas that the endpoint enforces, each with its default. Source: Amazon VPC quotas. */
export interface Quotas {
  /** 60, for each direction and family of one group. */
  readonly rulesPerGroup: number;
  /** 5; times {@link rulesPerGroup} it may not exceed 1,000. */
  readonly groupsPerInterface: number;
  /** 20, for each direction and family of one network ACL, its final deny among them. */
  readonly entriesPerAcl: number;
}

/** Everything the endpoint knows, as plain data in one stable order: two of these compare as JSON. */
export interface Ec2Snapshot {
  readonly region: string;
  readonly account: string;
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly instances: readonly Instance[];
  readonly interfaces: readonly Interface[];
  readonly groups: readonly Group[];
  readonly rules: readonly Rule[];
  readonly prefixLists: readonly PrefixList[];
  /** Beside these, every VPC without a default one gets one that allows everything. */
  readonly networkAcls?: readonly NetworkAcl[];
  readonly quotas?: Partial<Quotas>;
}

/** A tag as requests write it; EC2 takes a missing value for the empty string. */
export const RequestTag = z.strictObject({ Key: z.string(), Value: z.string().default('') });

/** Turn tags into the list of pairs that EC2 answers with. */
export function tagPairs(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
