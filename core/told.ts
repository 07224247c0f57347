/**
 * What a way out that comes later leaves as it was seen.
 *
 * A run's verdicts are of its own time: days later a machine may be away for reasons of its own. So whoever
 * restores a run that is final already asks only for what nobody has seen yet, or what was not clean.
 */
import type { RunItem } from './journal.ts';
import { reopenedFinding } from './judge.ts';
import type { Sample } from './judge.ts';
import type { Note } from './note.ts';
import type { Subject } from './probe.ts';
import type { Report } from './report.ts';
import { sampleAt } from './story.ts';

/** What was tried last of what the cut had closed, since the run became final. */
export function triedClean({ finalAt }: RunItem, notes: readonly Note[]): Sample | undefined {
  return sampleAt(since(finalAt, notes), 'clean');
}

/** Whether all that the cut had closed was seen open again, since the run became final. */
export function isSeenOpen(subject: Subject, run: RunItem, notes: readonly Note[]): boolean {
  const [before, now] = [sampleAt(notes, 'baseline'), triedClean(run, notes)];
  if (before === undefined || now === undefined) return false;
  return reopenedFinding(subject, before, now).answer === 'confirmed';
}

/** Whether a report tells of this end of the run: one that was taken back from `final` has another. */
export function isTold({ finalAt }: RunItem, report: Report | undefined): boolean {
  return report?.life === 'final' && report.timing.cleanAt === finalAt;
}

/**
 * What Aerospike was like when its time to recover was over; undefined while nobody has watched to the end.
 * Whoever does brings the nodes' own records in.
 */
export function watchedLast({ finalAt }: RunItem, notes: readonly Note[]): Sample | undefined {
  const seen = since(finalAt, notes);
  return seen.some(({ kind }) => kind === 'changes') ? sampleAt(seen, 'recovery') : undefined;
}

const since = (finalAt = Infinity, notes: readonly Note[]): Note[] =>
  notes.filter(({ at }) => at >= finalAt);
