/**
 * What every actor of the restore protocol decides, as pure functions of what it has just read: the engine
 * asks them between its effects, and the model checker of test/model drives the same ones. The rules in
 * brackets are those of docs/safety.md.
 */
import { mayBeLast } from './journal.ts';
import type { Quarantine, RunItem } from './journal.ts';

/** A retried Open goes on; a redriven one, or another execution, does not [1]. */
export function mayContinue(existing: RunItem, execution: string): boolean {
  const { life } = existing;
  return existing.execution === execution && (life === 'opening' || life === 'open');
}

/** Ids of the steps that every look covers: each with an intent, whatever its notes say [8]. */
export const toLookAt = ({ intents }: RunItem): string[] => Object.keys(intents);

/**
 * What a restorer does with a run that it has closed, or found closed: only free what it held, or look at
 * its steps; `isLate` says that this look may be the last [10].
 */
export function restoreTask(
  run: RunItem,
  beganAt: number,
  quarantine: Quarantine,
): { readonly kind: 'release' } | { readonly kind: 'look'; readonly isLate: boolean } {
  if (run.life === 'final') return { kind: 'release' };
  return { kind: 'look', isLate: mayBeLast(run, beganAt, quarantine) };
}

/** What a look found of all steps: how many are ours, and which did not answer. */
export interface Tally {
  readonly ours: number;
  readonly unknown: readonly unknown[];
}

/** A late look that found nothing, and missed nothing, ends the run; any other is followed by one more [10]. */
export function afterLook({ ours, unknown }: Tally, isLate: boolean): 'finish' | 'look again' {
  return isLate && ours === 0 && unknown.length === 0 ? 'finish' : 'look again';
}

/** How long a final run is looked at again: much longer than any quarantine. */
export const recheckMs = 60 * 60 * 1000;

/** What the sweeper does with a run on its list [15]. */
export function sweepTask(run: RunItem, now: number): 'restore' | 'recheck' | 'leave' {
  if (run.life === 'final') return 'recheck';
  return now >= run.deadlineAt ? 'restore' : 'leave';
}

/** What a recheck comes to: a find takes the run back; only a clean one that is late ends the watch [15]. */
export function afterRecheck(
  { ours }: Pick<Tally, 'ours'>,
  run: RunItem,
  now: number,
): 'reopen' | 'strike off' | 'look again' {
  if (ours > 0) return 'reopen';
  return now >= (run.finalAt ?? 0) + recheckMs ? 'strike off' : 'look again';
}

/** A lock may be freed only once its run is final [12]. */
export const mayRelease = ({ life }: RunItem): boolean => life === 'final';

/** Most attempts that a run keeps apart. */
const pendingMax = 64;

/** Stands for every attempt beyond those that are kept apart; it is never settled. */
export const manyAttempts = 'many';

/**
 * The name of a new attempt: the one given, or, where too many are without an answer, one for all. So a host
 * that stays silent for days cannot fill the run item; the price is the long quarantine.
 */
export const attemptOf = ({ pending }: RunItem, fresh: string): string =>
  pending.length < pendingMax ? fresh : manyAttempts;

/** Whether a definite answer may be written down for an attempt. */
export const maySettle = (attempt: string): boolean => attempt !== manyAttempts;
