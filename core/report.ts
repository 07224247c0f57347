import * as z from 'zod';
import { clustersSeen, firstGroupedAs } from './clusters.ts';
import type { NodeChanges } from './clusters.ts';
import { ExperimentSchema } from './experiment.ts';
import type { Experiment } from './experiment.ts';
import { Actor, Life } from './journal.ts';
import type { RunItem } from './journal.ts';
import { inForceFindings, recoveredFindings, reopenedFinding, steadyFindings } from './judge.ts';
import type { Sample } from './judge.ts';
import { nodesOf } from './inventory.ts';
import type { Moment, Note } from './note.ts';
import { Prediction } from './plan/plan.ts';
import type { Subject } from './probe.ts';
import { Verdict, worst } from './verdict.ts';
import type { Finding } from './verdict.ts';

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
  clusters: z.array(
    z.strictObject({ at: z.int(), key: z.string(), size: z.int(), nodes: z.array(z.string()) }),
  ),
  restored: z.array(z.strictObject({ stepId: z.string(), at: z.int(), by: z.string() })),
  residue: z.array(z.string()),
  bundles: z.record(z.string(), z.string()).meta({ description: 'Lambda → SHA-256, where known' }),
});
export type Report = z.infer<typeof Report>;

/** All a report is made from. */
export interface Story {
  readonly run: RunItem;
  readonly experiment: Experiment;
  readonly startedBy: string;
  readonly record: (Omit<Subject, 'experiment'> & { readonly digest: string }) | undefined;
  readonly notes: readonly Note[];
  readonly failure: { readonly error: string; readonly cause: string } | undefined;
}

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
    failure: failureOf(story) ?? null,
    plan: planOf(record),
    verdicts,
    timing: timingOf(story),
    clusters: clustersSeen(changesOf(story)).map((one) => ({ ...one, nodes: [...one.nodes] })),
    restored: notesOf(notes, 'restored').map(({ stepId, restoredAt, by }) => ({
      stepId,
      at: restoredAt,
      by,
    })),
    residue: residueIn(notes),
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

function verdictsOf(story: Story): Report['verdicts'] {
  const { record, experiment, notes } = story;
  const subject = record === undefined ? undefined : { ...record, experiment };
  const baseline = sampleAt(notes, 'baseline');
  const steady =
    subject === undefined || baseline === undefined
      ? unknown('the cluster was not looked at before the fault')
      : worst(steadyFindings(subject, baseline));
  if (subject === undefined || baseline === undefined || !injected(story)) {
    const untouched = unknown('nothing was injected');
    return { steady, inForce: untouched, clean: cleanUntouched(story), recovered: untouched };
  }
  return {
    steady,
    inForce: inForceVerdict(subject, baseline, notes),
    clean: cleanVerdict(story, subject, baseline),
    recovered: lastVerdict(notes, 'recovery', (now) => recoveredFindings(subject, baseline, now)),
  };
}

/**
 * In force means: at the proof, and still at the last look before restore. Any later sample that
 * refutes counts, whatever the first said.
 */
function inForceVerdict(subject: Subject, baseline: Sample, notes: readonly Note[]): Verdict {
  const proof = samplesAt(notes, 'prove').at(-1);
  const held = samplesAt(notes, 'hold').at(-1);
  if (proof === undefined) return unknown('the fault was never looked at while it was in force');
  const findings = inForceFindings(subject, baseline, proof);
  if (held === undefined) return worst(findings);
  return worst([...findings, ...inForceFindings(subject, baseline, held).map(atTheEnd)]);
}

const atTheEnd = ({ answer, saw }: Finding): Finding => ({ answer, saw: `end of hold: ${saw}` });

function cleanVerdict(story: Story, subject: Subject, baseline: Sample): Verdict {
  const reopened = sampleAt(story.notes, 'clean');
  return worst([
    lookFinding(story),
    residueFinding(story.notes),
    reopened === undefined
      ? { answer: 'inconclusive', saw: 'connections were not tried after restore' }
      : reopenedFinding(subject, baseline, reopened),
  ]);
}

function cleanUntouched({ run }: Story): Verdict {
  return run.life === 'final'
    ? { answer: 'confirmed', evidence: ['nothing was ever touched'] }
    : { answer: 'inconclusive', evidence: [`the run is ${run.life}, not final`] };
}

function lookFinding({ run, notes }: Story): Finding {
  const look = notesOf(notes, 'look').at(-1);
  if (run.life === 'final')
    return { answer: 'confirmed', saw: 'the last look found nothing of ours' };
  const where = look?.unknown.join(', ') ?? '';
  return where === ''
    ? {
        answer: 'refuted',
        saw: `${look?.found ?? 'an unknown number of'} step(s) may still be in force`,
      }
    : { answer: 'inconclusive', saw: `could not look at ${where}` };
}

