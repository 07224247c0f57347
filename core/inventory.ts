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
  vpcId: z.string(),
  ownerId: z.string().meta({ description: 'The account that the group belongs to' }),
  tags: z.record(z.string(), z.string()),
  rules: z.array(Rule),
});
export type SecurityGroup = z.infer<typeof SecurityGroup>;

/** A network interface; `instanceId` is absent for those of load balancers and the like. */
const Interface = z.strictObject({
  id: z.string(),
  instanceId: z.string().optional(),
  type: z.string().meta({ description: "EC2's InterfaceType: interface, lambda, …" }),
  vpcId: z.string(),
  subnetId: z.string(),
  groupIds: z.array(z.string()),
  addresses: z.array(z.string()).meta({ description: 'Private addresses of both families' }),
  tags: z.record(z.string(), z.string()),
});
export type Interface = z.infer<typeof Interface>;

const Instance = z.strictObject({
  id: z.string(),
  name: z.string().meta({ description: 'The Name tag, or the instance id' }),
  role: z.enum(['node', 'client', 'xdr-destination']),
  zone: z.string(),
  address: z.string().meta({ description: 'Primary private IPv4 address' }),
  addresses: z.array(z.string()),
  groupIds: z.array(z.string()),
});
export type Instance = z.infer<typeof Instance>;

/** What a prefix list stands for; `maxEntries` is what it counts against a group's quota. */
const PrefixList = z.strictObject({
  id: z.string(),
  maxEntries: z.int(),
  cidrs: z.array(z.string()),
});
export type PrefixList = z.infer<typeof PrefixList>;

const Subnet = z.strictObject({
  id: z.string(),
  vpcId: z.string(),
  zone: z.string(),
  tags: z.record(z.string(), z.string()),
});
export type Subnet = z.infer<typeof Subnet>;

/** One entry of a network ACL, without the final deny that every ACL has and nobody can change. */
export const AclEntry = z.strictObject({
  number: z.int().meta({ description: '1 to 32766; the lowest that matches decides' }),
  direction: z.enum(['ingress', 'egress']),
  action: z.enum(['allow', 'deny']),
  protocol: z.string().meta({ description: "A number, or -1; EC2 answers '6' for tcp" }),
  fromPort: z.int().optional(),
  toPort: z.int().optional(),
  icmpType: z.int().optional(),
  icmpCode: z.int().optional(),
  cidr: z.string().meta({ description: 'IPv4 or IPv6' }),
});
export type AclEntry = z.infer<typeof AclEntry>;

const NetworkAcl = z.strictObject({
  id: z.string(),
  vpcId: z.string(),
  isDefault: z.boolean(),
  subnetIds: z.array(z.string()),
  entries: z.array(AclEntry),
  tags: z.record(z.string(), z.string()),
});
export type NetworkAcl = z.infer<typeof NetworkAcl>;

/**
 * What a host said of itself, and its node of Aerospike, before anything was touched (host/survey.sh). A
 * host that was not asked, or did not answer, has none.
 */
export const Survey = z.strictObject({
  instanceId: z.string(),
  agent: z.string().optional().meta({ description: 'Version of its SSM agent' }),
  clock: z
    .strictObject({
      offsetMs: z.number(),
      errorMs: z.number(),
      by: z.enum(['chrony', 'round-trip']),
    })
    .optional()
    .meta({ description: 'How far its clock is ahead of ours, give or take' }),
  tools: z.array(z.string()).meta({ description: 'Of those that scripts use, the ones found' }),
  iptables: z.enum(['nft', 'legacy']).optional().meta({ description: 'Its backend' }),
  abilities: z
    .array(z.enum(['time', 'statistic', 'u32', 'reject', 'nat', 'nft-time', 'sever']))
    .meta({
      description: 'What its kernel was seen to do, in a namespace of its own where possible',
    }),
  timer: z.enum(['systemd', 'setsid']),
  container: z.boolean().meta({ description: 'Ports of the cluster lead into a container' }),
  listens: z.array(z.int()).meta({ description: 'Which of the ports asked for it listens on' }),
  findings: z
    .array(z.strictObject({ refuses: z.boolean(), says: z.string() }))
    .meta({ description: 'What is wrong, and what to do; `refuses`: no fault here' }),
  node: z
    .strictObject({
      id: z.string(),
      build: z.string(),
      principal: z.string(),
      rack: z.int().optional().meta({ description: 'When all its namespaces agree' }),
      ports: z.record(z.string(), z.int()).meta({
        description:
          'service, fabric, heartbeat, admin and tlsService, tlsFabric, tlsHeartbeat: those it has',
      }),
      fabricAddresses: z.array(z.string()),
      strong: z.array(z.string()).meta({ description: 'Namespaces with strong consistency' }),
      namespaces: z
        .array(
          z.strictObject({ name: z.string(), replicationFactor: z.int(), strong: z.boolean() }),
        )
        .optional()
        .meta({ description: 'Absent: not told, or too many to tell' }),
    })
    .optional()
    .meta({ description: 'Absent where no node answers' }),
});
export type Survey = z.infer<typeof Survey>;

export const Inventory = z.strictObject({
  cluster: z.string(),
  observedAt: z.int(),
  instances: z.array(Instance),
  interfaces: z.array(Interface).meta({
    description: 'Every interface that holds one of the groups or lies in one of the subnets',
  }),
  groups: z.array(SecurityGroup),
  prefixLists: z
    .array(PrefixList)
    .meta({ description: 'Those that rules of the groups name and that could be read' }),
  subnets: z.array(Subnet).meta({ description: 'Those of the instances' }),
  networkAcls: z
    .array(NetworkAcl)
    .meta({ description: 'Those of the subnets, and all that bear a mark of ours' }),
  surveys: z.array(Survey).optional().meta({ description: 'What hosts said of themselves' }),
});
export type Inventory = z.infer<typeof Inventory>;

/** The opt-in tag: without it a thing is never touched, here or by IAM. */
export const clusterTag = 'aerofault:cluster';
/** Marks what a run added, with its run id. */
export const runTag = 'aerofault:run';
/** When a temporary thing should long be gone; for people who find one. */
export const expiresTag = 'aerofault:expires';
/** On a cloned network ACL: the subnet it is for, and the ACL that the subnet had. */
export const aclTags = { subnet: 'aerofault:subnet', original: 'aerofault:original-acl' } as const;
/** Tells nodes from clients and XDR destinations. */
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

/** The nodes that the cluster ships to by XDR, in a fixed order. */
export const destinationsOf = ({ instances }: Inventory): Instance[] =>
  withRole(instances, 'xdr-destination');

function withRole(instances: readonly Instance[], role: Instance['role']): Instance[] {
  return instances
    .filter((instance) => instance.role === role)
    .toSorted((left, right) => compare(left.name, right.name) || compare(left.id, right.id));
}

/** node-2 comes before node-10. Made once: asking for it anew is what takes the time. */
const byNumber = new Intl.Collator('en', { numeric: true });

const compare = (left: string, right: string): number => byNumber.compare(left, right);
