import * as z from 'zod';
import { AclEntry, RuleSpec } from './inventory.ts';

/**
 * One reversible change to one resource. Plain data: it must survive a crash in the journal.
 *
 * Steps of one `phase` are applied side by side, phases in ascending order; restore goes backwards.
 */
const common = { id: z.string(), phase: z.int(), says: z.string() };

const HostCut = z.strictObject({
  ...common,
  kind: z.literal('host-cut'),
  instanceId: z.string(),
  peers: z.array(z.string()).min(1),
  ports: z.array(z.int()).min(1),
  packets: z.enum(['drop', 'reject', 'tcp-reset']),
  direction: z.enum(['both', 'inbound']),
});
export type HostCut = z.infer<typeof HostCut>;

/**
 * Makes an empty group of the run's own: no rule in, none out. Its id is only known once it is made, so
 * rules and other steps name it by {@link temporaryId}. It bears the run's mark from birth.
 */
const MakeGroup = z.strictObject({
  ...common,
  kind: z.literal('make-group'),
  name: z.string().meta({ description: 'Unique in its VPC, and the run id is in it' }),
  vpcId: z.string(),
});
export type MakeGroup = z.infer<typeof MakeGroup>;

/** Adds rules with the run's mark, to a group of the cluster or one of the run's own. */
const AddRules = z.strictObject({
  ...common,
  kind: z.literal('add-rules'),
  groupId: z.string(),
  direction: z.enum(['ingress', 'egress']),
  rules: z.array(RuleSpec).min(1),
});
export type AddRules = z.infer<typeof AddRules>;

/** One rule changed in place: its id, tags and place survive. */
const RuleEdit = z.strictObject({ ruleId: z.string(), before: RuleSpec, during: RuleSpec });
export type RuleEdit = z.infer<typeof RuleEdit>;

const EditRules = z.strictObject({
  ...common,
  kind: z.literal('edit-rules'),
  groupId: z.string(),
  edits: z.array(RuleEdit).min(1),
});
export type EditRules = z.infer<typeof EditRules>;

/**
 * Takes rules away, to be authorised again under a new id. Absence has no author, so `witness` says whose
 * it is: a rule with the run's mark, added before and removed after. Nothing is put back without it.
 */
const RevokeRules = z.strictObject({
  ...common,
  kind: z.literal('revoke-rules'),
  groupId: z.string(),
  witness: RuleSpec,
  rules: z
    .array(
      z.strictObject({
        ruleId: z.string(),
        before: RuleSpec,
        tags: z.record(z.string(), z.string()),
      }),
    )
    .min(1),
});
export type RevokeRules = z.infer<typeof RevokeRules>;

/** Puts one of the run's own groups on an interface, beside those it has. */
const AttachGroup = z.strictObject({
  ...common,
  kind: z.literal('attach-group'),
  interfaceId: z.string(),
  groupId: z.string().meta({ description: 'A group of the run, by its temporaryId' }),
});
export type AttachGroup = z.infer<typeof AttachGroup>;

/** Takes groups off an interface, where a group of the run's own stands for them: the witness. */
const DetachGroups = z.strictObject({
  ...common,
  kind: z.literal('detach-groups'),
  interfaceId: z.string(),
  groupIds: z.array(z.string()).min(1),
  witness: z.string().meta({ description: 'A group of the run, by its temporaryId' }),
});
export type DetachGroups = z.infer<typeof DetachGroups>;

/**
 * Gives a subnet a network ACL of the run's own: the entries of the one it has, and before them the
 * denials. The clone bears run id, subnet and original from birth.
 */
const SwapAcl = z.strictObject({
  ...common,
  kind: z.literal('swap-acl'),
  subnetId: z.string(),
  vpcId: z.string(),
  originalId: z.string().meta({ description: 'The ACL the subnet had' }),
  entries: z.array(AclEntry).min(1).meta({ description: 'All entries of the clone' }),
});
export type SwapAcl = z.infer<typeof SwapAcl>;

/**
 * Gives the subnets back the ACLs they had, once the nodes' own counts show their heartbeat links gone or
 * `boundSeconds` have passed. Part of inject: nothing to undo.
 */
const EndPulse = z.strictObject({
  ...common,
  kind: z.literal('end-pulse'),
  swaps: z.array(z.strictObject({ subnetId: z.string(), originalId: z.string() })).min(1),
  links: z
    .array(z.strictObject({ instanceId: z.string(), left: z.int() }))
    .meta({ description: 'Node → how many heartbeat links it has once those of the cut are gone' }),
  boundSeconds: z.int(),
});
export type EndPulse = z.infer<typeof EndPulse>;

/** Closes connections that already stand. Nothing to undo: Aerospike and its clients redial. */
const Sever = z.strictObject({
  ...common,
  kind: z.literal('sever'),
  instanceId: z.string(),
  peers: z.array(z.string()).min(1),
  ports: z.array(z.int()).min(1),
});
export type Sever = z.infer<typeof Sever>;

export const Step = z.discriminatedUnion('kind', [
  HostCut,
  MakeGroup,
  AddRules,
  EditRules,
  RevokeRules,
  AttachGroup,
  DetachGroups,
  SwapAcl,
  EndPulse,
  Sever,
]);
export type Step = z.infer<typeof Step>;

const temporaryPrefix = 'temporary:';

/** What stands for the id of a group that a run will make, until it has one. */
export const temporaryId = (name: string): string => `${temporaryPrefix}${name}`;

/** The name of the group that a {@link temporaryId} stands for; undefined for a real id. */
export const temporaryName = (groupId: string): string | undefined =>
  groupId.startsWith(temporaryPrefix) ? groupId.slice(temporaryPrefix.length) : undefined;

/** The steps by phase, in the order they are applied. */
export function phasesOf(steps: readonly Step[]): Step[][] {
  const phases = [...new Set(steps.map(({ phase }) => phase))].toSorted((a, b) => a - b);
  return phases.map((phase) => steps.filter((step) => step.phase === phase));
}

/** Whether two rule specs allow the same to the same peer; descriptions aside. */
export function sameAllowance(left: RuleSpec, right: RuleSpec): boolean {
  return allowanceKey(left) === allowanceKey(right);
}

/** Whether two rule specs are equal, descriptions included. */
export function sameSpec(left: RuleSpec, right: RuleSpec): boolean {
  return sameAllowance(left, right) && (left.description ?? '') === (right.description ?? '');
}

/** What EC2 compares when it calls a rule a duplicate: protocol, ports, peer; no description. */
export function allowanceKey({ protocol, fromPort, toPort, peer }: RuleSpec): string {
  return [protocol, fromPort ?? '', toPort ?? '', peerKey(peer)].join('|');
}

/** Whether two rules admit the same peer. */
export const samePeer = (left: RuleSpec['peer'], right: RuleSpec['peer']): boolean =>
  left.kind === right.kind && peerKey(left) === peerKey(right);

function peerKey(peer: RuleSpec['peer']): string {
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return peer.cidr;
    case 'prefix-list':
      return peer.prefixListId;
    case 'group':
      return peer.groupId;
  }
}
