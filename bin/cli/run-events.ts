/** What a journal's notes tell who watches a run, one event each. Pure. */
import type { RunItem } from '../../core/journal.ts';
import type { Note } from '../../core/note.ts';
import { notesOf } from '../../core/story.ts';

/** Something that happened in a run. */
export interface RunEvent {
  readonly at: number;
  /** A state of the workflow, or what happened beside. */
  readonly what: string;
  readonly says: string;
  readonly bad: boolean;
}

/** What a note tells; undefined for what is only evidence. */
export function eventOf(note: Note): RunEvent | undefined {
  const { at } = note;
  switch (note.kind) {
    case 'state':
      return { at, what: note.state, says: note.says, bad: note.says.startsWith('failed: ') };
    case 'stopped':
      return { at, what: 'Stopped', says: note.says, bad: true };
    case 'restored':
      return { at, what: 'Restored', says: `${note.stepId} by ${note.by}`, bad: false };
    case 'undo':
      return {
        at,
        what: 'Undo',
        says: `${note.stepId} not undone (${note.answer}): ${note.reason}`,
        bad: true,
      };
    case 'failure':
      return { at, what: 'Failure', says: `${note.error}: ${note.cause}`, bad: true };
    default:
      return undefined;
  }
}

/** An event that says the same as the last of its kind tells nothing: each slice of a hold does, each look. */
export const isNews = ({ says }: RunEvent, lastOfItsKind: RunEvent | undefined): boolean =>
  lastOfItsKind?.says !== says;

/** How a run stands between two events. */
export interface Situation {
  readonly state: string;
  /** Until the fault ends, in seconds; undefined where it is not on. */
  readonly left: number | undefined;
  /** Sizes of the clusters as the nodes told them last, largest first; empty before anybody did. */
  readonly sizes: readonly number[];
  /** How often the fault was looked at. */
  readonly looks: number;
}

const order = ['Open', 'Plan', 'Baseline', 'TryRestore', 'Arm', 'Inject', 'Prove', 'Hold'];
const after = ['Restore', 'ProveClean', 'AwaitRecovery', 'Report'];

/** How a run stands at an instant, as far as its journal tells. */
export function situationOf(
  run: RunItem | undefined,
  notes: readonly Note[],
  now: number,
): Situation {
  const looks = notesOf(notes, 'probes').filter(
    ({ moment }) => moment === 'prove' || moment === 'hold',
  ).length;
  const { restoreAt = now, injectAt } = run ?? {};
  const isOn = run?.life === 'open' && injectAt !== undefined && now >= injectAt && now < restoreAt;
  const left = isOn ? Math.ceil((restoreAt - now) / 1000) : undefined;
  return { state: stateOf(run, notes, now), left, sizes: sizesIn(notes), looks };
}

/** The state under way: the one after the last that has ended. */
function stateOf(run: RunItem | undefined, notes: readonly Note[], now: number): string {
  if (run?.stuckSince !== undefined) return 'Stuck';
  const last = notesOf(notes, 'state').at(-1)?.state ?? '';
  if (last === 'Watch' || last === 'Prove') {
    const isHeld = run?.life === 'open' && now < (run.restoreAt ?? 0);
    return isHeld ? 'Hold' : 'Restore';
  }
  const states = after.includes(last) ? after : [...order, ...after];
  if (last === 'AwaitRecovery' || last === 'Restore') return last;
  return states[states.indexOf(last) + 1] ?? last;
}

function sizesIn(notes: readonly Note[]): number[] {
  const views = notesOf(notes, 'views').at(-1)?.views ?? [];
  const byKey = new Map(
    views.flatMap(({ view }) => (view === null ? [] : [[view.key, view.size] as const])),
  );
  return [...byKey.values()].toSorted((one, other) => other - one);
}
