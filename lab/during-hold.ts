import { setTimeout as pause } from 'node:timers/promises';
import { runIdOf } from '../lambda/run-id.ts';
import type { Execution } from './cloud/execution.ts';
import { endHostScripts } from './end-host-scripts.ts';
import type { LabOptions } from './options.ts';
import type { GroupEdits } from './person.ts';
import type { Progress } from './progress.ts';
import type { Snapshot, Stage } from './stage.ts';

/**
 * What befalls a run of a rehearsal while its fault holds.
 *
 * {@link disturb} waits for the hold by itself and never fails the rehearsal; a run that never holds has
 * nothing to disturb.
 */
export interface Disturbed {
  /** What a person changes, once they have begun. */
  made?: Promise<GroupEdits>;
}

/** What a disturbance has to do with. */
export interface HoldScene {
  readonly stage: Stage;
  readonly before: Snapshot;
  readonly progress: Progress;
}

/** How long into the hold it comes, and how long a person takes to see it; in milliseconds. */
const afterMs = 2_000;
const personMs = 3_000;

/** More failures of a Lambda than any state tries again. */
const forGood = 1_000;

/** Takes the hosts' timers away where they are switched off, and does what the options ask for. */
export function disturb(
  execution: Execution,
  { duringHold, without }: Pick<LabOptions, 'duringHold' | 'without'>,
  scene: HoldScene,
): Disturbed {
  const disturbed: Disturbed = {};
  const inHold = async (): Promise<void> => {
    await execution.entered('Hold');
    if (without.includes('host-timer')) await withoutTimers(scene);
    if (duringHold === undefined) return;
    await pause(afterMs);
    scene.progress.note(noteOf[duringHold]);
    await acts[duringHold](execution, scene, disturbed);
  };
  inHold().catch(() => undefined);
  return disturbed;
}

async function withoutTimers({ stage: { hosts, network }, progress }: HoldScene): Promise<void> {
  const ended = await endHostScripts(hosts, network);
  for (const one of ended) progress.note(`SIGKILL to the timer of ${one}`);
}

type DuringHold = NonNullable<LabOptions['duringHold']>;
type Act = (execution: Execution, scene: HoldScene, disturbed: Disturbed) => unknown;

const acts: Readonly<Record<DuringHold, Act>> = {
  'kill-workflow': (execution) => execution.kill(),
  'stop-execution': (execution) => execution.stop(),
  'edit-group': (_, { stage, before }, disturbed) => {
    disturbed.made = stage.editGroup(before);
    disturbed.made.catch(() => undefined); // It is awaited when the run is over.
  },
  'restore-by-hand': async (execution, { stage, progress }) => {
    execution.kill();
    await pause(personMs);
    progress.note('a person starts the restore machine');
    const input = { runId: runIdOf(execution.arn), by: 'person' };
    stage.stepFunctions.startExecution(stage.restoreMachine.arn, { input });
  },
  'fail-watch': (_, { stage }) => {
    const { lambdas } = stage.cloud.services;
    const failure = {
      kind: 'fail',
      code: 'Runtime.ExitError',
      message: 'the lab fails it',
    } as const;
    const watch = stage.assembly.functions.find(({ logicalId }) => logicalId.includes('Watch'));
    if (watch !== undefined) lambdas.misbehave(watch.name, failure, forGood);
  },
};

const noteOf: Readonly<Record<DuringHold, string>> = {
  'kill-workflow': 'SIGKILL to the workflow process',
  'stop-execution': 'StopExecution',
  'edit-group': "a person edits the nodes' security group",
  'restore-by-hand': 'SIGKILL to the workflow process',
  'fail-watch': 'the Lambda of state Watch fails from now on',
};
