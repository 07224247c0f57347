import * as z from 'zod';
import { RuleSpec } from './inventory.ts';

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

const AddRules = z.strictObject({
  ...common,
  kind: z.literal('add-rules'),
  groupId: z.string(),
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

/** Closes connections that already stand. Nothing to undo: Aerospike and its clients redial. */
const Sever = z.strictObject({
  ...common,
  kind: z.literal('sever'),
  instanceId: z.string(),
  peers: z.array(z.string()).min(1),
  ports: z.array(z.int()).min(1),
});
export type Sever = z.infer<typeof Sever>;

export const Step = z.discriminatedUnion('kind', [HostCut, AddRules, EditRules, Sever]);
export type Step = z.infer<typeof Step>;

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
