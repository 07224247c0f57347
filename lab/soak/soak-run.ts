import { setTimeout as pause } from 'node:timers/promises';
import type { Experiment } from '../../core/experiment.ts';
import type { RunItem } from '../../core/journal.ts';
import { runIdOf } from '../../lambda/run-id.ts';
import type { Execution } from '../cloud/execution.ts';
import { withEdits } from '../person.ts';
import type { GroupEdits } from '../person.ts';
import { differences } from '../rehearsal.ts';
import type { Snapshot, Stage } from '../stage.ts';
import { takeCensus } from './census.ts';
import { countItems } from './count-items.ts';
import type { Disturbance } from './disturbances.ts';
import type { RunRecord } from './run-record.ts';
import type { SeededChance } from './seeded-chance.ts';

/** One run of the soak as it was drawn. */
export interface Draw {
  readonly stage: number;
  readonly index: number;
  readonly experiment: Experiment;
  readonly disturbance: Disturbance;
  /** The state with whose beginning the disturbance comes, and how long after it. */
  readonly state: string;
  readonly afterMs: number;
}

/** How long after its deadline a run may take until nothing of it runs any more, in milliseconds. */
const endingMs = 180_000;

/** How long a workflow may take where nobody knows a deadline yet, in milliseconds. */
const workflowMs = 420_000;

const pauseMs = 250;

/**
 * Runs one experiment on a stage that has seen others, disturbs it, waits until it is over, and compares
 * everything with before. The stage can take the next run afterwards, if {@link keptPromise}.
 */
export async function soakRun(stage: Stage, draw: Draw, chance: SeededChance): Promise<RunRecord> {
  const startedAt = Date.now();
  const before = await stage.snapshot();
  const { experiment } = draw;
  const execution = stage.stepFunctions.startExecution(stage.workflow.arn, {
    name: `soak-${draw.stage}-${draw.index}-${startedAt.toString(36)}`,
    input: { experiment, startedBy: 'soak' },
  });
  const disturbing = disturb(execution, draw, { stage, before, chance });
  const result = await Promise.race([execution.result, pause(workflowMs, undefined)]);
  const { befell, edits } = await disturbing;
  const runId = runIdOf(execution.arn);
  const left = await stillThere(runId, stage);
  const endedAt = Date.now();
  const found = await compare(stage, before, edits);
  const run = await stage.journal.read(runId);
  const report = await stage.journal.report(runId);
  if (edits !== undefined) await stage.takeEditsBack(edits, before);
  return {
    at: new Date(startedAt).toISOString(),
    ...aboutDraw(draw),
    befell: befell ?? null,
    runId,
    status: result?.status ?? 'RUNNING',
    ...aboutRun(run),
    outcome: report?.outcome ?? null,
    says: report?.says ?? null,
    residue: [...(report?.residue ?? []), ...found],
    left,
    seconds: Math.round((endedAt - startedAt) / 100) / 10,
    journalItems: await countItems(stage.cloud),
    census: takeCensus(await stage.cloud.services.lambdas.weigh()),
  };
}

function aboutDraw({ stage, index, experiment, disturbance, state, afterMs }: Draw) {
  const { name, holdSeconds } = experiment;
  return {
    stage,
    index,
    experiment: name,
    holdSeconds,
    disturbance: disturbance.name,
    state,
    afterMs,
  };
}

function aboutRun(run: RunItem | undefined) {
  return {
    life: run?.life ?? null,
    closedBy: run?.closedBy ?? null,
    intents: Object.keys(run?.intents ?? {}).length,
    stuck: (run?.stuckSteps ?? []).map(({ stepId, reason }) => `${stepId}: ${reason}`),
  };
}

interface Disturbed {
  readonly befell: string | undefined;
  readonly edits: GroupEdits | undefined;
}

/** Waits for the moment and disturbs; a run that never comes there, or is over, is left alone. */
async function disturb(
  execution: Execution,
  { disturbance, state, afterMs }: Draw,
  { stage, before, chance }: { stage: Stage; before: Snapshot; chance: SeededChance },
): Promise<Disturbed> {
  let edits: GroupEdits | undefined;
  const edited = (made: GroupEdits): void => void (edits = made);
  try {
    await execution.entered(state);
    await Promise.race([pause(afterMs), execution.result]);
    if (!execution.running) return { befell: undefined, edits };
    const befell = await disturbance.act({ stage, execution, before, chance, edited });
    return { befell, edits };
  } catch (error) {
    const came = error instanceof Error && !error.message.startsWith('Cannot wait for state');
    return { befell: came ? `failed: ${error.message}` : undefined, edits };
  }
}

/** What is still there of the run once it should be over; empty as soon as nothing is. */
async function stillThere(runId: string, stage: Stage): Promise<string[]> {
  const startedAt = Date.now();
  for (;;) {
    const run = await stage.journal.read(runId);
    const left = await unfinished(run, stage);
    const giveUpAt = Math.max(startedAt, run?.deadlineAt ?? 0) + endingMs;
    if (left.length === 0 || Date.now() > giveUpAt) return left;
    await pause(pauseMs);
  }
}

async function unfinished(run: RunItem | undefined, stage: Stage): Promise<string[]> {
  const { stepFunctions, cloud, journal } = stage;
  const running = stepFunctions.executions.filter((one) => one.running);
  // The sweeper is not the run's: it goes round all the time, and longer the more runs it looks at again.
  const busy = cloud.services.lambdas.busy().filter((one) => !isSweeper(one));
  const locks = await journal.locks();
  return [
    ...(run === undefined || run.life === 'final' ? [] : [`run ${run.runId} is ${run.life}`]),
    ...running.map(({ name }) => `execution ${name} runs`),
    ...busy.map(({ functionName }) => `${functionName} runs`),
    ...locks.map(({ cluster, runId }) => `${cluster} is locked by ${runId}`),
    ...cloud.services.scheduler.schedules().map(({ name }) => `schedule ${name} is there`),
  ];
}

const isSweeper = ({ functionName }: { functionName: string }): boolean =>
  functionName.startsWith('Aerofault-FunctionsSweep');

/** Everything as it was: the cluster whole, EC2 and every machine the same but for a person's edits. */
async function compare(
  stage: Stage,
  before: Snapshot,
  edits: GroupEdits | undefined,
): Promise<string[]> {
  const ec2 = edits === undefined ? before.ec2 : withEdits(before.ec2, edits);
  const found = differences({ ...before, ec2 }, await stage.snapshot());
  const whole = await stage.awaitCluster().then(
    () => [],
    () => ['the nodes are not one cluster'],
  );
  return [...found, ...whole];
}
