import { transition } from '../../core/journal.ts';
import type { JournalWrite, RunItem, WriteAnswer } from '../../core/journal.ts';
import { sweepTask } from '../../core/protocol.ts';
import type { Bounds, Property } from './bounds.ts';
import type { Decisions } from './decisions.ts';
import { usual } from './rows.ts';

/** A rule taken out: the row of the protocol's table, and the property it says is then broken. */
export interface Counterexample extends Omit<Bounds, 'checks'> {
  readonly breaks: Property;
}

const all = ['workflow', 'schedule', 'sweeper'] as const;
const one = { ...usual, runs: 1, steps: [[0]], waysOut: all, k: 2 } as const;
const two = { ...one, runs: 2, waysOut: ['workflow', 'sweeper'] } as const;
const late = { ...one, effectTicks: 6, recheckTicks: 8 } as const;
const calm = { retries: 0, redrives: 0, restorerDeaths: 0 } as const;
const timer = { ...one, steps: ['host'], waysOut: [] } as const;

type Rewrite = (item: RunItem | undefined, write: JournalWrite) => WriteAnswer;

/** The intent's write does not look at the run's life. */
const intendsAnyhow: Rewrite = (item, write) => {
  if (item === undefined || write.kind !== 'intend') return transition(item, write);
  const answer = transition({ ...item, life: 'open' }, write);
  if (!answer.written) return answer;
  return { written: true, item: { ...answer.item, life: item.life } };
};

const overwrites: Rewrite = (item, write) =>
  write.kind === 'create' ? { written: true, item: write.item } : transition(item, write);

const finishesAnyVersion: Rewrite = (item, write) =>
  transition(
    item,
    write.kind === 'finish' && item !== undefined ? { ...write, version: item.version } : write,
  );

/** A definite answer leaves the last mutation as it was. */
const settlesQuietly: Rewrite = (item, write) => {
  const answer = transition(item, write);
  if (write.kind !== 'settle' || !answer.written) return answer;
  const { lastMutationAt, ...rest } = answer.item;
  const before = item?.lastMutationAt;
  return { written: true, item: before === undefined ? rest : { ...rest, lastMutationAt: before } };
};

const looksOnce: Decisions['restoreTask'] = ({ life }) =>
  life === 'final' ? { kind: 'release' } : { kind: 'look', isLate: true };

const neverRechecks: Decisions['sweepTask'] = (run, now) =>
  run.life === 'final' ? 'leave' : sweepTask(run, now);

/** The rows of the document's table, in its order. */
export const counterexamples: readonly Counterexample[] = [
  {
    ...two,
    name: '3, plan before lock',
    k: 0,
    waysOut: ['workflow'],
    workflowRestores: true,
    breaks: 'off at the end',
    without: ['plan before lock'],
  },
  {
    ...one,
    name: '1/2, lock first, item after; the sweeper frees locks without an item',
    breaks: 'acts without lock',
    without: ['lock first'],
  },
  {
    ...one,
    name: '1, Open overwrites',
    breaks: 'acts without lock',
    decisions: { transition: overwrites },
  },
  {
    ...one,
    name: '5, no state check',
    breaks: 'acts without lock',
    decisions: { transition: intendsAnyhow },
  },
  {
    ...one,
    name: '5, check and then intent, with one look',
    breaks: 'acts without lock',
    without: ['check, then intent'],
    decisions: { transition: intendsAnyhow, restoreTask: looksOnce },
  },
  {
    ...one,
    name: '6, a known failure clears the intent',
    breaks: 'clean reported, off',
    without: ['failure clears the intent'],
  },
  {
    ...one,
    name: '8, only applied steps',
    breaks: 'clean reported, off',
    without: ['only applied steps'],
  },
  {
    ...one,
    name: '8, restored is final per step',
    breaks: 'clean reported, off',
    without: ['restored skips'],
  },
  {
    ...two,
    name: '9, undo without undo intent',
    ...calm,
    shortcut: true,
    run2By: 5,
    breaks: 'undoes another',
    without: ['no undo fence'],
  },
  {
    ...two,
    name: '11, no condition on the last mutation',
    shortcut: true,
    ...calm,
    run2By: 5,
    breaks: 'undoes another',
    decisions: { transition: finishesAnyVersion },
  },
  {
    ...one,
    name: '10, look once',
    breaks: 'acts without lock',
    decisions: { restoreTask: looksOnce },
  },
  {
    ...one,
    name: '10, Q = L',
    breaks: 'acts without lock',
    quarantine: { troubled: 1, settled: 1 },
  },
  {
    ...one,
    name: '10, Q = L + B',
    k: 3,
    breaks: 'clean reported, off',
    quarantine: { troubled: 2, settled: 2 },
  },
  {
    ...one,
    name: '10, shortcut: settling does not set the last mutation',
    k: 3,
    shortcut: true,
    breaks: 'clean reported, off',
    decisions: { transition: settlesQuietly },
  },
  {
    ...one,
    name: '12/15, the sweeper ignores final',
    breaks: 'never ends',
    decisions: { mayRelease: () => false },
  },
  {
    ...one,
    name: '13, the schedule looks once, all else off',
    k: 0,
    waysOut: ['schedule'],
    breaks: 'never ends',
    without: ['schedule looks once'],
  },
  {
    ...timer,
    name: '14, no deadline check in the script, all else off',
    breaks: 'off at the end',
    without: ['no deadline check on the host'],
  },
  {
    ...timer,
    name: '14, deadline checked without the lock, all else off',
    breaks: 'off at the end',
    without: ['no file lock on the host'],
  },
  {
    ...late,
    name: '15, no recheck, a call lands after final',
    breaks: 'off at the end',
    decisions: { sweepTask: neverRechecks },
  },
  {
    ...late,
    name: '15, recheck once, and it dies',
    breaks: 'off at the end',
    without: ['recheck once'],
  },
  {
    ...late,
    ...calm,
    runs: 2,
    waysOut: two.waysOut,
    name: '15, recheck once, and it finds the lock held',
    breaks: 'off at the end',
    without: ['recheck gives up'],
  },
  {
    ...late,
    ...calm,
    runs: 2,
    waysOut: two.waysOut,
    name: '15, another run takes over the mark, recheck once',
    breaks: 'off at the end',
    without: ['takes over marks', 'recheck gives up'],
  },
  {
    ...two,
    name: '16, mark without run id, and no undo fence',
    shortcut: true,
    breaks: 'undoes another',
    without: ['mark without run id', 'no undo fence'],
  },
  {
    ...one,
    name: '16, revoke: absence as the mark',
    otherParty: 1,
    breaks: 'undoes another',
    without: ['absence is the mark'],
  },
];
