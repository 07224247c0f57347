import { transition } from '../../core/journal.ts';
import type { Bounds, Property } from './bounds.ts';
import type { Decisions } from './decisions.ts';
import { usual } from './rows.ts';

const all = ['workflow', 'schedule', 'sweeper'] as const;
const one = { ...usual, runs: 1, steps: [[0]], waysOut: all, shortcut: true } as const;
const calm = { retries: 0, redrives: 0, restorerDeaths: 0 } as const;

/** Clocks a tick apart, and waits that are a tick longer for it. */
const padded = { quarantine: { troubled: 4, settled: 2 } } as const;

/** Late calls after `final`, and rounds of the sweeper that overlap. */
const overlapping = {
  ...one,
  ...calm,
  k: 3,
  waysOut: ['workflow', 'sweeper'],
  sweepers: 2,
  effectTicks: 6,
  recheckTicks: 8,
  checks: ['restores without lock', 'off at the end', 'never ends'],
} as const satisfies Omit<Bounds, 'name'>;

/** Two injects at once, whose writes are held up and overtake one another. */
const overtaken = {
  ...one,
  k: 4,
  waysOut: ['workflow'],
  restorerDeaths: 0,
  callFaults: 0,
  redrives: 0,
  checks: ['clean reported, off', 'acts without lock', 'restores without lock'],
} as const satisfies Omit<Bounds, 'name'>;

/** The write that comes last sets the last mutation, however old its own time is. */
const takesTimeBack: Decisions['transition'] = (item, write) => {
  const answer = transition(item, write);
  if (!answer.written || (write.kind !== 'settle' && write.kind !== 'intend')) return answer;
  return { written: true, item: { ...answer.item, lastMutationAt: write.at } };
};

/** What the protocol's own search did not cover. */
export const beyond: readonly Bounds[] = [
  {
    ...one,
    ...calm,
    name: '3 steps: one API call, a batch that may act in part, a host; all three',
    k: 2,
    steps: [[0], [1, 2], 'host'],
    sweepEvery: 4,
    statesMax: 4e6,
  },
  {
    ...one,
    name: 'clocks: restorers a tick ahead, waits a tick longer',
    k: 2,
    skew: { injector: 0, restorers: 1 },
    ...padded,
  },
  {
    ...one,
    name: 'clocks: the injector a tick ahead, waits a tick longer',
    k: 2,
    skew: { injector: 1, restorers: 0 },
    ...padded,
  },
  {
    ...one,
    name: 'DynamoDB: one answer lost, its write repeated or its writer dead',
    k: 2,
    lostWrites: 1,
  },
  { ...one, name: 'what is described does not answer before tick 12', k: 2, unreachableUntil: 12 },
  {
    ...one,
    name: 'what is described never answers',
    k: 2,
    unreachableUntil: 60,
    horizon: 16,
    checks: ['acts without lock', 'clean reported, off', 'restores without lock'],
  },
  { ...one, name: '64 attempts without an answer before', k: 2, pendingBefore: 64 },
  { ...overtaken, name: 'two injects side by side, their writes held up' },
  { ...overlapping, name: 'two rounds of the sweeper overlap, a call lands after final' },
  {
    ...one,
    ...calm,
    name: 'another party changes the resource once; the undo’s address is the run’s own',
    k: 2,
    otherParty: 1,
    ownAddress: true,
  },
  {
    ...one,
    name: 'bound broken: an effect up to 6 ticks late, 1 run',
    k: 2,
    effectTicks: 6,
    recheckTicks: 8,
    checks: ['off at the end', 'never ends'],
  },
  {
    ...one,
    name: 'bound broken: an effect up to 6 ticks late, 2 runs',
    k: 1,
    runs: 2,
    waysOut: ['workflow', 'sweeper'],
    effectTicks: 6,
    recheckTicks: 8,
    checks: ['off at the end', 'never ends'],
  },
  {
    ...one,
    name: 'bound broken: cut.sh delivered up to 6 ticks late, a long hold',
    k: 2,
    steps: ['host'],
    hold: 9,
    effectTicks: 6,
  },
];

/** What makes those hold: without it the property breaks. */
export const beyondWithout: readonly (Bounds & { readonly breaks: Property })[] = [
  {
    ...one,
    name: 'clocks a tick apart, waits no longer',
    k: 3,
    skew: { injector: 0, restorers: 1 },
    breaks: 'clean reported, off',
  },
  {
    ...one,
    name: 'no answer counts as clean',
    k: 1,
    unreachableUntil: 12,
    without: ['unknown counts as clean'],
    breaks: 'clean reported, off',
  },
  {
    ...overtaken,
    callFaults: 1,
    name: 'the name that many attempts share may be settled',
    k: 3,
    pendingBefore: 64,
    decisions: { maySettle: () => true },
    breaks: 'clean reported, off',
  },
  {
    ...overtaken,
    name: 'a write that was held up takes the last mutation back',
    decisions: { transition: takesTimeBack },
    breaks: 'clean reported, off',
  },
  {
    ...overlapping,
    name: 'overlapping rounds, and the lock has no fence',
    without: ['no lock fence'],
    breaks: 'restores without lock',
  },
  {
    ...one,
    name: 'no tombstone, cut.sh delivered late, a long hold',
    k: 2,
    steps: ['host'],
    hold: 9,
    effectTicks: 6,
    without: ['no tombstone'],
    breaks: 'acts without lock',
  },
];
