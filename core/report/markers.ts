import * as z from 'zod';
import { fateOf, keptFindings, wroteIn } from '../markers/judge.ts';
import type { MarkerKind, MarkersSeen } from '../markers/judge.ts';
import { answerOf } from '../judge/hypothesis.ts';
import type { Hypothesis } from '../judge/hypothesis.ts';
import type { MarkersNote } from '../markers/reply.ts';
import { markersPerKind } from '../markers/asked.ts';
import { notesOf } from '../story.ts';
import type { Story } from '../story.ts';
import { Verdict, worst } from '../verdict.ts';
import type { Finding } from '../verdict.ts';

/** What became of the writes of one kind through one side; see `Fate`. */
const FateReport = z.strictObject({
  acknowledged: z.int(),
  inDoubt: z.int().meta({ description: 'Failed, and perhaps done all the same' }),
  refused: z.int(),
  untried: z.int(),
  seenDuring: z.array(z.int()).meta({
    description: 'How many of them showed through each side while the fault held',
  }),
  seenAfter: z.int().nullable().meta({ description: 'Of those acknowledged, after recovery' }),
  lost: z.int().nullable().meta({
    description: 'Acknowledged, and missing or overwritten after recovery; null: nobody looked',
  }),
  unknown: z.int().meta({ description: 'Acknowledged, and nobody can tell' }),
});

/** What became of a run's marker records. */
export const MarkersReport = z.strictObject({
  namespace: z.string(),
  set: z.string(),
  by: z.string().nullable().meta({ description: 'The instance that wrote; null: none did' }),
  client: z.string().nullable(),
  ttlSeconds: z.int().nullable().meta({
    description: 'null: nothing was written, or the namespace lets no record expire',
  }),
  split: z.strictObject({ predicted: z.boolean(), seen: z.boolean() }).meta({
    description: 'With no split, no side can have lost what another kept',
  }),
  kept: Verdict.meta({ description: 'Was every acknowledged write still there after recovery?' }),
  lost: z.int().nullable().meta({ description: 'Acknowledged writes that are gone, in all' }),
  sides: z.array(
    z.strictObject({
      nodes: z.array(z.string()),
      codes: z.record(z.string(), z.int()).meta({ description: 'Result code, how often' }),
      own: FateReport.meta({ description: 'Records that this side alone wrote' }),
      shared: FateReport.meta({ description: 'Records that every side wrote, larger ones last' }),
    }),
  ),
  removed: z.boolean().nullable().meta({
    description: "The run's own records are gone again; null: there were none",
  }),
});
export type MarkersReport = z.infer<typeof MarkersReport>;

/** What the report says of marker records; null where none were asked for. */
export function markersOf(story: Story): MarkersReport | null {
  const { experiment, record } = story;
  if (experiment.markers === undefined) return null;
  const seen = markersSeen(story);
  const wrote = wroteIn(seen);
  const split = {
    predicted: (record?.plan.prediction.clusterSizes.length ?? 1) > 1,
    seen: (seen.written?.sides.length ?? 1) > 1,
  };
  return {
    ...experiment.markers,
    by: seen.written?.by ?? null,
    client: wrote?.client ?? null,
    ttlSeconds: wrote === undefined || wrote.ttl === 0 ? null : wrote.ttl,
    split,
    kept: worst([...keptFindings(seen), ...splitFinding(split), ...expiryFinding(story)]),
    lost: lostIn(seen),
    sides: sidesOf(seen),
    removed: markersRemoved(story.notes),
  };
}

function sidesOf(seen: MarkersSeen): MarkersReport['sides'] {
  const wrote = wroteIn(seen);
  return (wrote?.sides ?? []).map(({ codes }, side) => ({
    nodes: seen.written?.sides[side] ?? [],
    codes,
    own: fateOf(seen, side, 'own') ?? nothing,
    shared: fateOf(seen, side, 'shared') ?? nothing,
  }));
}

const nothing: MarkersReport['sides'][number]['own'] = {
  acknowledged: 0,
  inDoubt: 0,
  refused: 0,
  untried: markersPerKind,
  seenDuring: [],
  seenAfter: null,
  lost: null,
  unknown: 0,
};

