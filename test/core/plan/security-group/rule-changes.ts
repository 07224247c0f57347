import type { Inventory, Peer, RuleSpec } from '../../../../core/inventory.ts';
import { plan } from '../../../../core/plan/plan.ts';
import type { Step } from '../../../../core/step.ts';
import { aClientCut } from '../../inventories.ts';

/** The steps of the plan for run1. */
export const stepsOf = (inventory: Inventory, experiment = aClientCut()): Step[] =>
  plan(experiment, inventory, 'run1').steps;

/** What the rules of sg-nodes become, in short. */
export function changesOf(steps: readonly Step[]): { edits: string[]; adds: string[] } {
  return {
    edits: steps
      .flatMap((step) => (step.kind === 'edit-rules' ? step.edits : []))
      .map(({ ruleId, during }) => `${ruleId}: ${shortOf(during)}`),
    adds: steps.flatMap((step) => (step.kind === 'add-rules' ? step.rules : [])).map(shortOf),
  };
}

export function shortOf({ protocol, fromPort, toPort, peer }: RuleSpec): string {
  const ports = fromPort === toPort ? `${fromPort ?? ''}` : `${fromPort}-${toPort}`;
  return `${protocol} ${ports} ${peerOf(peer)}`.replace('  ', ' ');
}

function peerOf(peer: Peer): string {
  if (peer.kind === 'group') return peer.groupId;
  return peer.kind === 'prefix-list' ? peer.prefixListId : peer.cidr;
}
