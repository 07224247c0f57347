/**
 * Follows a run that somebody started or joins: watches, lets the person decide on Ctrl-C, and shows how it
 * ended. Started by `aerofault run` and `status --watch`; ends with the run, or when the person leaves it.
 */
import { exitCodeOf } from '../../core/report.ts';
import { Refusal } from '../../core/refusal.ts';
import { executionFailure } from '../../lambda/aws/executions.ts';
import { abortRun } from './abort-run.ts';
import { askOne } from './ask.ts';
import { commandLine } from './command-line.ts';
import type { Deployment } from './deployment.ts';
import { exitCodes } from './exit-codes.ts';
import { Interrupted } from './interrupted.ts';
import { reportRun } from './report-run.ts';
import type { ShownReport } from './report-run.ts';
import { summariseForCi } from './report-markdown.ts';
import { displayFor } from './run-display.ts';
import type { RunDisplay } from './run-display.ts';
import { atLeftEdge, canAsk, next, nextIs, printJson, printProse, tell } from './screen.ts';
import type { StartedRun } from './start-run.ts';
import { sentenceOfCause } from './failure-cause.ts';
import { watcherOf } from './watch-run.ts';

/** How to follow it. */
export interface FollowOptions {
  readonly json: boolean;
  readonly asks: boolean;
  /** When it was started, in epoch milliseconds. */
  readonly startedAt: number;
}

/** Follows a run; the answer is the exit code. */
export async function followRun(
  deployment: Deployment,
  run: StartedRun,
  options: FollowOptions,
): Promise<number> {
  const { startedAt } = options;
  const display = displayFor(process.stderr, { runId: run.runId, startedAt });
  const watch = watcherOf({ deployment, ...run, display });
  try {
    for (;;) {
      const end = await untilInterrupted(watch);
      if (end === 'over') break;
      display.hide();
      if (end === 'lost' || !options.asks || !canAsk()) return goesOn(run);
      const wish = await wishOf(run);
      if (wish === 'leave') return goesOn(run);
      if (wish === 'restore') await restoreNow(deployment, run, display);
    }
  } finally {
    display.close();
  }
  return conclude(deployment, run, options);
}

async function untilInterrupted(watch: ReturnType<typeof watcherOf>): ReturnType<typeof watch> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.on('SIGINT', interrupt);
  try {
    return await watch(stop.signal);
  } finally {
    process.off('SIGINT', interrupt);
  }
}

type Wish = 'leave' | 'restore' | 'watch';

async function wishOf({ runId }: StartedRun): Promise<Wish> {
  try {
    return await askOne<Wish>(`Run ${runId} goes on.`, [
      { value: 'watch', label: 'Go on watching' },
      { value: 'restore', label: 'Restore now, and watch it end' },
      { value: 'leave', label: 'Leave it running, stop watching' },
    ]);
  } catch (error) {
    if (error instanceof Interrupted) return 'leave';
    throw error;
  }
}

async function restoreNow(
  deployment: Deployment,
  { runId }: StartedRun,
  display: RunDisplay,
): Promise<void> {
  try {
    await abortRun(deployment, runId, (line) => display.note(line));
  } catch (error) {
    // It may not be open yet: then there is nothing to restore, and the person may ask again.
    if (!(error instanceof Refusal)) throw error;
    display.note(error.message);
  }
}

function goesOn({ runId }: StartedRun): number {
  tell(`Stopped watching; run ${runId} goes on, and ends by itself.`);
  const again = commandLine('status', runId, '--watch');
  tell(`To watch again: ${again}. To end it: ${commandLine('abort', runId)}`);
  return exitCodes.goesOn;
}

/** Shows the report, and what to do next; of a run that never opened, the reason. */
async function conclude(
  deployment: Deployment,
  { runId, executionArn }: StartedRun,
  { json }: FollowOptions,
): Promise<number> {
  if ((await deployment.journal.read(runId)) === undefined) {
    const failure = await executionFailure(deployment.connection, executionArn);
    const { error = 'unknown', cause = '' } = failure ?? {};
    if (error === 'Refusal') throw new Refusal(sentenceOfCause(cause));
    throw new Error(`Cannot follow run ${runId} as it must open: found ${error}: ${cause}`);
  }
  const shown = await reportRun(deployment, runId);
  summariseForCi(shown.report);
  if (json) printJson(shown.report);
  else if (shown.report.outcome === 'refused') refused(shown);
  else printProse(shown.text.trimEnd().split('\n'), atLeftEdge);
  tellNext(shown);
  return shown.exitCode;
}

function refused({ report }: ShownReport): void {
  tell(report.says);
  tell('Nothing was touched.');
}

function tellNext({ report: { runId, outcome } }: ShownReport): void {
  if (exitCodeOf(outcome) === exitCodes.stuck) next(['restore', runId]);
  else if (outcome === 'refused')
    nextIs('change the experiment as the sentence says, then plan it');
  else next(['report', runId, '--open']);
}
