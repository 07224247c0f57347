import type { Duration } from 'aws-cdk-lib';
import { Refusal } from '../core/refusal.ts';
import { usualTiming } from '../core/timing.ts';
import type { Timing } from '../core/timing.ts';

/**
 * Spans of every run that a deployment may choose, in whole seconds. Those on which it rests that a run is
 * taken back, and that nothing of it acts later, may be longer than usual and never shorter.
 */
export interface RunTiming {
  /**
   * Longest time from the start of a run to its fault; an hour at most.
   *
   * @default - five minutes
   */
  readonly prepare?: Duration;
  /**
   * From the moment at which the ways out are armed to the instant at which all hosts switch. Shorter, and a
   * cut that is not armed everywhere could not be taken back before it begins; a minute at most, which the
   * scripts wait out.
   *
   * @default - 20 seconds
   */
  readonly lead?: Duration;
  /**
   * From the end of the hold to the deadline, when the one-time schedule takes over: not before the run's own
   * restore had its time, and within ten minutes, for so long a fault may outlive a workflow that is gone.
   *
   * @default - two minutes
   */
  readonly grace?: Duration;
  /**
   * How often the hold looks at the cluster: never less often than usual, as a run that is stopped ends within
   * a slice.
   *
   * @default - 10 seconds
   */
  readonly slice?: Duration;
  /**
   * Longest time the fault is given to show; a minute at most, for one Lambda waits it out.
   *
   * @default - 30 seconds
   */
  readonly prove?: Duration;
  /**
   * Longest time Aerospike is given to recover; an hour at most.
   *
   * @default - two minutes
   */
  readonly recovery?: Duration;
  /**
   * Longest life of one Lambda invocation, which restore waits out before it calls a run clean. Not shorter
   * than usual, for so long the functions live.
   *
   * @default - two minutes
   */
  readonly lambda?: Duration;
  /**
   * Longest time a request that was sent may still take effect. Not shorter than usual: one that is late could
   * act on a run that is called clean, and without its lock.
   *
   * @default - one minute
   */
  readonly sent?: Duration;
  /**
   * Longest time a description of the network may be stale. Not shorter than usual: what is still in force could
   * be seen as gone; a minute at most, for Lambdas wait it out.
   *
   * @default - 15 seconds
   */
  readonly stale?: Duration;
}

const hour = 3_600;

/** The least and the most of each span, in seconds: {@link RunTiming} says why. */
const bounds: Readonly<Record<keyof RunTiming, readonly [least: number, most: number]>> = {
  prepare: [0, hour],
  lead: [usualTiming.leadSeconds, 60],
  grace: [usualTiming.graceSeconds, 600],
  slice: [1, usualTiming.sliceSeconds],
  prove: [0, 60],
  recovery: [0, hour],
  lambda: [usualTiming.lambdaSeconds, 900],
  sent: [usualTiming.sentSeconds, hour],
  stale: [usualTiming.staleSeconds, 60],
};

/** All spans of a deployment, the usual ones where none was chosen. @throws Refusal for one out of bounds. */
export function timingOf(chosen: RunTiming = {}): Timing {
  const seconds = (name: keyof RunTiming, usual: number): number => {
    const span = chosen[name];
    return span === undefined ? usual : within(name, span);
  };
  return {
    prepareSeconds: seconds('prepare', usualTiming.prepareSeconds),
    leadSeconds: seconds('lead', usualTiming.leadSeconds),
    graceSeconds: seconds('grace', usualTiming.graceSeconds),
    sliceSeconds: seconds('slice', usualTiming.sliceSeconds),
    proveSeconds: seconds('prove', usualTiming.proveSeconds),
    recoverySeconds: seconds('recovery', usualTiming.recoverySeconds),
    lambdaSeconds: seconds('lambda', usualTiming.lambdaSeconds),
    sentSeconds: seconds('sent', usualTiming.sentSeconds),
    staleSeconds: seconds('stale', usualTiming.staleSeconds),
  };
}

function within(name: keyof RunTiming, span: Duration): number {
  const seconds = span.toSeconds({ integral: false });
  const [least, most] = bounds[name];
  if (Number.isInteger(seconds) && seconds >= least && seconds <= most) return seconds;
  throw new Refusal(
    `Cannot use this timing as ${name} must be ${least} to ${most} whole seconds: found ${seconds}`,
  );
}
