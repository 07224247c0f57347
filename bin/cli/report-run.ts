import { exitCodeOf } from '../../core/report.ts';
import type { Report } from '../../core/report.ts';
import { reportNow } from '../../lambda/engine/write-report.ts';
import { documentName } from '../../lib/document-name.ts';
import { noSuchRun } from './deployment.ts';
import type { Deployment } from './deployment.ts';
import { exitCodes } from './exit-codes.ts';
import { reportText } from './report-text.ts';
import { runIn } from './restore-run.ts';

/** How a report is shown. */
export interface ReportOptions {
  readonly json: boolean;
  readonly documentPrefix: string;
}

/**
 * The report that a run has left. Where the journal knows more by now, because the run goes on, is stuck, or
 * was restored by somebody who died before reporting, it is made anew of the journal; nothing is written.
 *
 * @throws Refusal where there is no such run, or it was never opened whole.
 */
export async function reportRun(
  deployment: Deployment,
  runId: string,
  { json, documentPrefix }: ReportOptions,
): Promise<{ text: string; exitCode: number }> {
  const { journal } = deployment;
  const { life, stuckSince } = await runIn(deployment, runId);
  const stored = await journal.report(runId);
  const restoreDocument = documentName(documentPrefix, 'restore');
  const report =
    life === 'final' && stored?.life === 'final'
      ? stored
      : await reportNow(runId, undefined, { journal, restoreDocument });
  if (report === undefined) throw noSuchRun(runId, deployment);
  const text = json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report);
  const goesOn = life !== 'final' && stuckSince === undefined;
  return { text, exitCode: goesOn ? exitCodes.goesOn : codeOf(report) };
}

const codeOf = ({ outcome }: Report): number => exitCodeOf(outcome);
