import * as z from 'zod';
import { Actor, Life } from './journal.ts';
import { exitCodeOf, Outcome, Report } from './report.ts';
import { StopCause } from './stop/stop.ts';
import { VerdictAnswer } from './verdict.ts';

/** Source and type of the event that tells of a run's end. */
export const runFinished = { source: 'aerofault', detailType: 'aerofault.run.finished' } as const;

/** Where a report was kept for people. */
export interface Kept {
  /** `s3://bucket/key` of the file that is made for people. */
  readonly url: string;
  /** The same in the AWS console. */
  readonly consoleUrl: string;
}

/** The detail of the event: what is known of the run's end, in a few words, and where the report is. */
export const RunFinished = z.strictObject({
  schemaVersion: z.literal(1),
  journal: z
    .string()
    .meta({ description: "The deployment, by its journal table: a stack's rules match on it" }),
  runId: z.string(),
  cluster: z.string(),
  experiment: z.string().meta({ description: 'Its name' }),
  outcome: Outcome,
  exitCode: z.int().meta({ description: 'The outcome as the command line says it' }),
  says: z.string().meta({ description: 'One sentence for people, shortened where it is long' }),
  life: Life.meta({
    description:
      'final: nothing more comes of it; closed: it is stuck, and told again when it ends',
  }),
  verdicts: z.strictObject({
    steady: VerdictAnswer,
    inForce: VerdictAnswer,
    expected: VerdictAnswer,
    clean: VerdictAnswer,
    recovered: VerdictAnswer,
  }),
  startedBy: z.string(),
  closedBy: Actor.nullable().meta({ description: 'Which way out ended the fault' }),
  stoppedBy: StopCause.nullable().meta({
    description: 'What ended it before its time; null: nothing did, or it failed',
  }),
  link: z.string().nullable().meta({
    description: 's3:// address of the report; null: it could not be kept, the journal has it',
  }),
  consoleUrl: z.string().nullable().meta({ description: 'The same report in the AWS console' }),
  timing: Report.shape.timing,
});
export type RunFinished = z.infer<typeof RunFinished>;

/** What an event has room for: an entry may be 256 KB, and people read one sentence. */
const saysMax = 2_000;

/** The event's detail for a report. */
export function runFinishedOf(
  report: Report,
  { journal, kept }: { readonly journal: string; readonly kept: Kept | undefined },
): RunFinished {
  const { runId, outcome, life, experiment, startedBy, closedBy, stoppedBy, timing } = report;
  return {
    schemaVersion: 1,
    journal,
    runId,
    cluster: experiment.cluster,
    experiment: experiment.name,
    outcome,
    exitCode: exitCodeOf(outcome),
    says: shortened(report.says, saysMax),
    life,
    verdicts: answersOf(report),
    startedBy,
    closedBy,
    stoppedBy: stoppedBy?.cause ?? null,
    link: kept?.url ?? null,
    consoleUrl: kept?.consoleUrl ?? null,
    timing,
  };
}

/** The verdicts without their evidence. */
export function answersOf({ verdicts }: Report): RunFinished['verdicts'] {
  return {
    steady: verdicts.steady.answer,
    inForce: verdicts.inForce.answer,
    expected: verdicts.expected.answer,
    clean: verdicts.clean.answer,
    recovered: verdicts.recovered.answer,
  };
}

/** A sentence that has room, its end left out where it has not. */
export const shortened = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;
