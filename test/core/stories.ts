import type { RunItem } from '../../core/journal.ts';
import type { Sample } from '../../core/judge.ts';
import type { Moment, Note } from '../../core/note.ts';
import type { Subject } from '../../core/probe.ts';
import type { Story } from '../../core/story.ts';
import { cutSample, openSample } from './answers.ts';

/** A run of 15 seconds that was injected at 20,000 and is over. */
export function aRun(changes: Partial<RunItem> = {}): RunItem {
  return {
    runId: 'run1',
    execution: 'arn:1',
    cluster: 'orders',
    life: 'final',
    version: 9,
    openedAt: 1000,
    deadlineAt: 155_000,
    injectAt: 20_000,
    restoreAt: 35_000,
    intents: { 'host-cut/i-n1': 19_000 },
    pending: [],
    closedAt: 36_000,
    closedBy: 'workflow',
    finalAt: 38_000,
    ...changes,
  };
}

/** Both notes of one look. */
export function lookedAt(moment: Moment, at: number, { seen, views }: Sample): Note[] {
  return [
    { kind: 'probes', at, moment, seen: [...seen] },
    { kind: 'views', at, moment, views: [...views] },
  ];
}

export const applied = (stepId: string, appliedAt: number): Note => ({
  kind: 'applied',
  at: appliedAt + 5,
  stepId,
  appliedAt,
  says: 'applied',
});

export const restored = (stepId: string, restoredAt: number, by: string): Note => ({
  kind: 'restored',
  at: restoredAt + 5,
  stepId,
  restoredAt,
  by,
});

export const residue = (...lines: string[]): Note => ({
  kind: 'residue',
  at: 37_500,
  residue: lines,
  others: [],
});

export const look = (found: number, unknown: string[] = []): Note => ({
  kind: 'look',
  at: 37_000,
  by: 'workflow',
  found,
  unknown,
  last: false,
});

/** What the nodes recorded of an isolation of n1 from 20,100 to 37,000, when it was restored at 35,010. */
export const isolationRecorded: readonly Note[] = [
  changesOf('i-n1', [0, 3, 'AAA'], [21_900, 1, 'BBB'], [36_800, 3, 'DDD']),
  changesOf('i-n2', [0, 3, 'AAA'], [22_100, 2, 'CCC'], [36_900, 3, 'DDD']),
  changesOf('i-n3', [0, 3, 'AAA'], [22_200, 2, 'CCC'], [37_000, 3, 'DDD']),
];

function changesOf(from: string, ...changes: [number, number, string][]): Note {
  return {
    kind: 'changes',
    at: 39_000,
    from,
    changes: changes.map(([at, size, key]) => [at, size, key, 'n3', 1, 0]),
  };
}

/** When everything is asked, not counters alone. */
type LookMoment = Exclude<Moment, 'quiet' | 'armed'>;

/** The notes of a run in which all went as planned; `moments` replace what was seen. */
export function goodNotes(
  subject: Subject,
  moments: Partial<Record<LookMoment, readonly Sample[]>> = {},
): Note[] {
  const prove = moments.prove ?? [cutSample(subject)];
  const seen: Record<LookMoment, readonly Sample[]> = {
    baseline: [openSample(subject)],
    prove,
    hold: prove.slice(-1),
    clean: [openSample(subject)],
    recovery: [openSample(subject)],
    ...moments,
  };
  const times: Record<LookMoment, number> = {
    baseline: 5000,
    prove: 22_500,
    hold: 25_000,
    clean: 38_100,
    recovery: 38_500,
  };
  const looks = (['baseline', 'prove', 'hold', 'clean', 'recovery'] as const).flatMap((moment) =>
    seen[moment].flatMap((sample, index) => lookedAt(moment, times[moment] + 1000 * index, sample)),
  );
  return [...looks, residue()];
}

/** An isolation in which all went well: in force, held, restored by the host's timer, clean, recovered. */
export const isolationNotes = (subject: Subject, split: Sample): Note[] => [
  ...goodNotes(subject, { prove: [split], hold: [split, split] }),
  applied('host-cut/i-n1', 20_010),
  restored('host-cut/i-n1', 35_010, 'timer'),
  ...isolationRecorded,
];

/** A story of the subject with these notes. */
export function aStory(subject: Subject, changes: Partial<Story> = {}): Story {
  const { experiment, ...planned } = subject;
  return {
    run: aRun(),
    experiment,
    startedBy: 'console',
    record: { ...planned, digest: 'abc123' },
    notes: goodNotes(subject),
    failure: undefined,
    ...changes,
  };
}
