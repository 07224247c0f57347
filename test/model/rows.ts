import type { Bounds } from './bounds.ts';

/** What may go wrong in every row unless it says otherwise: each at most once, besides what `k` allows. */
export const usual = {
  restorerDeaths: 1,
  callFaults: 1,
  staleDescribes: 1,
  redrives: 1,
  retries: 1,
} as const;

const all = ['workflow', 'schedule', 'sweeper'] as const;
const both = ['workflow', 'sweeper'] as const;
const one = { ...usual, runs: 1, steps: [[0]], waysOut: all } as const;
/** The sweeper comes less often than a quarantine lasts, as it does on AWS. */
const two = { ...usual, runs: 2, steps: [[0]], waysOut: both, sweepEvery: 4 } as const;

/** The rows of the protocol's table of bounds, at least as wide as there. */
export const rows: readonly Bounds[] = [
  { ...one, name: '1 run, 1 API step, all three', k: 3, restorerDeaths: 2, callFaults: 2 },
  { ...one, name: '1 run, 2 API steps, all three', k: 2, steps: [[0], [1]] },
  { ...two, name: '2 runs, 1 API step, workflow + sweeper', k: 2 },
  { ...two, name: '2 runs, 1 API step, all three', k: 1, waysOut: all },
  { ...two, name: '2 runs, host + API step, workflow + sweeper', k: 1, steps: ['host', [0]] },
  { ...two, name: '2 runs, 1 host step, workflow + sweeper', k: 2, steps: ['host'] },
  { ...one, name: 'with the shortcut: 1 run, all three', k: 3, shortcut: true },
  { ...two, name: 'with the shortcut: 2 runs, workflow + sweeper', k: 2, shortcut: true },
  { ...one, name: 'alone: sweeper', k: 3, waysOut: ['sweeper'] },
  {
    ...one,
    name: 'alone: schedule',
    k: 3,
    waysOut: ['schedule'],
    restorerDeaths: 0,
    onlyTouched: true,
  },
  {
    ...one,
    name: 'alone: workflow',
    k: 3,
    waysOut: ['workflow'],
    workflowRestores: true,
    restorerDeaths: 0,
  },
  {
    ...one,
    name: 'alone: host timer',
    k: 3,
    steps: ['host'],
    waysOut: [],
    checks: ['off at the end'],
  },
];
