import * as z from 'zod';

/**
 * What was observed before anything was touched: the cluster's instances, their interfaces, and every
 * security group on them. The schemas exist because the inventory is journalled and read back.
 */

/** Who a security-group rule admits. */
export const Peer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ipv4'), cidr: z.string() }),
  z.strictObject({ kind: z.literal('ipv6'), cidr: z.string() }),
  z.strictObject({ kind: z.literal('prefix-list'), prefixListId: z.string() }),
  z.strictObject({
    kind: z.literal('group'),
    groupId: z.string(),
    userId: z.string().optional(),
    vpcId: z.string().optional(),
  }),
]);
export type Peer = z.infer<typeof Peer>;

/** What a rule allows. Ports are absent for protocol -1 and those without ports. */
export const RuleSpec = z.strictObject({
  protocol: z.string(),
  fromPort: z.int().optional(),
  toPort: z.int().optional(),
  peer: Peer,
  description: z.string().optional(),
});
export type RuleSpec = z.infer<typeof RuleSpec>;

/** A rule as EC2 reports it: its spec, its own id, and its tags. */
export const Rule = z.strictObject({
  id: z.string(),
  groupId: z.string(),
  direction: z.enum(['ingress', 'egress']),
  spec: RuleSpec,
  tags: z.record(z.string(), z.string()),
});
export type Rule = z.infer<typeof Rule>;

const SecurityGroup = z.strictObject({
  id: z.string(),
  name: z.string(),
  tags: z.record(z.string(), z.string()),
  rules: z.array(Rule),
});
export type SecurityGroup = z.infer<typeof SecurityGroup>;

/** A network interface; `instanceId` is absent for those of load balancers and the like. */
const Interface = z.strictObject({
  id: z.string(),
  instanceId: z.string().optional(),
  subnetId: z.string(),
  groupIds: z.array(z.string()),
  addresses: z.array(z.string()).meta({ description: 'Private addresses of both families' }),
});
export type Interface = z.infer<typeof Interface>;

const Instance = z.strictObject({
  id: z.string(),
  name: z.string().meta({ description: 'The Name tag, or the instance id' }),
  role: z.enum(['node', 'client']),
  zone: z.string(),
  address: z.string().meta({ description: 'Primary private IPv4 address' }),
  addresses: z.array(z.string()),
  groupIds: z.array(z.string()),
});
export type Instance = z.infer<typeof Instance>;

export const Inventory = z.strictObject({
  cluster: z.string(),
  observedAt: z.int(),
  instances: z.array(Instance),
  interfaces: z
    .array(Interface)
    .meta({ description: 'Every interface that holds one of the groups, bystanders included' }),
  groups: z.array(SecurityGroup),
});
export type Inventory = z.infer<typeof Inventory>;

/** The opt-in tag: without it a thing is never touched, here or by IAM. */
export const clusterTag = 'aerofault:cluster';
/** Marks what a run added, with its run id. */
export const runTag = 'aerofault:run';
/** When a temporary thing should long be gone; for people who find one. */
export const expiresTag = 'aerofault:expires';
/** Tells nodes from clients. */
export const roleTag = 'aerofault:role';

/** The mark of a run in a rule's description. */
export const markOf = (runId: string): string => `aerofault:${runId}`;

/** The run whose mark a rule bears, if any. */
export function markedBy({ spec, tags }: Pick<Rule, 'spec' | 'tags'>): string | undefined {
  return tags[runTag] ?? /^aerofault:([a-z0-9]{1,12})$/.exec(spec.description ?? '')?.[1];
}

/** The cluster's nodes, in a fixed order. */
export const nodesOf = ({ instances }: Inventory): Instance[] => withRole(instances, 'node');

/** The cluster's clients, in a fixed order. */
export const clientsOf = ({ instances }: Inventory): Instance[] => withRole(instances, 'client');

function withRole(instances: readonly Instance[], role: Instance['role']): Instance[] {
  return instances
    .filter((instance) => instance.role === role)
    .toSorted((left, right) => compare(left.name, right.name) || compare(left.id, right.id));
}

const compare = (left: string, right: string): number =>
  left.localeCompare(right, 'en', { numeric: true });
