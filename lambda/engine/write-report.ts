import { experimentOn } from '../../core/experiment-on.ts';
import type { Note } from '../../core/note.ts';
import { exitCodeOf, reportOf } from '../../core/report.ts';
import type { Report } from '../../core/report.ts';
import { answersOf, shortened } from '../../core/run-finished.ts';
import type { RunFinished } from '../../core/run-finished.ts';
import type { ReportingGateways } from '../delivery.ts';
import type { Gateways } from '../gateways.ts';
import { deliver } from './deliver.ts';
import type { Delivered } from './deliver.ts';

/** A failure as a state machine's Catch passes it on. */
export interface Failure {
  readonly error: string;
  readonly cause: string;
}

/**
 * What the state machine needs of a report: its outcome, and error and cause for a Fail state; and what
 * people read in the execution's output. Every key is always there: the state machine picks each.
 */
export interface Reported {
  readonly outcome: Report['outcome'];
  readonly error: string;
  readonly cause: string;
  readonly says: string;
  readonly runId: string;
  readonly exitCode: number;
  readonly verdicts: RunFinished['verdicts'] | null;
  /** Where the report was kept; null: nowhere but in the journal. */
  readonly link: string | null;
  /** What could not be delivered, a sentence each. */
  readonly notDelivered: readonly string[];
}

/**
 * Makes the run's report from its journal and keeps it there and for people; a later report of the same
 * run replaces it. The journal's is the truth: what cannot be delivered beyond it is told, and no more.
 */
export async function writeReport(
  runId: string,
  failure: Failure | undefined,
  gateways: ReportingGateways,
): Promise<Reported> {
  const { journal, clock } = gateways;
  if (failure !== undefined && (await journal.read(runId)) !== undefined) {
    await journal.note(runId, { kind: 'failure', at: clock.now(), ...failure });
  }
  const told = await toldNow(runId, failure, gateways);
  if (told === undefined) return neverOpened(runId, failure);
  const { report, notes } = told;
  await journal.putReport(runId, report);
  return reported(report, await deliver(report, notes, gateways));
}

type Telling = Pick<Gateways, 'journal' | 'restoreDocument'>;

/** The run's report as its journal has it at this moment; undefined where it was never opened whole. */
export async function reportNow(
  runId: string,
  failure: Failure | undefined,
  gateways: Telling,
): Promise<Report | undefined> {
  return (await toldNow(runId, failure, gateways))?.report;
}

/** The report with the notes it was made from. */
async function toldNow(
  runId: string,
  failure: Failure | undefined,
  { journal, restoreDocument }: Telling,
): Promise<{ readonly report: Report; readonly notes: readonly Note[] } | undefined> {
  const run = await journal.read(runId);
  const request = await journal.request(runId);
  if (run === undefined || request === undefined) return undefined;
  const record = await journal.plan(runId);
  const notes = await journal.notes(runId);
  const experiment =
    record === undefined ? request.experiment : experimentOn(request.experiment, record.inventory);
  const seen = { run, ...request, experiment, record: planned(record), notes, failure };
  return { report: reportOf({ ...seen, restoreDocument }), notes };
}

function reported(report: Report, { kept, failures }: Delivered): Reported {
  const { runId, outcome, says } = report;
  const link = kept?.url ?? null;
  return {
    outcome,
    error: `Aerofault.${outcome}`,
    cause: causeOf(report, link, failures),
    says,
    runId,
    exitCode: exitCodeOf(outcome),
    verdicts: answersOf(report),
    link,
    notDelivered: failures,
  };
}

/** Nothing to report on: the run ended before it was opened whole, so nothing was touched. */
function neverOpened(runId: string, failure: Failure | undefined): Reported {
  const cause = failure?.cause ?? `run ${runId} was never opened; nothing was touched`;
  return {
    outcome: 'refused',
    error: failure?.error ?? 'Refusal',
    cause,
    says: cause,
    runId,
    exitCode: exitCodeOf('refused'),
    verdicts: null,
    link: null,
    notDelivered: [],
  };
}

/** A cause may have 32,768 characters (Step Functions API reference); what comes after the sentence has room. */
const sentenceMax = 24_000;
const failureMax = 2_000;

/** A failed execution has no output, so its cause carries verdicts, run, exit code and where the report is. */
function causeOf(report: Report, link: string | null, failures: readonly string[]): string {
  const { says, runId, outcome } = report;
  const { steady, inForce, expected, clean, recovered } = answersOf(report);
  const verdicts = `steady ${steady}, in force ${inForce}, expected ${expected}, clean ${clean}, recovered ${recovered}`;
  const where = link === null ? 'the report is in the journal' : `report ${link}`;
  const told = [`run ${runId}`, `exit ${exitCodeOf(outcome)}`, verdicts, where];
  const lost = failures.map((failure) => `; ${shortened(failure, failureMax)}`).join('');
  return `${shortened(says, sentenceMax)} [${told.join(', ')}]${lost}`;
}

function planned(
  record: Awaited<ReturnType<Gateways['journal']['plan']>>,
): Parameters<typeof reportOf>[0]['record'] {
  return record === undefined ? undefined : { ...record };
}
