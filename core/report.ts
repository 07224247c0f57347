import * as z from 'zod';
import { ConnectionReport, connectionReportsOf } from './report/connections.ts';
import { limitsOf } from './report/limits.ts';
import { NodeReport, nodeReportsOf } from './report/nodes.ts';
import { CostReport, costOf, StateReport, stateReportsOf } from './report/states.ts';
import { ClientSpan, clientSpansOf, CounterReport, counterReportsOf } from './report/traffic.ts';
import { PartReport, partReportsOf } from './report/parts.ts';
import { StoppedBy, stoppedByOf } from './stop/stopped-by.ts';
import { notConfirmed } from './report/not-confirmed.ts';
import { MarkersReport, markersOf, markersResidue } from './report/markers.ts';
import { XdrReport, xdrReportsOf } from './report/xdr.ts';
import { StuckReport, stuckOf } from './report/stuck.ts';
import { Timing, timingOf } from './report/timing.ts';
import { clustersSeen } from './clusters.ts';
import { ExperimentSchema } from './experiment.ts';
import { Actor, Life } from './journal.ts';
import type { Note } from './note.ts';
import { Prediction } from './plan/plan.ts';
import { changesOf, failureOf, injected, notesOf } from './story.ts';
import type { Story } from './story.ts';
import { expectedVerdict, hypothesesIn } from './report/hypotheses.ts';
import { Hypothesis } from './judge/hypothesis.ts';
import { Verdict } from './verdict.ts';
import { verdictsOf } from './verdicts.ts';

/** How a run ended, in one word; {@link exitCodeOf} says it as a number. */
export const Outcome = z.enum(['confirmed', 'not-confirmed', 'refused', 'not-clean', 'broken']);
export type Outcome = z.infer<typeof Outcome>;

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
    expected: Verdict.default({ answer: 'inconclusive', evidence: [] }),
    clean: Verdict,
    recovered: Verdict,
  }),
  timing: Timing,
  parts: z.array(PartReport).default([]).meta({
    description: 'The faults of a plan with several, or with times or shares of their own',
  }),
  hypotheses: z.array(Hypothesis).default([]).meta({
    description: 'What was expected, by the experiment or else by the planner, and what was seen',
  }),
  nodes: z.array(NodeReport).default([]),
  connections: z.array(ConnectionReport).default([]).meta({ description: 'The matrix' }),
  counters: z.array(CounterReport).default([]),
  clients: z.array(ClientSpan).default([]).meta({ description: 'From look to look' }),
  xdr: z.array(XdrReport).default([]).meta({
    description: 'Asked where XDR is what is harmed, or a bound is set on its lag',
  }),
  states: z.array(StateReport).default([]),
  cost: CostReport.nullable().default(null),
  limits: z.array(z.string()).default([]).meta({ description: 'What this report cannot say' }),
  clusters: z.array(
    z.strictObject({ at: z.int(), key: z.string(), size: z.int(), nodes: z.array(z.string()) }),
  ),
  restored: z.array(z.strictObject({ stepId: z.string(), at: z.int(), by: z.string() })),
  stuck: StuckReport.nullable().default(null),
  residue: z.array(z.string()),
  others: z.array(z.string()).meta({
    description:
      "What others changed during the hold; it stays as they left it, but for what they put into the run's own groups and ACLs",
  }),
  markers: MarkersReport.nullable().default(null).meta({
    description: 'What became of marker records; null: the experiment asked for none',
  }),
  bundles: z.record(z.string(), z.string()).meta({
    description: 'Lambda → SHA-256, of a rehearsal; a run in an account does not know its own',
  }),
});
export type Report = z.infer<typeof Report>;

/** Makes the report. Pure: it can be made again at any time from the journal. */
export function reportOf(story: Story): Report {
  const { run, experiment, record, notes } = story;
  const timing = timingOf(story);
  const hypotheses = hypothesesIn(story, timing);
  const verdicts = { ...verdictsOf(story), expected: expectedVerdict(hypotheses) };
  const connections = connectionReportsOf(story);
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
    timing,
    hypotheses,
    nodes: nodeReportsOf(story),
    connections,
    counters: counterReportsOf(story),
    clients: clientSpansOf(story),
    xdr: xdrReportsOf(story),
    states: stateReportsOf(story),
    cost: costOf(story),
    limits: limitsOf(story, connections),
    parts: partReportsOf(story),
    clusters: clustersSeen(changesOf(story)).map((one) => ({ ...one, nodes: [...one.nodes] })),
    restored: restoredIn(notes),
    stuck: stuckOf(story),
    ...residueIn(story),
    markers: markersOf(story),
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

function residueIn(story: Story): Pick<Report, 'residue' | 'others'> {
  const { notes } = story;
  const { residue = [], others = [] } = notesOf(notes, 'residue').at(-1) ?? {};
  const takenAlong = notesOf(notes, 'taken-along').flatMap(({ says }) => says);
  return {
    residue: [...residue, ...markersResidue(story)],
    others: [...new Set([...others, ...takenAlong])],
  };
}

/** Every look at a restored host tells the same again; the report says it once. */
function restoredIn(notes: readonly Note[]): Report['restored'] {
  const all = notesOf(notes, 'restored').map(
    ({ stepId, restoredAt, by }) =>
      [`${stepId}/${restoredAt}/${by}`, { stepId, at: restoredAt, by }] as const,
  );
  return [...new Map(all).values()];
}
