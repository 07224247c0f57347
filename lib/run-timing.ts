import type { Duration } from 'aws-cdk-lib';
import { usualTiming } from '../core/timing.ts';
import type { Timing } from '../core/timing.ts';

/** Spans of every run that a deployment may choose. */
export interface RunTiming {
  /**
   * Longest time from the start of a run to its fault.
   *
   * @default - five minutes
   */
  readonly prepare?: Duration;
  /**
   * From the moment at which the ways out are armed to the instant at which all hosts switch.
   *
   * @default - 20 seconds
   */
  readonly lead?: Duration;
  /**
   * From the end of the hold to the deadline, when the one-time schedule takes over.
   *
   * @default - two minutes
   */
  readonly grace?: Duration;
  /**
   * How often the hold looks at the cluster.
   *
   * @default - 10 seconds
   */
  readonly slice?: Duration;
  /**
   * Longest time the fault is given to show.
   *
   * @default - 30 seconds
   */
  readonly prove?: Duration;
  /**
   * Longest time Aerospike is given to recover.
   *
   * @default - two minutes
   */
  readonly recovery?: Duration;
  /**
   * Longest life of one Lambda invocation.
   *
   * @default - two minutes
   */
  readonly lambda?: Duration;
  /**
   * Longest time a request that was sent may still take effect.
   *
   * @default - one minute
   */
  readonly sent?: Duration;
  /**
   * Longest time a description of the network may be stale.
   *
   * @default - 15 seconds
   */
  readonly stale?: Duration;
}

/** All spans of a deployment, the usual ones where none was chosen. */
export function timingOf(chosen: RunTiming = {}): Timing {
  return {
    prepareSeconds: seconds(chosen.prepare, usualTiming.prepareSeconds),
    leadSeconds: seconds(chosen.lead, usualTiming.leadSeconds),
    graceSeconds: seconds(chosen.grace, usualTiming.graceSeconds),
    sliceSeconds: seconds(chosen.slice, usualTiming.sliceSeconds),
    proveSeconds: seconds(chosen.prove, usualTiming.proveSeconds),
    recoverySeconds: seconds(chosen.recovery, usualTiming.recoverySeconds),
    lambdaSeconds: seconds(chosen.lambda, usualTiming.lambdaSeconds),
    sentSeconds: seconds(chosen.sent, usualTiming.sentSeconds),
    staleSeconds: seconds(chosen.stale, usualTiming.staleSeconds),
  };
}

const seconds = (span: Duration | undefined, usual: number): number => span?.toSeconds() ?? usual;
