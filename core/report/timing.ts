/** When everything happened. */
import * as z from 'zod';
import { firstGroupedAs } from '../clusters.ts';
import { nodesOf } from '../inventory.ts';
import { inForceFindings } from '../judge.ts';
import { isHostStep } from '../step.ts';
import { changesOf, notesOf, sampleAt } from '../story.ts';
import type { Story } from '../story.ts';

const Instant = z
  .int()
  .nullable()
  .meta({ description: 'Epoch milliseconds; null: did not happen' });

/** The instants of a run. */
export const Timing = z.strictObject({
  openedAt: Instant,
  injectAt: Instant,
  injectedAt: Instant,
  inForceAt: Instant,
  restoreAt: Instant,
  restoredAt: Instant,
  cleanAt: Instant,
  recoveredAt: Instant,
  deadlineAt: Instant,
});
export type Timing = z.infer<typeof Timing>;

/** By what the run item and its notes tell. */
export function timingOf(story: Story): Timing {
  const { run, notes } = story;
  const injectedAt = latest(
    notesOf(notes, 'applied')
      .filter(({ stepId }) => beginsFirst(stepId, story))
      .map(({ appliedAt }) => appliedAt),
  );
  const restoredAt = latest(notesOf(notes, 'restored').map((note) => note.restoredAt));
  return {
    openedAt: run.openedAt,
    injectAt: run.injectAt ?? null,
    injectedAt,
    inForceAt: inForceAtOf(story, injectedAt),
    restoreAt: run.restoreAt ?? null,
    restoredAt,
    cleanAt: run.finalAt ?? null,
    recoveredAt: recoveredAtOf(story, restoredAt),
    deadlineAt: run.deadlineAt,
  };
}

/** Whether a step is one of those that begin a run: of parts with times of their own, the first. */
function beginsFirst(stepId: string, { record }: Story): boolean {
  const starts = (record?.plan.steps ?? []).map((step) => ({
    id: step.id,
    startMs: isHostStep(step) ? (step.window?.startMs ?? 0) : 0,
  }));
  const first = Math.min(...starts.map(({ startMs }) => startMs));
  const own = starts.find(({ id }) => id === stepId);
  return own === undefined || own.startMs === first;
}

/** By the nodes' own records where sizes must change, else by the first probe that saw the cut. */
function inForceAtOf(story: Story, injectedAt: number | null): number | null {
  const { record, experiment, notes } = story;
  if (record === undefined || injectedAt === null) return null;
  const { clusterSizes } = record.plan.prediction;
  if (clusterSizes.join() !== String(nodesOf(record.inventory).length)) {
    return firstGroupedAs(clusterSizes, changesOf(story), injectedAt) ?? null;
  }
  const subject = { ...record, experiment, injectAt: story.run.injectAt };
  const baseline = sampleAt(notes, 'baseline');
  const proof = notesOf(notes, 'probes').find(({ moment, seen }) => {
    if (baseline === undefined || moment !== 'prove') return false;
    return inForceFindings(subject, baseline, { seen, views: [] })[0]?.answer === 'confirmed';
  });
  return proof?.at ?? null;
}

function recoveredAtOf(story: Story, restoredAt: number | null): number | null {
  if (story.record === undefined || restoredAt === null) return null;
  const size = nodesOf(story.record.inventory).length;
  return firstGroupedAs([size], changesOf(story), restoredAt) ?? null;
}

function latest(instants: readonly number[]): number | null {
  return instants.length === 0 ? null : Math.max(...instants);
}
