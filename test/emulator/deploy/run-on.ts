import { expect } from 'vitest';
import type { Report } from '../../../core/report.ts';
import { runIdOf } from '../../../lambda/run-id.ts';
import { ask, execution, startExecution, statesOf, until } from './ask.ts';
import type { Execution } from './ask.ts';
import type { Deployed } from './deployed.ts';

/** Long enough to be looked at, on a machine that is busy with five runs. */
const holdSeconds = 45;
/** Longer than any way out takes here, in milliseconds, on a machine that others use too. */
export const patienceMs = 240_000;

/** Cuts clients off by security groups. */
export const clientCut = {
  name: 'client-cut',
  fault: { kind: 'client-cut', ports: ['service'] },
  mechanism: 'security-group',
  established: 'leave',
  holdSeconds,
};
/** Isolates a node by packet filters on hosts. */
export const isolate = {
  name: 'isolate-one-node',
  fault: { kind: 'partition', topology: { kind: 'isolate', count: 1 } },
  mechanism: 'iptables',
  holdSeconds,
};

/** A run that has been started, and its cluster's network before. */
export interface Run {
  readonly executionArn: string;
  readonly runId: string;
  readonly cluster: string;
  readonly before: unknown;
}

async function start(deployed: Deployed, experiment: object, cluster: string): Promise<Run> {
  const before = (await deployed.fleet.traces(cluster)).network;
  const { place, workflowArn } = deployed;
  const executionArn = await startExecution(place, workflowArn, { ...experiment, cluster });
  return { executionArn, runId: runIdOf(executionArn), cluster, before };
}

/** Starts a run and waits until its fault is in force and held. */
export async function inHold(
  deployed: Deployed,
  experiment: object,
  cluster: string,
): Promise<Run> {
  const run = await start(deployed, experiment, cluster);
  await until(
    async () => {
      const states = await statesOf(deployed.place, run.executionArn);
      if (states.includes('Hold')) return true;
      const { status, cause } = await execution(deployed.place, run.executionArn);
      if (status === 'RUNNING') return undefined;
      throw new Error(
        `Cannot wait for the hold as ${cluster} must go on: found ${status} ${cause}`,
      );
    },
    { milliseconds: patienceMs, otherwise: () => `the run on ${cluster} is not held` },
  );
  const { network, parts } = await deployed.fleet.traces(cluster);
  if (parts === 0) expect(network).not.toEqual(run.before);
  return run;
}

/** Stops a run's execution, which runs no Catch. */
export async function stop({ place }: Deployed, { executionArn }: Run): Promise<void> {
  await ask(place, ['states', 'StopExecution'], { executionArn });
  expect((await execution(place, executionArn)).status).toBe('ABORTED');
}

/** Waits until an execution has ended. */
export function ended(deployed: Deployed, executionArn: string): Promise<Execution> {
  return until(
    async () => {
      const found = await execution(deployed.place, executionArn);
      return found.status === 'RUNNING' ? undefined : found;
    },
    { milliseconds: patienceMs, otherwise: () => `${executionArn} does not end` },
  );
}

/** Waits until a run takes no more intents, and looks who saw to that. */
export async function isClosed(
  { journal }: Deployed,
  { runId, cluster }: Run,
  by: readonly string[],
): Promise<void> {
  const closedBy = await until(async () => (await journal.read(runId))?.closedBy, {
    milliseconds: patienceMs,
    otherwise: () => `the run on ${cluster} is not closed`,
  });
  expect(by).toContain(closedBy);
}

/** Waits until a run is final; then nothing of it is left, anywhere, and its item says who closed it. */
export async function isFinal(
  { journal, fleet }: Deployed,
  { runId, cluster, before }: Run,
  by: readonly string[],
): Promise<void> {
  await until(async () => ((await journal.read(runId))?.life === 'final' ? true : undefined), {
    milliseconds: patienceMs,
    otherwise: () => `the run on ${cluster} is not final`,
  });
  const { network, parts } = await fleet.traces(cluster);
  expect(network).toEqual(before);
  expect(parts).toBe(0);
  expect(by).toContain((await journal.read(runId))?.closedBy);
}

/** As {@link isFinal}, and then waits for its report. */
export async function isOver(deployed: Deployed, run: Run, by: readonly string[]): Promise<Report> {
  await isFinal(deployed, run, by);
  return until(() => deployed.journal.report(run.runId), {
    milliseconds: patienceMs,
    otherwise: () => `the run on ${run.cluster} has no report`,
  });
}
