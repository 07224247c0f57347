import { gigabytes, prices, transitionsAState } from '../report/states.ts';
import type { Timing } from '../timing.ts';

/** States of a run beside the slices of its hold: from Open to Report, some of them several times. */
const statesBeside = 20;
/** How long a state's Lambda takes on average, in seconds; most wait for hosts to answer. */
const secondsAState = 4;
/** What a state writes into the journal, and reads from it, in request units. */
const unitsAState = { writes: 6, reads: 10 };

/**
 * What a run will cost at most when nothing goes wrong, in whole US cents: list prices of us-east-1, free
 * tiers aside. Requests to EC2 and SSM cost nothing.
 */
export function expectedCents(
  { holdSeconds }: { readonly holdSeconds: number },
  { sliceSeconds }: Pick<Timing, 'sliceSeconds'>,
): number {
  const states = statesBeside + Math.ceil(holdSeconds / sliceSeconds);
  const usd =
    states *
    (transitionsAState * prices.transition +
      prices.request +
      secondsAState * gigabytes * prices.gigabyteSecond +
      unitsAState.writes * prices.write +
      unitsAState.reads * prices.read);
  return Math.ceil(100 * usd);
}
