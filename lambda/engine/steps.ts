import type { RunItem } from '../../core/journal.ts';
import type { Step } from '../../core/step.ts';
import type { Answer, Gateways, PlanRecord } from '../gateways.ts';
import { lookAtSwapped, swapAcl } from './acl-steps.ts';
import { elsewhere } from './elsewhere.ts';
import { endPulse } from './end-pulse.ts';
import {
  attachGroup,
  detachGroups,
  lookAtAttached,
  lookAtDetached,
  lookAtMade,
  makeGroup,
} from './group-steps.ts';
import { HostLooks } from './host-looks.ts';
import { applyHostStep, applySever } from './host-steps.ts';
import {
  addRules,
  editRules,
  lookAtAdded,
  lookAtEdited,
  lookAtRevoked,
  revokeRules,
} from './rule-steps.ts';
import type { RunContext } from './run-context.ts';
import { absent } from './step-seen.ts';
import type { StepSeen } from './step-seen.ts';
import { TemporaryGroups } from './temporary-groups.ts';

/** Applies one step. The caller has written its intent. */
export async function applyStep(
  planned: Step,
  { context, groups }: { context: RunContext; groups: TemporaryGroups },
  gateways: Gateways,
): Promise<Answer & { appliedAt?: number }> {
  const { run } = context;
  const step = await groups.awaited(planned);
  if (step === undefined) return { kind: 'refused', reason: 'a temporary group is not there' };
  switch (step.kind) {
    case 'host-cut':
    case 'host-reroute':
    case 'host-route':
    case 'hold-service':
    case 'pause-xdr':
      return applyHostStep(step, context, gateways);
    case 'sever':
      return applySever(step, context, gateways);
    case 'make-group':
      return makeGroup(step, run, gateways);
    case 'add-rules':
      return addRules(step, run, gateways);
    case 'edit-rules':
      return editRules(step, gateways);
    case 'revoke-rules':
      return revokeRules(step, run, gateways);
    case 'attach-group':
      return attachGroup(step, gateways);
    case 'detach-groups':
      return detachGroups(step, gateways);
    case 'swap-acl':
      return swapAcl(step, run, gateways);
    case 'end-pulse':
      return endPulse(step, context, gateways);
  }
}

/** One look's means: what the run planned and intended, what its groups are called, and its hosts' answers. */
export interface Looked {
  readonly run: RunItem;
  readonly record: PlanRecord;
  /** The steps with an intent. */
  readonly steps: readonly Step[];
  readonly groups: TemporaryGroups;
  readonly hosts: HostLooks;
}

/** What a look begins with. Groups and hosts are asked once a look, for no look trusts an older answer. */
export function lookedAt(run: RunItem, record: PlanRecord, gateways: Gateways): Looked {
  const steps = record.plan.steps.filter(({ id }) => id in run.intents);
  const groups = new TemporaryGroups(run.runId, gateways);
  const hosts = new HostLooks(run.runId, { steps, document: record.documents?.restore }, gateways);
  return { run, record, steps, groups, hosts };
}

/**
 * Describes one step's resource: does anything there bear this run's mark? Where we act in another account by
 * now than the run did, nobody can tell.
 */
export async function lookAtStep(
  planned: Step,
  { run, record, steps, groups, hosts }: Looked,
  gateways: Gateways,
): Promise<StepSeen> {
  const { runId } = run;
  const { inventory } = record;
  const reason = elsewhere(run, record, gateways);
  if (reason !== undefined) return { kind: 'unknown', reason };
  const step = await groups.known(planned);
  switch (step.kind) {
    case 'host-cut':
    case 'host-reroute':
    case 'host-route':
    case 'hold-service':
    case 'pause-xdr':
      return hosts.look(step.instanceId);
    case 'sever': // Closed connections cannot be opened again; peers redial.
    case 'end-pulse': // What it may have left is looked at by the swaps it ends.
      return absent;
    case 'make-group':
      return lookAtMade(step, { runId, groups }, gateways);
    case 'add-rules':
      return lookAtAdded(step, { runId, inventory }, gateways);
    case 'edit-rules':
      return lookAtEdited(step, run, gateways);
    case 'revoke-rules':
      return lookAtRevoked(step, { runId, inventory }, gateways);
    case 'attach-group':
      return lookAtAttached(step, { inventory, steps }, gateways);
    case 'detach-groups':
      return lookAtDetached(step, { inventory, steps }, gateways);
    case 'swap-acl':
      return lookAtSwapped(step, { run, inventory }, gateways);
  }
}
