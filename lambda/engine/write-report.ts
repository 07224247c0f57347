import { experimentOn } from '../../core/experiment-on.ts';
import { exitCodeOf, reportOf } from '../../core/report.ts';
import type { Report } from '../../core/report.ts';
import type { Gateways } from '../gateways.ts';

/** A failure as a state machine's Catch passes it on. */
export interface Failure {
  readonly error: string;
  readonly cause: string;
}

/** What the state machine needs of a report: its outcome, and error and cause for a Fail state. */
export interface Reported {
  readonly outcome: Report['outcome'];
  readonly error: string;
  readonly cause: string;
  readonly says: string;
}

/** Makes the run's report from its journal and keeps it; a later report of the same run replaces it. */
export async function writeReport(
  runId: string,
  failure: Failure | undefined,
  gateways: Gateways,
): Promise<Reported> {
  const { journal, clock } = gateways;
  if (failure !== undefined && (await journal.read(runId)) !== undefined) {
    await journal.note(runId, { kind: 'failure', at: clock.now(), ...failure });
  }
  const report = await reportNow(runId, failure, gateways);
  if (report === undefined) return neverOpened(runId, failure);
  await journal.putReport(runId, report);
  const error = `Aerofault.${report.outcome}`;
  return { outcome: report.outcome, error, cause: causeOf(report), says: report.says };
}

/** The run's report as its journal has it at this moment; undefined where it was never opened whole. */
export async function reportNow(
  runId: string,
  failure: Failure | undefined,
  { journal, restoreDocument }: Pick<Gateways, 'journal' | 'restoreDocument'>,
): Promise<Report | undefined> {
  const run = await journal.read(runId);
  const request = await journal.request(runId);
  if (run === undefined || request === undefined) return undefined;
  const record = await journal.plan(runId);
  const notes = await journal.notes(runId);
  const experiment =
    record === undefined ? request.experiment : experimentOn(request.experiment, record.inventory);
  const seen = { run, ...request, experiment, record: planned(record), notes, failure };
  return reportOf({ ...seen, restoreDocument });
}

/** Nothing to report on: the run ended before it was opened whole, so nothing was touched. */
function neverOpened(runId: string, failure: Failure | undefined): Reported {
  const cause = failure?.cause ?? `run ${runId} was never opened; nothing was touched`;
  return { outcome: 'refused', error: failure?.error ?? 'Refusal', cause, says: cause };
}

/** A failed execution has no output, so its cause carries the verdict, the run and its exit code. */
function causeOf({ says, runId, outcome }: Report): string {
  return `${says} [run ${runId}, exit ${exitCodeOf(outcome)}]`;
}

function planned(
  record: Awaited<ReturnType<Gateways['journal']['plan']>>,
): Parameters<typeof reportOf>[0]['record'] {
  return record === undefined ? undefined : { ...record };
}
