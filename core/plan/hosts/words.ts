import type { Experiment } from '../../experiment.ts';
import { isWholeHold } from '../../experiment-parts.ts';
import type { Intensity } from '../../fault.ts';
import type { Window } from '../../step.ts';

/** "30 % of packets", "one new connection in 3". */
export function shareWords({ percent, every = 1, per }: Intensity): string {
  const noun = per === 'packet' ? 'packet' : 'new connection';
  return percent === undefined ? `one ${noun} in ${every}` : `${percent} % of ${noun}s`;
}

/** When something is on, after a comma; nothing where it is on for the whole hold. */
export function timeWords(
  window: Window,
  { flapping, holdSeconds }: Pick<Experiment, 'flapping' | 'holdSeconds'>,
): string {
  const flaps =
    flapping === undefined
      ? ''
      : `, ${flapping.onSeconds} s on and ${flapping.offSeconds} s off in turn`;
  const when = isWholeHold(window, { holdSeconds })
    ? ''
    : `, from ${window.startMs / 1000} s to ${window.endMs / 1000} s`;
  return `${flaps}${when}`;
}

const namedMost = 8;

/** Names in a row; of many the first. */
export const someNames = (names: readonly string[]): string =>
  names.length <= namedMost
    ? names.join(', ')
    : `${names.slice(0, namedMost).join(', ')} and ${names.length - namedMost} more`;
