import type { Step } from '../../core/step.ts';
import type { Answer, Gateways } from '../gateways.ts';
import { applyHostCut, applySever, lookAtHost, undoHostCut } from './host-steps.ts';
import {
  addRules,
  editRules,
  lookAtAdded,
  lookAtEdited,
  removeAdded,
  undoEdits,
} from './rule-steps.ts';
import type { RunContext } from './run-context.ts';

/** What a look at one step found: our mark, nothing of ours, or no answer. */
export type StepSeen =
  | { readonly kind: 'ours'; readonly undo: () => Promise<Answer> }
  | { readonly kind: 'absent'; readonly restoredAt?: number; readonly restoredBy?: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Applies one step. The caller has written its intent. */
export async function applyStep(
  step: Step,
  context: RunContext,
  gateways: Gateways,
): Promise<Answer & { appliedAt?: number }> {
  switch (step.kind) {
    case 'host-cut':
      return applyHostCut(step, context.run, gateways);
    case 'sever':
      return applySever(step, context.run, gateways);
    case 'add-rules':
      return addRules(step, context.run, gateways);
    case 'edit-rules':
      return editRules(step, gateways);
  }
}

/** Describes one step's resource: does anything there bear this run's mark? */
export async function lookAtStep(step: Step, runId: string, gateways: Gateways): Promise<StepSeen> {
  switch (step.kind) {
    case 'host-cut': {
      const seen = await lookAtHost(step.instanceId, runId, gateways);
      return seen.kind === 'ours'
        ? { kind: 'ours', undo: () => undoHostCut(step.instanceId, runId, gateways) }
        : seen;
    }
    case 'sever':
      return { kind: 'absent' }; // Closed connections cannot be opened again; peers redial.
    case 'add-rules': {
      const ours = await lookAtAdded(step, runId, gateways);
      return ours.length === 0
        ? { kind: 'absent' }
        : { kind: 'ours', undo: () => removeAdded(step, ours, gateways) };
    }
    case 'edit-rules': {
      const ours = await lookAtEdited(step, runId, gateways);
      return ours.length === 0
        ? { kind: 'absent' }
        : { kind: 'ours', undo: () => undoEdits(step, ours, gateways) };
    }
  }
}
