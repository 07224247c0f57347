import { printable } from '../../core/printable.ts';
import type { RunItem } from '../../core/journal.ts';
import type { Note } from '../../core/note.ts';
import { commandLine } from './command-line.ts';

/** A run in a few lines: its life, who closed it, what has no answer yet, and what it is stuck with. */
export function runLines(run: RunItem): string[] {
  const { runId, cluster, pending, intents, deadlineAt } = run;
  const touched = Object.keys(intents).length;
  const waits = pending.length === 0 ? '' : `, ${pending.length} call(s) without an answer yet`;
  return [
    `${runId} on ${cluster}: ${lifeOf(run)}`,
    `  ${touched} step(s) intended${waits}, deadline ${instant(deadlineAt)}`,
    ...stuckLines(run),
  ].map(printable);
}

function lifeOf({ life, openedAt, closedAt, closedBy, finalAt }: RunItem): string {
  const closed = closedAt === undefined ? '' : `closed by ${closedBy} at ${instant(closedAt)}`;
  switch (life) {
    case 'opening':
    case 'open':
      return `${life} since ${instant(openedAt)}`;
    case 'closed':
      return `${closed}, not final yet`;
    case 'final':
      return `final since ${instant(finalAt)}, nothing of it is left; ${closed}`;
  }
}

function stuckLines({ runId, stuckSince, stuckSteps = [] }: RunItem): string[] {
  if (stuckSince === undefined) return [];
  return [
    `  STUCK since ${instant(stuckSince)}; the sweeper goes on trying`,
    ...stuckSteps.map(({ stepId, reason }) => `    ${stepId}: ${reason}`),
    `  what to do by hand: ${commandLine('report', runId)}`,
  ];
}

const instant = (at: number | undefined): string =>
  at === undefined ? 'an unknown time' : new Date(at).toISOString();

/** What a note says of restoring, for who watches; undefined for all other notes. */
export function restoreLine(note: Note): string | undefined {
  switch (note.kind) {
    case 'look': {
      const { by, found, unknown, last } = note;
      const rest = last ? 'the last look' : `${unknown.length} unknown`;
      return `look by ${by}: ${found} in force, ${rest}`;
    }
    case 'undo':
      return printable(`${note.stepId} not undone (${note.answer}): ${note.reason}`);
    case 'restored':
      return printable(`${note.stepId} restored by ${note.by}`);
    default:
      return undefined;
  }
}
