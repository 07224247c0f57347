import { isDeepStrictEqual } from 'node:util';
import type { Difference, EndpointName } from './differences.ts';
import type { Plain, Row } from './row.ts';

/** What one endpoint was seen to do for one row. */
export interface Observation {
  readonly endpoint: EndpointName;
  readonly row: Row;
  readonly found: Plain;
}

/** True where an endpoint has to do what the row expects, rather than being asked and recorded. */
export function isAsserted(endpoint: EndpointName, { decides }: Pick<Row, 'decides'>): boolean {
  return decides !== 'unknown' || endpoint === 'lab';
}

/**
 * What is wrong with an observation, given the written list of differences; undefined when nothing is. A
 * difference must be on the list, as it is, and whatever is on the list must still differ.
 */
export function complaint(
  { endpoint, row, found }: Observation,
  differences: readonly Difference[],
): string | undefined {
  const listed = differences.find((one) => one.endpoint === endpoint && one.row === row.name);
  const isSame = isDeepStrictEqual(found, row.expected);
  if (listed !== undefined && isSame) {
    return `differences.ts says that ${endpoint} differs, and it does not any more: take the entry off the list`;
  }
  if (listed !== undefined && !isDeepStrictEqual(found, listed.found)) {
    return `${endpoint} differs otherwise than differences.ts says: it says ${text(listed.found)}, found ${text(found)}`;
  }
  if (listed !== undefined || isSame || !isAsserted(endpoint, row)) return undefined;
  return `${endpoint} differs and differences.ts does not say so: expected ${text(row.expected)}, found ${text(found)} (${row.source})`;
}

function text(value: Plain): string {
  return JSON.stringify(value);
}
