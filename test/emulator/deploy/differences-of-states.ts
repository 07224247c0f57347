import type { Plain } from '../row.ts';

/** Who interprets state machines here. */
export type Engine = 'ministack' | 'moto';

/** One behaviour of Step Functions in which an interpreter is not AWS, and what makes up for it. */
export interface StateDifference {
  readonly engine: Engine;
  /** The name of the row in rows-of-states.ts. */
  readonly row: string;
  readonly found: Plain;
  /** Where the suite shows it all the same, or why it need not. */
  readonly instead: string;
}

/** The written list: complete, and without anything that is no longer so. */
export const STATES_DIFFER: readonly StateDifference[] = [
  {
    engine: 'ministack',
    row: 'a ResultSelector reads the context object',
    found: 'null',
    instead: 'left-out.ts puts the execution in another way; on moto the definition runs as it is',
  },
  {
    engine: 'ministack',
    row: 'a Catch finds the name of what a Lambda threw',
    found: 'Otherwise',
    instead: 'names of errors are asked of moto',
  },
  {
    engine: 'ministack',
    row: 'a machine that outlives its limit is timed out',
    found: 'SUCCEEDED',
    instead: 'the limit is asked of moto; its event has the same rule as an aborted one',
  },
  {
    engine: 'ministack',
    row: 'a payload above 256 KiB ends in States.DataLimitExceeded',
    found: 'SUCCEEDED',
    instead: 'the limit is asked of moto',
  },
];
