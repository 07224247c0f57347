import * as z from 'zod';
import type { RunItem } from '../journal.ts';
import { notesOf } from '../story.ts';
import type { Story } from '../story.ts';
import { StopCause } from './stop.ts';

/** What ended a run before its time. */
export const StoppedBy = z.strictObject({ at: z.int(), cause: StopCause, says: z.string() });
export type StoppedBy = z.infer<typeof StoppedBy>;

/**
 * What ended the run early, by the first note of it, or else by who closed it; null where it came to its
 * own end, or failed.
 */
export function stoppedByOf({ run, notes }: Pick<Story, 'run' | 'notes'>): StoppedBy | null {
  const [noted] = notesOf(notes, 'stopped');
  if (noted === undefined) return closedEarly(run);
  const { at, cause, says } = noted;
  return { at, cause, says };
}

/** Its own workflow closes a run for what is noted, or for a failure. */
function closedEarly({ closedAt, closedBy, deadlineAt, ...run }: RunItem): StoppedBy | null {
  const endsAt = run.restoreAt ?? deadlineAt;
  if (closedAt === undefined || closedBy === undefined || closedAt >= endsAt) return null;
  switch (closedBy) {
    case 'workflow':
      return null;
    case 'person':
      return { at: closedAt, cause: 'person', says: 'a person ended it' };
    case 'schedule':
    case 'status-change':
    case 'sweeper':
      return { at: closedAt, cause: 'other-way-out', says: `its workflow is gone: ${closedBy}` };
  }
}
