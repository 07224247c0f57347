import type { Tags } from '../cloud/ec2/model.ts';

/** What an instance of the lab is for; the value of its tag `aerofault:role`. */
export type Role = 'node' | 'client';

/** A rule of a {@link GroupPlan}; a group is named, not identified, as ids come later. */
export interface RulePlan {
  readonly egress?: boolean;
  readonly protocol: string;
  /** First and last port; left out for protocols without ports. */
  readonly ports?: readonly [from: number, to: number];
  readonly peer:
    | { readonly group: string }
    | { readonly cidr4: string }
    | { readonly cidr6: string };
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

/**
 * The groups of an ordinary Aerospike deployment, all of whose flows are tracked: nodes admit each
 * other's fabric, heartbeat and service, the clients' 3000–3003 by one rule that is wider than any
 * single port, and ssh from the VPC; both may send anything anywhere.
 */
export function defaultGroups(cluster: string, dualStack = false): GroupPlan[] {
  const tags = { 'aerofault:cluster': cluster };
  return [
    {
      name: 'aerospike-nodes',
      description: `Aerospike nodes of ${cluster}`,
      tags: { Name: 'aerospike-nodes', ...tags },
      members: 'node',
      rules: [...nodeIngress(tags), ...egressAll(tags, dualStack)],
    },
    {
      name: 'aerospike-clients',
      description: `Clients of ${cluster}`,
      tags: { Name: 'aerospike-clients', ...tags },
      members: 'client',
      rules: egressAll(tags, dualStack),
    },
  ];
}

function nodeIngress(tags: Tags): RulePlan[] {
  const tcp = (ports: readonly [number, number], peer: RulePlan['peer'], description: string) => {
    const rule = { protocol: 'tcp', ports, peer, description };
    return { ...rule, tags: { Name: description, ...tags } };
  };
  return [
    tcp([3001, 3002], { group: 'aerospike-nodes' }, 'fabric and heartbeat'),
    tcp([3000, 3003], { group: 'aerospike-clients' }, 'clients'),
    tcp([3000, 3000], { group: 'aerospike-nodes' }, 'service between nodes'),
    tcp([22, 22], { cidr4: '10.0.0.0/16' }, 'ssh'),
  ];
}

function egressAll(tags: Tags, dualStack: boolean): RulePlan[] {
  const all = { egress: true, protocol: '-1', tags };
  const v4: RulePlan = { ...all, peer: { cidr4: '0.0.0.0/0' }, description: 'anywhere' };
  const v6: RulePlan = { ...all, peer: { cidr6: '::/0' }, description: 'anywhere (IPv6)' };
  return dualStack ? [v4, v6] : [v4];
}
