import type { Experiment } from '../core/experiment.ts';
import { exitCodeOf } from '../core/report.ts';
import type { Report } from '../core/report.ts';
import type { Finding } from '../core/verdict.ts';
import { keptIn } from '../lambda/engine/deliver.ts';
import { reportNow } from '../lambda/engine/write-report.ts';
import { runIdOf } from '../lambda/run-id.ts';
import type { Execution, ExecutionResult } from './cloud/execution.ts';
import { disturb } from './during-hold.ts';
import { ec2Text } from './ec2-text.ts';
import { exitCodes } from './exit-codes.ts';
import { followExecution } from './follow-execution.ts';
import { leaksOf } from './leaks.ts';
import type { LabOptions } from './options.ts';
import type { Progress } from './progress.ts';
import { withEdits } from './person.ts';
import { setTrap, trapBefore } from './traps.ts';
import type { Snapshot, Stage } from './stage.ts';

/** How a rehearsal ended: a report, or one sentence where a run never came to one. */
export interface Ended {
  readonly exitCode: number;
  readonly report?: Report;
  readonly sentence?: string;
}

/** How long after the deadline another way out may take to bring a killed run to its end. */
const otherWayOutMs = 60_000;

/** As long, where nobody is left who could: only hosts end their faults then. */
const nobodyMs = 2_000;

/** Pause between two questions for the report. */
const pauseMs = 200;

/** Runs one experiment on the stage, to its report, and compares everything with before. */
export async function rehearse(
  experiment: Experiment,
  { options, stage, progress }: { options: LabOptions; stage: Stage; progress: Progress },
): Promise<Ended> {
  await trapBefore(options.trap, stage, progress);
  const before = await stage.snapshot();
  const execution = stage.stepFunctions.startExecution(stage.workflow.arn, {
    name: `${experiment.name}-${Date.now().toString(36)}`,
    input: { experiment, startedBy: 'lab' },
  });
  followExecution(execution, progress);
  const edits = disturb(execution, options, { stage, before, progress });
  const trap = setTrap(options.trap, { execution, stage, progress });
  followOthers(stage, execution, progress);
  const result = await execution.result;
  if (result.status === 'LOST' || result.status === 'ABORTED') {
    await anotherWayOut(runIdOf(execution.arn), { stage, patienceMs: patienceFor(options) });
  }
  await trap.takeBack();
  const { made } = edits;
  const expected =
    made === undefined ? before : { ...before, ec2: withEdits(before.ec2, await made) };
  return conclude(execution, result, { expected, stage, progress });
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

function patienceFor({ without, duringHold }: LabOptions): number {
  const closes = ['schedule', 'status-change', 'sweeper'] as const;
  const nobody = closes.every((way) => without.includes(way)) && duringHold !== 'restore-by-hand';
  return nobody ? nobodyMs : otherWayOutMs;
}

/** Waits until one of the other ways out has ended the run, or clearly will not. */
async function anotherWayOut(
  runId: string,
  { stage, patienceMs }: { stage: Stage; patienceMs: number },
): Promise<void> {
  const { journal } = stage;
  const { deadlineAt = 0 } = (await journal.read(runId)) ?? {};
  while (Date.now() < deadlineAt + patienceMs) {
    if ((await journal.report(runId)) !== undefined) return;
    // Whoever made it final may not have come to its report: that is made from the journal.
    if ((await journal.read(runId))?.life === 'final' && isQuiet(stage)) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function isQuiet({ cloud }: Stage): boolean {
  const { lambdas, stepFunctions } = cloud.services;
  return lambdas.busy().length === 0 && !stepFunctions.executions.some(({ running }) => running);
}

async function conclude(
  execution: Execution,
  result: ExecutionResult,
  { expected, stage, progress }: { expected: Snapshot; stage: Stage; progress: Progress },
): Promise<Ended> {
  const watched = await stage.bystanders.end();
  const runId = runIdOf(execution.arn);
  const { journal } = stage;
  const stored = (await journal.report(runId)) ?? (await reportNow(runId, undefined, { journal }));
  if (stored === undefined) return withoutReport(result);
  await tellWhereKept(runId, stage, progress);
  const report = withResidue(withBystanders({ ...stored, bundles: bundlesOf(stage) }, watched), [
    ...differences(expected, await stage.snapshot()),
    ...(await leaksOf(runId, stage)),
  ]);
  return { exitCode: exitCodeOf(report.outcome), report };
}

/** Where the run's own report went on the lab's AWS, which ends with the lab; `--report` keeps one. */
async function tellWhereKept(
  runId: string,
  { journal, cloud }: Stage,
  progress: Progress,
): Promise<void> {
  const kept = keptIn(await journal.notes(runId));
  const told = cloud.services.bus.events.filter(({ detail }) => detail['runId'] === runId);
  if (kept !== undefined) progress.note(`the report was kept as ${kept.url} of the lab's S3`);
  for (const { 'detail-type': type } of told) progress.note(`${type} was sent`);
}

/** What the lab saw of bystanders is evidence like any other; harm to them is a fault that overreaches. */
function withBystanders(report: Report, watched: readonly Finding[]): Report {
  const { verdicts } = report;
  const harmed = watched.filter(({ answer }) => answer === 'refuted');
  if (watched.length === 0 || report.timing.injectedAt === null) return report;
  const saw = watched.map((finding) => finding.saw);
  if (harmed.length === 0) {
    const inForce = { ...verdicts.inForce, evidence: [...verdicts.inForce.evidence, ...saw] };
    return { ...report, verdicts: { ...verdicts, inForce } };
  }
  const inForce = { answer: 'refuted' as const, evidence: [...saw, ...verdicts.inForce.evidence] };
  const says = `NOT CONFIRMED ${report.experiment.name}: ${harmed.map((one) => one.saw).join('; ')}`;
  const outcome = report.outcome === 'confirmed' ? 'not-confirmed' : report.outcome;
  return { ...report, outcome, says, verdicts: { ...verdicts, inForce } };
}

/** The machines themselves, and EC2, have the last word on what is clean. */
function withResidue(report: Report, found: readonly string[]): Report {
  if (found.length === 0) return report;
  const { verdicts } = report;
  const residue = [...report.residue, ...found];
  const clean = { answer: 'refuted' as const, evidence: [...verdicts.clean.evidence, ...residue] };
  const says = `NOT CLEAN ${report.experiment.name}: ${residue.join('; ')}`;
  return { ...report, outcome: 'not-clean', says, residue, verdicts: { ...verdicts, clean } };
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

/** What is not as it was expected, a line for EC2 and for each machine, with the first line that differs. */
export function differences(expected: Snapshot, now: Snapshot): string[] {
  const [then, after] = [expected, now].map(textsOf);
  return [...(then ?? [])]
    .filter(([what, text]) => after?.get(what) !== text)
    .map(
      ([what, text]) =>
        `${what}: differs from before in ${firstDifference(text, after?.get(what))}`,
    );
}

function textsOf({ ec2, machines }: Snapshot): Map<string, string> {
  return new Map([...machines, ['EC2', ec2Text(ec2)]]);
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
