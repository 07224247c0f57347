/**
 * A person's way out: starts the restore machine for a run, as the schedule and the status-change rule do.
 *
 * Started by `aerofault restore` and `aerofault abort`. What it starts ends by itself, watched or not; the
 * watching ends when the run is final, when that restore gives up, or when the person stops it. It does not
 * cover a deployment that is gone: then the report's lines for doing it by hand remain.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunItem } from '../../core/journal.ts';
import { executionStatus, startExecution } from '../../lambda/aws/executions.ts';
import { noSuchRun } from './deployment.ts';
import type { Deployment } from './deployment.ts';
import { restoreLine, runLines } from './run-lines.ts';

/** How a person watches: told line by line, until they stop it. */
export interface Watcher {
  readonly tell: (line: string) => void;
  readonly stopped: AbortSignal;
}

/** How watching a restore came out; `goes on`: the person stopped watching. */
export interface Restored {
  readonly ended: 'clean' | 'stuck' | 'goes on';
  readonly lines: readonly string[];
}

/** Pause between two looks at the journal, in milliseconds. */
const pauseMs = 2_000;

/** The run as it stands. @throws Refusal where there is no such run. */
export async function runIn(deployment: Deployment, runId: string): Promise<RunItem> {
  const run = await deployment.journal.read(runId);
  if (run === undefined) throw noSuchRun(runId, deployment);
  return run;
}

/** Starts the restore machine for a run; the answer is the execution's ARN. Harmless to repeat. */
export function startRestore(deployment: Deployment, runId: string): Promise<string> {
  const { connection, restoreMachineArn: stateMachineArn } = deployment;
  return startExecution(connection, { stateMachineArn, input: { runId, by: 'person' } });
}

/** The notes of a run so far, taken before a restore of it is started: what comes after them is told. */
export async function notesSoFar({ journal }: Deployment, runId: string): Promise<Set<string>> {
  return new Set((await journal.notes(runId)).map((note) => JSON.stringify(note)));
}

/** A restore of a run, and what was noted of the run before it began. */
export interface StartedRestore {
  readonly deployment: Deployment;
  readonly runId: string;
  readonly executionArn: string;
  readonly before: ReadonlySet<string>;
}

/** Tells what restorers note of a run, whoever they are, until it is final or this restore has given up. */
export async function watchRestore(
  { deployment, runId, executionArn, before }: StartedRestore,
  { tell, stopped }: Watcher,
): Promise<Restored> {
  const known = new Set(before);
  try {
    for (;;) {
      // Asked in this order: once the execution has ended, the journal has all that it wrote.
      const status = await executionStatus(deployment.connection, executionArn);
      for (const note of await deployment.journal.notes(runId)) {
        const line = known.has(JSON.stringify(note)) ? undefined : restoreLine(note);
        known.add(JSON.stringify(note));
        if (line !== undefined) tell(line);
      }
      const run = await runIn(deployment, runId);
      if (run.life === 'final') return { ended: 'clean', lines: runLines(run) };
      if (status !== 'RUNNING') return { ended: 'stuck', lines: givenUp(run, status) };
      await sleep(pauseMs, undefined, { signal: stopped });
    }
  } catch (error) {
    if (!stopped.aborted) throw error;
    return { ended: 'goes on', lines: [`Stopped watching; the restore of run ${runId} goes on.`] };
  }
}

function givenUp(run: RunItem, status: string): string[] {
  const isSaid = run.stuckSince !== undefined;
  const other = `  the restore ended as ${status} before the run was final; the sweeper goes on trying`;
  return [...runLines(run), ...(isSaid ? [] : [other])];
}
