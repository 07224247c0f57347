import * as z from 'zod';
import { byHandOf, usualRestoreDocument } from '../by-hand/by-hand.ts';
import type { Story } from '../story.ts';

/** What restore could not end so far, and how a person can; the sweeper goes on trying meanwhile. */
export const StuckReport = z.strictObject({
  since: z.int().meta({ description: 'Epoch milliseconds' }),
  steps: z.array(
    z.strictObject({
      stepId: z.string(),
      says: z.string(),
      reason: z.string().meta({ description: 'Why it could not be looked at, or not be undone' }),
      byHand: z.array(z.string()).meta({
        description:
          'Lines to paste into a shell, in this order; one that begins with # says where',
      }),
    }),
  ),
});
export type StuckReport = z.infer<typeof StuckReport>;

/** The steps that a run is stuck with, in the order in which they are best undone; null when it is not. */
export function stuckOf({ run, record, ...told }: Story): StuckReport | null {
  const { stuckSince, stuckSteps = [] } = run;
  if (stuckSince === undefined) return null;
  const steps = stuckSteps.map(({ stepId, reason }) => {
    const step = record?.plan.steps.find(({ id }) => id === stepId);
    if (step === undefined || record === undefined)
      return { stepId, says: stepId, reason, byHand: [] };
    const { inventory, account: clusterAccount } = record;
    const { restoreDocument = usualRestoreDocument } = told;
    const means = { run, inventory, restoreDocument, clusterAccount };
    return { stepId, says: step.says, reason, byHand: byHandOf(step, means) };
  });
  return { since: stuckSince, steps };
}
