import type { Ground } from './ground.ts';

/** What a row observes: plain data, so that a difference can be written down and compared. */
export type Plain =
  | string
  | number
  | boolean
  | readonly Plain[]
  | { readonly [key: string]: Plain | undefined };

/**
 * Who says what must come out.
 *
 * - `text`: AWS's own API text or page; asserted everywhere.
 * - `seen`: answers of the real service that somebody recorded; asserted everywhere.
 * - `unknown`: nobody. What is expected is what the planner takes for granted: the lab must keep to it, every
 *   other endpoint is asked and its answer printed. Only a real account settles it (docs/confirm-on-aws.md).
 */
export type Decides = 'text' | 'seen' | 'unknown';

/** One behaviour of EC2. */
export interface Row {
  /** A promise in plain words; differences.ts and docs/confirm-on-aws.md refer to it. */
  readonly name: string;
  readonly decides: Decides;
  /** Where it is said: member or page, or the report. For `unknown`, what is said near it, and what is not. */
  readonly source: string;
  readonly expected: Plain;
  /** Does it, on a ground of its own, and tells what came out. */
  readonly observe: (ground: Ground) => Promise<Plain>;
  /** It wants an instance, which some endpoints cannot give. */
  readonly wantsInstance?: true;
}
