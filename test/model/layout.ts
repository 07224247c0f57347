import type { Actor } from '../../core/journal.ts';
import { most } from './bounds.ts';
import type { Bounds } from './bounds.ts';

/** Where in a state's bytes everything is. Item numbers take two bytes, all else one. */
export const at = {
  now: 0,
  /** 1 + the run that holds the lock, 0 if it is free. */
  lock: 1,
  /** 1 + the version at which the lock is fenced. */
  fence: 2,
  deaths: 3,
  faults: 4,
  stales: 5,
  redrives: 6,
  others: 7,
  retries: 8,
  lostWrites: 9,
  junk: 10,
  unreachable: 11,
  runs: 12,
  resources: 12 + 12 * most.runs,
  host: 12 + 12 * most.runs + 3 * most.resources,
  flights: 16 + 12 * most.runs + 3 * most.resources,
  processes: 16 + 12 * most.runs + 3 * most.resources + 4 * most.flights,
} as const;

/** One run's bytes. */
export const ofRun = {
  item: 0,
  planned: 2,
  originals: 3,
  /** 1 + the tick that its schedule is set for. */
  schedule: 6,
  /** Off the sweeper's list. */
  struckOff: 7,
  applied: 8,
  restored: 9,
} as const;

/** One resource's bytes: its value, and the values it had in this tick and in the one before. */
export const ofResource = { value: 0, held: 1, heldBefore: 2 } as const;

/** The host's bytes, a bit a run. */
export const ofHost = { chains: 0, tombstones: 1, timers: 2, lockedBy: 3 } as const;

/** A sent request that has not taken effect: kind (1 apply, 2 undo), run, resource, the last tick it may. */
export const ofFlight = { kind: 0, run: 1, resource: 2, until: 3 } as const;

/** One process's bytes. */
export const ofProcess = {
  pc: 0,
  run: 1,
  /** Its Lambda was invoked before this tick; one more, and its life is over. */
  old: 2,
  /** It came to this very point before this tick. */
  stalled: 3,
  step: 4,
  ours: 5,
  unknown: 6,
  /** Whether this look is late: bit 0 as its clock said at once, bit 1 as it says after a stall. */
  late: 7,
  /** 1 + the version of the run that it has read. */
  version: 8,
  looks: 9,
  wake: 10,
  answer: 11,
} as const;

const processBytes = 12;

/** What a process is. */
export type Kind = 'injector' | 'retry' | 'restorer' | 'sweeper' | 'cut' | 'timer';

/** One process of a model; `base` is where its bytes begin. */
export interface Slot {
  readonly kind: Kind;
  readonly index: number;
  readonly base: number;
  readonly run: number;
  readonly by: Actor;
  readonly name: string;
}

/** The processes of a model, in a fixed order. */
export function slotsOf({ runs, steps, waysOut, sweepers = 1, retries = 0 }: Bounds): Slot[] {
  const slots: Slot[] = [];
  const add = (kind: Kind, run: number, by: Actor, name: string): void => {
    const index = slots.length;
    slots.push({ kind, index, run, by, name, base: at.processes + processBytes * index });
  };
  for (let run = 0; run < runs; run += 1) {
    add('injector', run, 'workflow', `injector ${run + 1}`);
    if (run === 0 && retries > 0) add('retry', run, 'workflow', 'retried inject');
    for (const by of waysOut) if (by !== 'sweeper') add('restorer', run, by, `${by} ${run + 1}`);
    if (steps.includes('host')) {
      add('cut', run, 'workflow', `cut.sh ${run + 1}`);
      add('timer', run, 'workflow', `host timer ${run + 1}`);
    }
  }
  if (waysOut.includes('sweeper')) {
    for (let one = 0; one < sweepers; one += 1) add('sweeper', 0, 'sweeper', `sweeper ${one + 1}`);
  }
  return slots;
}

/** How long a state of so many processes is; whole words, for the hash. */
export const bytesOf = (slots: readonly Slot[]): number =>
  at.processes + processBytes * slots.length;

/** Where processes stand. The engine function of each is named where its step is taken. */
export const pc = {
  idle: 0,
  off: 1,
  sleep: 2,
  // open.ts
  planEarly: 5,
  lockEarly: 6,
  create: 7,
  lock: 8,
  closeRefused: 9,
  finishRefused: 10,
  // decide.ts, arm.ts
  observe: 11,
  begin: 12,
  arm: 13,
  setSchedule: 14,
  // inject.ts
  check: 15,
  intend: 16,
  send: 17,
  awaitHost: 18,
  settle: 19,
  // sweep.ts
  sweep: 22,
  holdAnew: 23,
  recheck: 24,
  reopenLock: 25,
  reopen: 26,
  strikeOff: 27,
  orphans: 28,
  freeOrphan: 29,
  // restore.ts, look-at-steps.ts
  look: 32,
  describe: 33,
  intendUndo: 34,
  sendUndo: 35,
  settleUndo: 36,
  finish: 37,
  release: 38,
  removeSchedule: 39,
  // host/cut.sh, and the timer it arms
  delivered: 50,
  apply: 51,
  fired: 52,
} as const;
