import type { NodeChanges } from './clusters.ts';
import type { Experiment } from './experiment.ts';
import { nodesOf } from './inventory.ts';
import type { RunItem } from './journal.ts';
import type { Sample } from './judge.ts';
import type { Moment, Note } from './note.ts';
import type { Subject } from './probe.ts';

/** All a report is made from. */
export interface Story {
  readonly run: RunItem;
  readonly experiment: Experiment;
  readonly startedBy: string;
  readonly record: Planned | undefined;
  readonly notes: readonly Note[];
  readonly failure: { readonly error: string; readonly cause: string } | undefined;
  /** The name of the SSM document that restores a host; the usual one when absent. */
  readonly restoreDocument?: string | undefined;
}

/** What the run decided. */
interface Planned extends Pick<Subject, 'inventory' | 'plan'> {
  readonly digest: string;
  /** The account that the cluster is in; the deployment's own when absent. */
  readonly account?: string | undefined;
}

/** The notes of one kind, in the order they were made. */
export function notesOf<Kind extends Note['kind']>(
  notes: readonly Note[],
  kind: Kind,
): Extract<Note, { kind: Kind }>[] {
  return notes.filter((note): note is Extract<Note, { kind: Kind }> => note.kind === kind);
}

/** What was seen last at a moment of the run, if anything was. */
export function sampleAt(notes: readonly Note[], moment: Moment): Sample | undefined {
  return samplesAt(notes, moment).at(-1);
}

/**
 * Everything that was seen at a moment of the run, oldest first.
 *
 * Probes and views of one look are noted one after the other with the same instant; a run that died in
 * between leaves probes without views.
 */
export function samplesAt(notes: readonly Note[], moment: Moment): Sample[] {
  const views = notesOf(notes, 'views').filter((note) => note.moment === moment);
  return notesOf(notes, 'probes')
    .filter((note) => note.moment === moment)
    .map(({ at, seen }) => ({ seen, views: views.find((note) => note.at === at)?.views ?? [] }));
}

/** What the run knows for its questions and verdicts; undefined where it was never planned. */
export function subjectOf({ record, experiment, run }: Story): Subject | undefined {
  return record === undefined ? undefined : { ...record, experiment, injectAt: run.injectAt };
}

/** The looks that judge a fault while it is in force: the last of the proof, and all of the hold. */
export function looksAt(story: Pick<Story, 'notes' | 'run'>): Sample[] {
  const proof = proofOf(story);
  return [...(proof === undefined ? [] : [proof]), ...inForceLooks('hold', story)];
}

/** The look that proved the fault, or failed to. */
export function proofOf(story: Pick<Story, 'notes' | 'run'>): Sample | undefined {
  return inForceLooks('prove', story).at(-1);
}

/**
 * The looks that were over before the fault was: one that a busy machine made late, or that a person's abort
 * overtook, has seen some of what restore did, and says nothing of the fault.
 */
export function inForceLooks(
  moment: 'prove' | 'hold',
  { notes, run }: Pick<Story, 'notes' | 'run'>,
): Sample[] {
  const endAt = Math.min(run.restoreAt ?? Infinity, run.closedAt ?? Infinity);
  return samplesAt(notes, moment).filter(({ seen, views }) => {
    const dials = seen.map(({ at, result }) => at + ('ms' in result ? result.ms : 0));
    return Math.max(...dials, ...views.map(({ at }) => at)) <= endAt;
  });
}

/** When the fault ended, in milliseconds from injectAt: its time, or before that whoever closed the run. */
export function endMsOf({ injectAt = 0, restoreAt = 0, closedAt = Infinity }: RunItem): number {
  return Math.min(restoreAt, closedAt) - injectAt;
}

/** What made the run fail, by its workflow or else by the first note of it. */
export function failureOf({ notes, failure }: Story): { error: string; cause: string } | undefined {
  const noted = notesOf(notes, 'failure')[0];
  if (failure !== undefined) return failure;
  return noted === undefined ? undefined : { error: noted.error, cause: noted.cause };
}

/** Whether the run ever intended a change. */
export function injected({ run }: Story): boolean {
  return Object.keys(run.intents).length > 0;
}

/** What each node recorded of its cluster, by name. */
export function changesOf({ record, notes }: Story): NodeChanges[] {
  const nodes = record === undefined ? [] : nodesOf(record.inventory);
  return nodes.map(({ id, name }) => ({
    node: name,
    changes: notesOf(notes, 'changes')
      .filter(({ from }) => from === id)
      .flatMap(({ changes }) => changes),
  }));
}

/** The moments at which anything was asked. */
export function lookedMoments(notes: readonly Note[]): ReadonlySet<Moment> {
  return new Set(notesOf(notes, 'probes').map(({ moment }) => moment));
}
