/**
 * The report that the sweeper leaves, where whoever made a run final may have died before its own.
 *
 * Started for each final run of a round, once the round has been through its lists; ends with a report that
 * tells of the run's end, delivered, with its connections tried. It does not watch Aerospike recover.
 */
import type { RunItem } from '../../core/journal.ts';
import type { Note } from '../../core/note.ts';
import { toLookAt } from '../../core/protocol.ts';
import type { Report } from '../../core/report.ts';
import { isTold, triedClean } from '../../core/told.ts';
import type { ReportingGateways } from '../delivery.ts';
import { isDelivered } from './deliver.ts';
import { tryConnections } from './prove-clean.ts';
import { contextOf, runOf } from './run-context.ts';
import { writeReport } from './write-report.ts';

/** A run that a round made final, or found so. */
export interface Ended {
  readonly runId: string;
  /** Whether this round made it final: then nobody else is expected to report it. */
  readonly here: boolean;
  /** Whether it is looked at no more. */
  readonly isLast: boolean;
}

/** Tries connections that nobody has tried, if it is not too late for that, and writes what report is missing. */
export async function leaveReport(
  { runId, here }: Ended,
  tryUntil: number,
  gateways: ReportingGateways,
): Promise<void> {
  const { journal, clock } = gateways;
  const run = await runOf(runId, gateways);
  const [report, notes] = [await journal.report(runId), await journal.notes(runId)];
  if (!here && !isTold(run, report) && isAwaited(run, gateways)) return;
  const tries = clock.now() < tryUntil && isUntried(run, notes);
  if (!tries && isThrough(run, report, notes)) return;
  try {
    if (tries) await tryConnections(await contextOf(runId, gateways), gateways);
  } finally {
    await writeReport(runId, undefined, gateways);
  }
}

/** Whether somebody who made the run final may still be watching it recover, and report it then. */
function isAwaited({ finalAt = 0 }: RunItem, { clock, timing }: ReportingGateways): boolean {
  return clock.now() < finalAt + 1000 * (timing.recoverySeconds + timing.lambdaSeconds);
}

const isUntried = (run: RunItem, notes: readonly Note[]): boolean =>
  toLookAt(run).length > 0 && triedClean(run, notes) === undefined;

const isThrough = (run: RunItem, report: Report | undefined, notes: readonly Note[]): boolean =>
  report !== undefined && isTold(run, report) && isDelivered(report, notes);