function residueFinding(notes: readonly Note[]): Finding {
  const looked = notesOf(notes, 'residue').at(-1);
  if (looked === undefined)
    return { answer: 'inconclusive', saw: 'before and after were not compared' };
  return looked.residue.length === 0
    ? { answer: 'confirmed', saw: 'nothing differs from before' }
    : { answer: 'refuted', saw: `differs from before: ${looked.residue.join('; ')}` };
}

function lastVerdict(
  notes: readonly Note[],
  moment: Moment,
  judge: (sample: Sample) => Finding[],
): Verdict {
  const sample = samplesAt(notes, moment).at(-1);
  return sample === undefined ? unknown(`nothing was seen of ${moment}`) : worst(judge(sample));
}

const unknown = (saw: string): Verdict => ({ answer: 'inconclusive', evidence: [saw] });

function sampleAt(notes: readonly Note[], moment: Moment): Sample | undefined {
  return samplesAt(notes, moment).at(-1);
}

/** Probes and views are noted one after the other; the n-th of each belong together. */
function samplesAt(notes: readonly Note[], moment: Moment): Sample[] {
  const views = notesOf(notes, 'views').filter((note) => note.moment === moment);
  return notesOf(notes, 'probes')
    .filter((note) => note.moment === moment)
    .map(({ seen }, index) => ({ seen, views: views[index]?.views ?? [] }));
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

function sentenceOf(
  outcome: Outcome,
  story: Story,
  { inForce, clean }: Report['verdicts'],
): string {
  const { run, experiment } = story;
  const what = `${experiment.name} on ${run.cluster}, run ${run.runId}`;
  const failure = failureOf(story);
  switch (outcome) {
    case 'confirmed':
      return `CONFIRMED ${what}: in force, held, restored, clean and recovered`;
    case 'refused':
      return failure?.cause ?? `REFUSED ${what}`;
    case 'not-clean':
      return `NOT CLEAN ${what}: ${clean.evidence.join('; ')}`;
    case 'broken':
      return `BROKEN ${what}: ${failure?.error}: ${failure?.cause}; restored and clean`;
    case 'not-confirmed':
      return `NOT CONFIRMED ${what}: in force ${inForce.answer}: ${failure?.cause ?? worstEvidence(inForce)}`;
  }
}

function worstEvidence({ evidence }: Verdict): string {
  return evidence.find((text) => text.includes('stayed')) ?? evidence.join('; ');
}

function failureOf({ notes, failure }: Story): { error: string; cause: string } | undefined {
  const noted = notesOf(notes, 'failure')[0];
  if (failure !== undefined) return failure;
  return noted === undefined ? undefined : { error: noted.error, cause: noted.cause };
}

function injected({ run }: Story): boolean {
  return Object.keys(run.intents).length > 0;
}

function timingOf(story: Story): Report['timing'] {
  const { run, notes } = story;
  const injectedAt = latest(notesOf(notes, 'applied').map(({ appliedAt }) => appliedAt));
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

/** By the nodes' own records where sizes must change, else by the first probe that saw the cut. */
function inForceAtOf(story: Story, injectedAt: number | null): number | null {
  const { record, experiment, notes } = story;
  if (record === undefined || injectedAt === null) return null;
  const { clusterSizes } = record.plan.prediction;
  if (clusterSizes.join() !== String(nodesOf(record.inventory).length)) {
    return firstGroupedAs(clusterSizes, changesOf(story), injectedAt) ?? null;
  }
  const subject = { ...record, experiment };
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

function changesOf({ record, notes }: Story): NodeChanges[] {
  const nodes = record === undefined ? [] : nodesOf(record.inventory);
  return nodes.map(({ id, name }) => ({
    node: name,
    changes: notesOf(notes, 'changes')
      .filter(({ from }) => from === id)
      .flatMap(({ changes }) => changes),
  }));
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

function residueIn(notes: readonly Note[]): string[] {
  return notesOf(notes, 'residue').at(-1)?.residue ?? [];
}

function latest(instants: readonly number[]): number | null {
  return instants.length === 0 ? null : Math.max(...instants);
}

function notesOf<Kind extends Note['kind']>(
  notes: readonly Note[],
  kind: Kind,
): Extract<Note, { kind: Kind }>[] {
  return notes.filter((note): note is Extract<Note, { kind: Kind }> => note.kind === kind);
}
