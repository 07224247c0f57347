import { printable } from '../../core/printable.ts';
import { exitCodeOf } from '../../core/report.ts';
import type { Report } from '../../core/report.ts';
import type { Kept } from '../../core/run-finished.ts';
import { keptIn } from '../../lambda/engine/deliver.ts';
import { reportNow } from '../../lambda/engine/write-report.ts';
import { noSuchRun } from './deployment.ts';
import type { Deployment } from './deployment.ts';
import { exitCodes } from './exit-codes.ts';
import { reportText } from './report-text.ts';
import { runIn } from './restore-run.ts';

/** A report, its text for people, and the exit code that it means. */
export interface ShownReport {
  readonly report: Report;
  readonly text: string;
  readonly exitCode: number;
}

/**
 * The report that a run has left. Where the journal knows more by now, because the run goes on, is stuck, or
 * was restored by somebody who died before reporting, it is made anew of the journal; nothing is written.
 *
 * @throws Refusal where there is no such run, or it was never opened whole.
 */
export async function reportRun(deployment: Deployment, runId: string): Promise<ShownReport> {
  const { journal, restoreDocument } = deployment;
  const { life, stuckSince } = await runIn(deployment, runId);
  const stored = await journal.report(runId);
  const report =
    life === 'final' && stored?.life === 'final'
      ? stored
      : await reportNow(runId, undefined, { journal, restoreDocument });
  if (report === undefined) throw noSuchRun(runId, deployment);
  const text = `${reportText(report)}${whereKept(keptIn(await journal.notes(runId)))}`;
  const goesOn = life !== 'final' && stuckSince === undefined;
  return { report, text, exitCode: goesOn ? exitCodes.goesOn : codeOf(report) };
}

/** Where the report is for others to read; nothing where it could not be kept, or not yet. */
const whereKept = (kept: Kept | undefined): string =>
  kept === undefined ? '' : `\n${printable(kept.url)}\n${printable(kept.consoleUrl)}\n`;

const codeOf = ({ outcome }: Report): number => exitCodeOf(outcome);
