import type { Quarantine } from './journal.ts';

/** The spans a deployment is set up with, in seconds. */
export interface Timing {
  /** Longest time from Open to Inject. */
  readonly prepareSeconds: number;
  /** From Arm to the instant at which all hosts switch. */
  readonly leadSeconds: number;
  /** From restoreAt to the deadline, when the one-time schedule takes over. */
  readonly graceSeconds: number;
  /** How often the hold looks at the cluster. */
  readonly sliceSeconds: number;
  /** Longest time the fault is given to show, from when all of it is applied. */
  readonly proveSeconds: number;
  /** Longest time Aerospike is given to recover, from restore. */
  readonly recoverySeconds: number;
  /** L: longest life of one Lambda invocation that may mutate. */
  readonly lambdaSeconds: number;
  /** B: longest time a sent request may still take effect. */
  readonly sentSeconds: number;
  /** S: longest time a describe may be stale. */
  readonly staleSeconds: number;
}

/** What a deployment on AWS uses; EC2 documents no bound for B and S, so they are generous. */
export const usualTiming: Timing = {
  prepareSeconds: 300,
  leadSeconds: 20,
  graceSeconds: 120,
  sliceSeconds: 10,
  proveSeconds: 30,
  recoverySeconds: 120,
  lambdaSeconds: 120,
  sentSeconds: 60,
  staleSeconds: 15,
};

/**
 * The next whole second, in epoch milliseconds. Runs switch on whole seconds, for that is how finely
 * packet filters tell time; holds are whole seconds, so restoreAt is one too.
 */
export const wholeSecondFrom = (at: number): number => 1000 * Math.ceil(at / 1000);

/**
 * How long before injectAt every host must be known to be armed, in milliseconds: time enough to take
 * everything back before any of it is in force.
 */
export const armedBeforeMs = ({ leadSeconds }: Timing): number => 300 * leadSeconds;

/** Q and S of the protocol, in milliseconds. */
export function quarantineOf({ lambdaSeconds, sentSeconds, staleSeconds }: Timing): Quarantine {
  return {
    troubledMs: 1000 * (lambdaSeconds + sentSeconds + staleSeconds),
    settledMs: 1000 * staleSeconds,
  };
}
