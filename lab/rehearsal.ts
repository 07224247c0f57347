import type { Experiment } from '../core/experiment.ts';
import { exitCodeOf } from '../core/report.ts';
import type { Report } from '../core/report.ts';
import { runIdOf } from '../lambda/run-id.ts';
import type { Execution, ExecutionResult } from './cloud/execution.ts';
import { exitCodes } from './exit-codes.ts';
import type { LabOptions } from './options.ts';
import type { Progress } from './progress.ts';
import type { Stage } from './stage.ts';
import { followExecution } from './follow-execution.ts';

/** How a rehearsal ended: a report, or one sentence where a run never came to one. */
export interface Ended {
  readonly exitCode: number;
  readonly report?: Report;
  readonly sentence?: string;
}

/** How long after the deadline another way out may take to bring a killed run to its report. */
const otherWayOutMs = 60_000;

/** Pause between two questions for the report. */
const pauseMs = 200;

/** Runs one experiment on the stage, to its report, and compares every machine with before. */
export async function rehearse(
  experiment: Experiment,
  { options, stage, progress }: { options: LabOptions; stage: Stage; progress: Progress },
): Promise<Ended> {
  const before = await stage.snapshot();
  const execution = stage.stepFunctions.startExecution(stage.workflow.arn, {
    name: `${experiment.name}-${Date.now().toString(36)}`,
    input: { experiment, startedBy: 'lab' },
  });
  followExecution(execution, progress);
  if (options.duringHold !== undefined) disturb(execution, options.duringHold, progress);
  const result = await execution.result;
  if (result.status === 'LOST' || result.status === 'ABORTED') {
    followOthers(stage, execution, progress);
    await anotherWayOut(runIdOf(execution.arn), stage);
  }
  return conclude(execution, result, { before, stage });
}

/** Kills or stops the workflow two seconds into its hold. */
function disturb(
  execution: Execution,
  how: NonNullable<LabOptions['duringHold']>,
  progress: Progress,
): void {
  const act = (): void => {
    progress.note(how === 'kill-workflow' ? 'SIGKILL to the workflow process' : 'StopExecution');
    if (how === 'kill-workflow') execution.kill();
    else execution.stop();
  };
  // A run that never holds has nothing to disturb.
  execution.entered('Hold').then(
    () => setTimeout(act, 2_000),
    () => undefined,
  );
}

/** Shows what the restore machine does, whoever starts it. */
function followOthers({ stepFunctions }: Stage, workflow: Execution, progress: Progress): void {
  const followed = new Set<Execution>([workflow]);
  const timer = setInterval(() => {
    for (const execution of stepFunctions.executions) {
      if (followed.has(execution)) continue;
      followed.add(execution);
      progress.note('the restore machine was started');
      followExecution(execution, progress);
    }
  }, pauseMs);
  timer.unref();
}

/** Waits until one of the other ways out has written the report, or clearly will not. */
async function anotherWayOut(runId: string, { journal }: Stage): Promise<void> {
  const { deadlineAt = 0 } = (await journal.read(runId)) ?? {};
  while (Date.now() < deadlineAt + otherWayOutMs) {
    if ((await journal.report(runId)) !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function conclude(
  execution: Execution,
  result: ExecutionResult,
  { before, stage }: { before: ReadonlyMap<string, string>; stage: Stage },
): Promise<Ended> {
  const stored = await stage.journal.report(runIdOf(execution.arn));
  if (stored === undefined) return withoutReport(result);
  const residue = [...stored.residue, ...differences(before, await stage.snapshot())];
  const report = { ...stored, residue, bundles: bundlesOf(stage), ...unlessClean(stored, residue) };
  return { exitCode: exitCodeOf(report.outcome), report };
}

/** The machines themselves have the last word on what is clean. */
function unlessClean(report: Report, residue: readonly string[]): Partial<Report> {
  if (residue.length === report.residue.length) return {};
  const { verdicts } = report;
  const clean = { answer: 'refuted' as const, evidence: [...verdicts.clean.evidence, ...residue] };
  const says = `NOT CLEAN ${report.experiment.name}: ${residue.join('; ')}`;
  return { outcome: 'not-clean', says, verdicts: { ...verdicts, clean } };
}

/** An execution that failed before it had a run: refused, or broken. */
function withoutReport(result: ExecutionResult): Ended {
  const error = 'error' in result ? (result.error ?? result.status) : result.status;
  const cause = 'cause' in result ? (result.cause ?? '') : '';
  const refused = error === 'Refusal';
  return {
    exitCode: refused ? exitCodes.refused : exitCodes.bug,
    sentence: refused ? cause : `${error}: ${cause}`,
  };
}

function differences(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): string[] {
  return [...before.keys()]
    .filter((machine) => before.get(machine) !== now.get(machine))
    .map(
      (machine) =>
        `${machine}: differs from before in ${firstDifference(before.get(machine), now.get(machine))}`,
    );
}

function firstDifference(before = '', now = ''): string {
  const lines = new Set(before.split('\n'));
  const added = now.split('\n').find((line) => !lines.has(line));
  if (added !== undefined) return `"${added}", which was not there`;
  const still = new Set(now.split('\n'));
  return `"${before.split('\n').find((line) => !still.has(line)) ?? 'the order of lines'}", which is gone`;
}

function bundlesOf({ assembly }: Stage): Record<string, string> {
  return Object.fromEntries(assembly.functions.map(({ logicalId, sha256 }) => [logicalId, sha256]));
}
