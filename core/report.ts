import * as z from 'zod';
import { PartReport, partReportsOf } from './report/parts.ts';
import { StoppedBy, stoppedByOf } from './stop/stopped-by.ts';
import { notConfirmed } from './report/not-confirmed.ts';
import { StuckReport, stuckOf } from './report/stuck.ts';
import { clustersSeen, firstGroupedAs } from './clusters.ts';
import { ExperimentSchema } from './experiment.ts';
import { nodesOf } from './inventory.ts';
import { Actor, Life } from './journal.ts';
import { inForceFindings } from './judge.ts';
import type { Note } from './note.ts';
import { Prediction } from './plan/plan.ts';
import { isHostStep } from './step.ts';
import { changesOf, failureOf, injected, notesOf, sampleAt } from './story.ts';
import type { Story } from './story.ts';
import { Verdict } from './verdict.ts';
import { verdictsOf } from './verdicts.ts';

/** How a run ended, in one word; {@link exitCodeOf} says it as a number. */
export const Outcome = z.enum(['confirmed', 'not-confirmed', 'refused', 'not-clean', 'broken']);
export type Outcome = z.infer<typeof Outcome>;

const Instant = z
  .int()
  .nullable()
  .meta({ description: 'Epoch milliseconds; null: did not happen' });

/** The one document a run leaves. */
export const Report = z.strictObject({
  schemaVersion: z.literal(1),
  runId: z.string(),
  outcome: Outcome,
  says: z.string().meta({ description: 'One sentence for people' }),
  experiment: ExperimentSchema,
  startedBy: z.string(),
  life: Life,
  closedBy: Actor.nullable().meta({ description: 'Which way out ended the fault' }),
  stoppedBy: StoppedBy.nullable().default(null).meta({
    description: 'What ended it before its time; null: nothing did, or it failed',
  }),
  failure: z.strictObject({ error: z.string(), cause: z.string() }).nullable(),
  plan: z.strictObject({
    digest: z.string().nullable(),
    steps: z.array(z.strictObject({ id: z.string(), kind: z.string(), says: z.string() })),
    hosts: z.array(z.string()),
    targets: z.array(z.string()),
    prediction: Prediction.nullable(),
    warnings: z.array(z.string()),
  }),
  verdicts: z.strictObject({
    steady: Verdict,
    inForce: Verdict,
    clean: Verdict,
    recovered: Verdict,
  }),
  timing: z.strictObject({
    openedAt: Instant,
    injectAt: Instant,
    injectedAt: Instant,
    inForceAt: Instant,
    restoreAt: Instant,
    restoredAt: Instant,
    cleanAt: Instant,
    recoveredAt: Instant,
    deadlineAt: Instant,
  }),
  parts: z.array(PartReport).default([]).meta({
    description: 'The faults of a plan with several, or with times or shares of their own',
  }),
  clusters: z.array(
    z.strictObject({ at: z.int(), key: z.string(), size: z.int(), nodes: z.array(z.string()) }),
  ),
  restored: z.array(z.strictObject({ stepId: z.string(), at: z.int(), by: z.string() })),
  stuck: StuckReport.nullable().default(null),
  residue: z.array(z.string()),
  others: z
    .array(z.string())
    .meta({ description: 'What others changed during the hold; it stays as they left it' }),
  bundles: z.record(z.string(), z.string()).meta({ description: 'Lambda → SHA-256, where known' }),
});
export type Report = z.infer<typeof Report>;

/** Makes the report. Pure: it can be made again at any time from the journal. */
export function reportOf(story: Story): Report {
  const { run, experiment, record, notes } = story;
  const verdicts = verdictsOf(story);
  const outcome = outcomeOf(story, verdicts);
  return {
    schemaVersion: 1,
    runId: run.runId,
    outcome,
    says: sentenceOf(outcome, story, verdicts),
    experiment,
    startedBy: story.startedBy,
    life: run.life,
    closedBy: run.closedBy ?? null,
    stoppedBy: stoppedByOf(story),
    failure: failureOf(story) ?? null,
    plan: planOf(record),
    verdicts,
    timing: timingOf(story),
    parts: partReportsOf(story),
    clusters: clustersSeen(changesOf(story)).map((one) => ({ ...one, nodes: [...one.nodes] })),
    restored: restoredIn(notes),
    stuck: stuckOf(story),
    ...residueIn(notes),
    bundles: {},
  };
}

/** Exit codes of the CLI and the lab; documented, never renumbered. */
export function exitCodeOf(outcome: Outcome): number {
  const codes: Record<Outcome, number> = {
    confirmed: 0,
    'not-confirmed': 1,
    refused: 2,
    'not-clean': 3,
    broken: 70,
  };
  return codes[outcome];
}

function outcomeOf(story: Story, verdicts: Report['verdicts']): Outcome {
  if (verdicts.clean.answer !== 'confirmed') return 'not-clean';
  const failure = failureOf(story);
  if (failure?.error === 'Refusal') return injected(story) ? 'not-confirmed' : 'refused';
  if (failure !== undefined && failure.error !== 'RunClosed') return 'broken';
  return Object.values(verdicts).every(({ answer }) => answer === 'confirmed')
    ? 'confirmed'
    : 'not-confirmed';
}

function sentenceOf(outcome: Outcome, story: Story, verdicts: Report['verdicts']): string {
  const { run, experiment } = story;
  const what = `${experiment.name} on ${run.cluster}, run ${run.runId}`;
  const failure = failureOf(story);
  switch (outcome) {
    case 'confirmed':
      return `CONFIRMED ${what}: in force, held, restored, clean and recovered`;
    case 'refused':
      return failure?.cause ?? `REFUSED ${what}`;
    case 'not-clean':
      return `${run.stuckSince === undefined ? 'NOT CLEAN' : 'STUCK'} ${what}: ${verdicts.clean.evidence.join('; ')}`;
    case 'broken':
      return `BROKEN ${what}: ${failure?.error}: ${failure?.cause}; restored and clean`;
    case 'not-confirmed':
      return notConfirmed(what, story, verdicts);
  }
}

function timingOf(story: Story): Report['timing'] {
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

function planOf(record: Story['record']): Report['plan'] {
  const plan = record?.plan;
  return {
    digest: record?.digest ?? null,
    steps: plan?.steps.map(({ id, kind, says }) => ({ id, kind, says })) ?? [],
    hosts: plan?.hosts ?? [],
    targets: plan?.targets ?? [],
    prediction: plan?.prediction ?? null,
    warnings: plan?.warnings ?? [],
  };
}

function residueIn(notes: readonly Note[]): Pick<Report, 'residue' | 'others'> {
  const { residue = [], others = [] } = notesOf(notes, 'residue').at(-1) ?? {};
  const takenAlong = notesOf(notes, 'taken-along').flatMap(({ says }) => says);
  return { residue, others: [...new Set([...others, ...takenAlong])] };
}

/** Every look at a restored host tells the same again; the report says it once. */
function restoredIn(notes: readonly Note[]): Report['restored'] {
  const all = notesOf(notes, 'restored').map(
    ({ stepId, restoredAt, by }) =>
      [`${stepId}/${restoredAt}/${by}`, { stepId, at: restoredAt, by }] as const,
  );
  return [...new Map(all).values()];
}

function latest(instants: readonly number[]): number | null {
  return instants.length === 0 ? null : Math.max(...instants);
}
