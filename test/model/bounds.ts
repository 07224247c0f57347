import type { Decisions } from './decisions.ts';

/** What must never be seen: the five checks of the protocol's search, and one more: an undo needs the lock, too. */
export type Property =
  | 'restores without lock'
  | 'off at the end'
  | 'undoes another'
  | 'acts without lock'
  | 'clean reported, off'
  | 'never ends';

/** A rule taken out of the processes themselves; what only the decisions say is replaced there. */
export type Switch =
  | 'plan before lock'
  | 'lock first'
  | 'check, then intent'
  | 'failure clears the intent'
  | 'only applied steps'
  | 'restored skips'
  | 'no undo fence'
  | 'schedule looks once'
  | 'no deadline check on the host'
  | 'no file lock on the host'
  | 'no tombstone'
  | 'recheck once'
  | 'recheck gives up'
  | 'takes over marks'
  | 'mark without run id'
  | 'absence is the mark'
  | 'no lock fence'
  | 'unknown counts as clean'
  | 'repeat counts as lost';

/** Who restores; none but these exist in the model. */
export type WayOut = 'workflow' | 'schedule' | 'sweeper';

/** What a step changes: resources by their index, two of them in one call that may act on one alone; or the host. */
export type StepTarget = 'host' | readonly number[];

/** One model: who is in it, and how much may go wrong. Times are ticks; L = B = S = 1. */
export interface Bounds {
  readonly name: string;
  /** Adversities in all, on one path. */
  readonly k: number;
  readonly runs: 1 | 2;
  readonly steps: readonly StepTarget[];
  readonly waysOut: readonly WayOut[];
  /** The workflow's restore must start by the tick after the deadline; else it may also never start. */
  readonly workflowRestores?: boolean;
  /** Only a run that intended something must end, and none is redriven at Inject that was never armed. */
  readonly onlyTouched?: boolean;
  /** The shortcut of rule 10: with every answer definite, S is waited for and not Q. */
  readonly shortcut?: boolean;
  readonly restorerDeaths?: number;
  readonly callFaults?: number;
  readonly staleDescribes?: number;
  readonly redrives?: number;
  readonly retries?: number;
  readonly otherParty?: number;
  /** How long a sent request may still take effect; more than 1 breaks the bound that Q stands on. */
  readonly effectTicks?: number;
  /** Undo goes to an address that is the run's own: it finds nothing, or what is the run's. */
  readonly ownAddress?: boolean;
  /** Two rounds of the sweeper may overlap. */
  readonly sweepers?: 1 | 2;
  /** How far the clocks of the injector and of the restorers are off, in ticks. */
  readonly skew?: { readonly injector: number; readonly restorers: number };
  /** The quarantine in ticks, where it is not L + B + S and S. */
  readonly quarantine?: { readonly troubled: number; readonly settled: number };
  /** Ticks from the start at which what is described does not answer; it answers again from then on. */
  readonly unreachableUntil?: number;
  /** So many attempts are already without an answer as the run opens; they may all be settled later. */
  readonly pendingBefore?: number;
  /** The run may lose answers of DynamoDB: the write won, and its writer repeats it, or dies. */
  readonly lostWrites?: number;
  /** From Arm to restoreAt. */
  readonly hold?: number;
  /** How long a final run is looked at again, and how often the sweeper comes. */
  readonly recheckTicks?: number;
  readonly sweepEvery?: number;
  readonly horizon?: number;
  readonly run2By?: number;
  readonly without?: readonly Switch[];
  readonly decisions?: Partial<Decisions>;
  /** The checks that count; all of them where none are named. */
  readonly checks?: readonly Property[];
  /** Searches no further than so many states. */
  readonly statesMax?: number;
}

/** The most that the byte layout of a state has room for. */
export const most = { runs: 2, resources: 3, flights: 3, ticks: 60 };
