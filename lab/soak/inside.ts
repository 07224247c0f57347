/**
 * The part of `npm run soak` that runs inside namespaces of its own: one stage, and runs on it one after
 * another, until the time is up or a run leaves something behind.
 *
 * Ends with status 0 when the time is up, and with {@link anotherStage} where what comes next needs a
 * stage that nothing was left on. All that it started ends with the namespaces.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import * as z from 'zod';
import type { Experiment } from '../../core/experiment.ts';
import { labOptions } from '../options.ts';
import type { Progress } from '../progress.ts';
import { setStage } from '../stage.ts';
import type { Stage } from '../stage.ts';
import { anotherStage } from './another-stage.ts';
import { disturbances } from './disturbances.ts';
import { drawExperiment, examplesOn } from './draw-experiment.ts';
import { forgetRuns } from './forget-runs.ts';
import { keptPromise } from './run-record.ts';
import type { LogLine, RunRecord } from './run-record.ts';
import { seededChance } from './seeded-chance.ts';
import type { SeededChance } from './seeded-chance.ts';
import { soakRun } from './soak-run.ts';
import type { Draw } from './soak-run.ts';
import { soakStageNames, soakStages } from './soak-stages.ts';

const Given = z.strictObject({
  assembly: z.string(),
  log: z.string(),
  seed: z.int(),
  stage: z.int(),
  on: z.enum(soakStageNames),
  /** Epoch milliseconds; no run begins later. */
  until: z.number(),
});
type Given = z.infer<typeof Given>;

const longestDelayMs = { Hold: 15_000, other: 2_500 };

async function main(given: Given): Promise<number> {
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
  mkdirSync('/run/netns');
  const all = examplesOn(given.on);
  const stage = await stageOver(given, all);
  const chance = seededChance(given.seed * 1_000 + given.stage);
  const inJournal = new Set<string>();
  for (let index = 1; Date.now() < given.until; index++) {
    const draw = drawRun({ stage: given.stage, index }, all, chance);
    const record = await soakRun(stage, draw, chance);
    write(given.log, record);
    tell(record);
    if (!keptPromise(record)) return anotherStage;
    inJournal.add(record.runId);
    await forget(stage, inJournal);
  }
  return 0;
}

function stageOver({ assembly, on }: Given, [experiment]: readonly Experiment[]): Promise<Stage> {
  if (experiment === undefined)
    throw new Error('Cannot soak as there must be examples: found none');
  const options = labOptions(soakStages[on].words);
  return setStage(Promise.resolve(assembly), { options, experiment, progress: quiet });
}

const quiet: Progress = {
  entered: () => undefined,
  exited: () => undefined,
  failed: () => undefined,
  note: (line) => process.stderr.write(`  --  ${line}\n`),
  close: () => undefined,
};

function drawRun(
  which: Pick<Draw, 'stage' | 'index'>,
  all: readonly Experiment[],
  chance: SeededChance,
): Draw {
  const experiment = drawExperiment(all, chance);
  const disturbance = chance.oneOf(disturbances);
  const state = chance.oneOf(disturbance.states);
  const most = state === 'Hold' ? longestDelayMs.Hold : longestDelayMs.other;
  return { ...which, experiment, disturbance, state, afterMs: chance.between(0, most) };
}

/** What the lab recorded of runs that are over would only fill its memory. */
async function forget({ cloud, journal }: Stage, inJournal: Set<string>): Promise<void> {
  const watched = new Set(await journal.watchedRuns());
  const struckOff = [...inJournal].filter((runId) => !watched.has(runId));
  await forgetRuns(cloud, struckOff);
  for (const runId of struckOff) inJournal.delete(runId);
  const { services } = cloud;
  for (const service of [
    services.ec2,
    services.ssm,
    services.cloudWatch,
    services.dynamoDb,
    services.scheduler,
    services.lambdas,
    services.bus,
    services.eventBridge,
    services.s3,
    services.stepFunctions,
  ]) {
    service.forget();
  }
}

function write(log: string, line: LogLine): void {
  appendFileSync(log, `${JSON.stringify(line)}\n`);
}

function tell(record: RunRecord): void {
  const { stage, index, experiment, disturbance, state, outcome, seconds, status } = record;
  const where = disturbance === 'none' ? '' : ` at ${state}`;
  const mark = keptPromise(record) ? 'ok' : '!!';
  const wrong = [...record.residue, ...record.left, ...record.stuck].join('; ');
  const line = `${stage}.${index} ${experiment}, ${disturbance}${where}: ${outcome ?? status}, ${seconds} s ${wrong}`;
  process.stderr.write(`  ${mark}  ${line.trimEnd()}\n`);
}

const given = Given.parse(JSON.parse(process.env['AEROFAULT_SOAK'] ?? 'null'));
const status = await main(given).catch((error: unknown) => {
  const labFailed = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${labFailed}\n`);
  write(given.log, { at: new Date().toISOString(), stage: given.stage, labFailed });
  return anotherStage;
});
process.exit(status);
