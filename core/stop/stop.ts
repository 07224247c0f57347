import * as z from 'zod';

/**
 * Why a hold ended before its time. `unknown`: nobody could tell whether it must. `other-way-out`: the run
 * was closed by neither its workflow nor a person.
 */
export const StopCause = z.enum([
  'alarm',
  'unavailable-partitions',
  'dead-partitions',
  'stop-writes',
  'orphaned-node',
  'clock-skew',
  'xdr-lag',
  'person',
  'other-way-out',
  'unknown',
]);
export type StopCause = z.infer<typeof StopCause>;

/** A reason to restore now, in an operator's words. */
export interface Stop {
  readonly cause: StopCause;
  readonly says: string;
}