function lostIn(seen: MarkersSeen): number | null {
  const kinds: readonly MarkerKind[] = ['own', 'shared'];
  const lost = (wroteIn(seen)?.sides ?? []).flatMap((_, side) =>
    kinds.map((kind) => fateOf(seen, side, kind)?.lost ?? null),
  );
  if (lost.length === 0 || lost.includes(null)) return null;
  return lost.reduce<number>((sum, one) => sum + (one ?? 0), 0);
}

function markersSeen({ notes }: Story): MarkersSeen {
  return { written: phase(notes, 'written'), read: firstRead(notes) };
}

/**
 * Two ways out may look for records and remove them side by side. Whoever removes has noted a look before, so
 * the first one noted saw them all; a later one may have come after a removal.
 */
const firstRead = (notes: Story['notes']): MarkersNote | undefined =>
  notesOf(notes, 'markers').find(({ phase: name }) => name === 'read');

function phase(notes: Story['notes'], name: MarkersNote['phase']): MarkersNote | undefined {
  return notesOf(notes, 'markers').findLast((note) => note.phase === name);
}

function splitFinding({ predicted, seen }: MarkersReport['split']): Finding[] {
  if (seen) return [];
  return predicted
    ? [{ answer: 'inconclusive', saw: 'a split was predicted, and nodes told of one side alone' }]
    : [{ answer: 'confirmed', saw: 'no split was predicted and none was seen: all wrote to one' }];
}

function expiryFinding(story: Story): Finding[] {
  const wrote = wroteIn(markersSeen(story));
  if (wrote?.ttl !== 0) return [];
  const saw = 'nsup is off in the namespace: its marker records would never expire by themselves';
  return [{ answer: 'confirmed', saw }];
}

/** Whether all is gone; null where nothing can have been written. */
export function markersRemoved(notes: Story['notes']): boolean | null {
  if (!mayHaveWritten(notes)) return null;
  const reply = phase(notes, 'removed')?.reply;
  return reply?.outcome === 'removed' && reply.left === 0;
}

/** A host that has no client, or that refused, wrote nothing; one that is silent may have. */
function mayHaveWritten(notes: Story['notes']): boolean {
  if (phase(notes, 'begun') === undefined) return false;
  const written = phase(notes, 'written');
  const outcome = written?.reply?.outcome;
  return outcome !== 'absent' && outcome !== 'refused';
}

/** A line for what is left in the set; none where nothing is. */
export function markersResidue(story: Story): string[] {
  const { experiment, notes, run } = story;
  const { markers } = experiment;
  if (markers === undefined || run.closedAt === undefined || markersRemoved(story.notes) !== false)
    return [];
  const { namespace, set } = markers;
  const { reply = null, reason = null } = phase(notes, 'removed') ?? {};
  const left =
    reply?.outcome === 'removed'
      ? `${reply.left} could not be removed`
      : (reason ?? 'nobody could remove them');
  const wrote = wroteIn(markersSeen(story));
  const ends = wrote?.ttl === 0 ? 'never expire' : 'expire within an hour of their writing';
  return [
    `marker records of run ${run.runId} in ${namespace}.${set}, with keys aerofault/${run.runId}/...: ${left}; they ${ends}`,
  ];
}

/** What is left of marker records, as a finding; it may outlive the run for an hour, unlike a rule. */
export function markersLeft(story: Story): Finding[] {
  const isKnown = phase(story.notes, 'removed')?.reply?.outcome === 'removed';
  const answer = isKnown ? 'refuted' : 'inconclusive';
  return markersResidue(story).map((saw) => ({ answer, saw }));
}

/** Whether no more were lost than the experiment allows; nothing where it says nothing of that. */
export function markersExpected(story: Story): Hypothesis[] {
  const most = story.experiment.expect?.lostMarkersMax;
  const report = most === undefined ? null : markersOf(story);
  if (most === undefined || report === null) return [];
  const { lost, kept } = report;
  const what = 'lost marker writes';
  const told = { what, by: 'experiment', expected: `at most ${most}` } as const;
  if (lost === null || (kept.answer === 'inconclusive' && lost <= most)) {
    return [{ ...told, seen: kept.evidence[0] ?? 'nothing', answer: 'inconclusive' }];
  }
  return [{ ...told, seen: `${lost} acknowledged ones lost`, answer: answerOf(lost <= most) }];
}
