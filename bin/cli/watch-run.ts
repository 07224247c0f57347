/**
 * Watches a run by its journal, to its end or until the person stops watching. Reads only: what it watches
 * ends by itself, watched or not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunItem } from '../../core/journal.ts';
import { executionStatus } from '../../lambda/aws/executions.ts';
import type { Deployment } from './deployment.ts';
import { isDenied } from './aws-failure.ts';
import type { RunDisplay } from './run-display.ts';
import { eventOf, isNews, situationOf } from './run-events.ts';
import type { RunEvent } from './run-events.ts';

/** A run that somebody watches. */
export interface Watched {
  readonly deployment: Deployment;
  readonly runId: string;
  readonly executionArn: string;
  readonly display: RunDisplay;
}

/** `over`: there is nothing more to see. `stopped`: the person had enough. `lost`: AWS told nothing more. */
export type WatchEnd = 'over' | 'stopped' | 'lost';

/** Pause between two looks at the journal, in milliseconds: near an end, and in the midst of a long hold. */
const pauses = { usualMs: 2_000, longMs: 5_000 };

/** So many looks may fail in a row. */
const failuresMax = 10;

/** A watcher, which may be stopped and sent on: it tells nothing twice. */
export function watcherOf(watched: Watched): (stopped: AbortSignal) => Promise<WatchEnd> {
  const { display } = watched;
  const known = new Set<string>();
  const last = new Map<string, RunEvent>();
  const look = async (): Promise<{ isOver: boolean; pauseMs: number }> => {
    const { journal } = watched.deployment;
    // Asked in this order: once the execution has ended, the journal has all that it wrote.
    const status = await executionStatus(watched.deployment.connection, watched.executionArn);
    const run = await journal.read(watched.runId);
    const notes = run === undefined ? [] : await journal.notes(watched.runId);
    for (const note of notes) {
      const key = JSON.stringify(note);
      const event = known.has(key) ? undefined : eventOf(note);
      known.add(key);
      if (event === undefined || !isNews(event, last.get(event.what))) continue;
      last.set(event.what, event);
      display.event(event);
    }
    display.stands((now) => situationOf(run, notes, now));
    const { left = 0 } = situationOf(run, notes, Date.now());
    return { isOver: isOver(status, run), pauseMs: left > 30 ? pauses.longMs : pauses.usualMs };
  };
  return async (stopped) => {
    for (let failures = 0; failures < failuresMax;) {
      try {
        const { isOver: over, pauseMs } = await look();
        failures = 0;
        if (over) return 'over';
        await sleep(pauseMs, undefined, { signal: stopped });
      } catch (error) {
        if (stopped.aborted) return 'stopped';
        failures += 1;
        const { name, message } = error instanceof Error ? error : { name: '', message: '' };
        display.note(
          `Cannot look at run ${watched.runId} as AWS must answer: found ${name}: ${message}`,
        );
        if (isDenied(error)) return 'lost';
        await sleep(pauses.usualMs);
      }
    }
    return 'lost';
  };
}

/** Whoever ends a run, its report is written last; a run that is stuck waits for a person. */
function isOver(status: string, run: RunItem | undefined): boolean {
  if (status === 'RUNNING') return false;
  return run === undefined || run.life === 'final' || run.stuckSince !== undefined;
}
