import * as z from 'zod';
import { Flapping, Intensity, Packets } from './fault.ts';
import { AclEntry, RuleSpec } from './inventory.ts';

/**
 * One reversible change to one resource. Plain data: it must survive a crash in the journal.
 *
 * Steps of one `phase` are applied side by side, phases in ascending order; restore goes backwards.
 */
const common = { id: z.string(), phase: z.int(), says: z.string() };

/**
 * When a step on a host is in force, in milliseconds from the run's injectAt: whole seconds, for that is
 * how finely iptables tells time. Absent: from injectAt to restoreAt.
 */
export const Window = z.strictObject({ startMs: z.int().min(0), endMs: z.int().min(1) });
export type Window = z.infer<typeof Window>;

/** What every step on a host has. `part` tells those of one run on one host apart; absent means 0. */
const onHost = {
  ...common,
  instanceId: z.string(),
  part: z.int().min(0).max(99).optional(),
  window: Window.optional(),
};

/** What steps by a packet filter have. */
const byFilter = {
  ...onHost,
  filter: z.enum(['iptables', 'nft']).optional().meta({
    description: 'Absent: iptables, or nft where that is missing',
  }),
  intensity: Intensity.optional().meta({ description: 'Absent: every packet' }),
  flapping: Flapping.optional(),
};

/** Stops packets between the host and peers on ports, whichever end has the port. */
const HostCut = z.strictObject({
  ...byFilter,
  kind: z.literal('host-cut'),
  peers: z.array(z.string()).min(1),
  ports: z.array(z.int()).min(1),
  packets: Packets,
  direction: z.enum(['both', 'inbound']),
  local: z
    .union([z.strictObject({ address: z.string() }), z.strictObject({ device: z.string() })])
    .optional()
    .meta({ description: "Only over the host's own address, or its device" }),
});
export type HostCut = z.infer<typeof HostCut>;

/** Sends new connections that the host dials to peers' ports to another address. */
const HostReroute = z.strictObject({
  ...byFilter,
  kind: z.literal('host-reroute'),
  peers: z.array(z.string()).min(1).meta({ description: 'Addresses dialled' }),
  ports: z.array(z.int()).min(1),
  to: z.string(),
  source: z.string().optional().meta({ description: 'Source address they then bear' }),
});
export type HostReroute = z.infer<typeof HostReroute>;

/** Gives the host routes to peers that lead nowhere: every port, both ways. */
const HostRoute = z.strictObject({
  ...onHost,
  kind: z.literal('host-route'),
  peers: z.array(z.string()).min(1),
  how: z.enum(['blackhole', 'unreachable', 'prohibit']),
});
export type HostRoute = z.infer<typeof HostRoute>;

/** Stops the host's Aerospike service, or lets its process stand still. */
const HoldService = z.strictObject({
  ...onHost,
  kind: z.literal('hold-service'),
  how: z.enum(['stop', 'freeze']),
  name: z.string().meta({ description: 'stop: the systemd unit; freeze: the process' }),
});
export type HoldService = z.infer<typeof HoldService>;

/** Stops shipping to one destination, by the node's own info commands. */
const PauseXdr = z.strictObject({
  ...onHost,
  kind: z.literal('pause-xdr'),
  address: z.string().meta({ description: "The node's own, where its info port listens" }),
  port: z.int(),
  how: z.enum(['force-linkdown', 'remove-namespaces']).meta({
    description: 'Before server 5.0, and from then on',
  }),
  dc: z.string(),
  namespaces: z.array(z.string()).min(1),
  rewind: z.union([z.literal('all'), z.int().min(0)]).optional(),
});
export type PauseXdr = z.infer<typeof PauseXdr>;

/** A step that a script on the host does, undone by the run's restore there and by its timer. */
export type HostStep = HostCut | HostReroute | HostRoute | HoldService | PauseXdr;

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
  HostReroute,
  HostRoute,
  HoldService,
  PauseXdr,
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

/** How the names of all groups that a run makes begin: they tell whose it is where its tag is gone. */
export const groupNamesOf = (runId: string): string => `aerofault-${runId}-`;

/** The steps by phase, in the order they are applied. */
export function phasesOf(steps: readonly Step[]): Step[][] {
  const phases = [...new Set(steps.map(({ phase }) => phase))].toSorted((a, b) => a - b);
  return phases.map((phase) => steps.filter((step) => step.phase === phase));
}

/** Whether a step is done by a script on a host, and undone by the run's restore there. */
export const isHostStep = (step: Step): step is HostStep =>
  'instanceId' in step && step.kind !== 'sever';
