/** What was expected of clients and of shipping, by what nodes tell of them. */
import {
  clientDone,
  clientErrors,
  clientTimeouts,
  countedIn,
  growthOf,
  sumOf,
} from '../counters.ts';
import type { Reading } from '../counters.ts';
import type { Expect } from '../expect.ts';
import { nodesOf } from '../inventory.ts';
import { lagsIn } from '../probe/lag-questions.ts';
import { nameOf } from './answers.ts';
import type { Sample } from './answers.ts';
import { answerOf } from './hypothesis.ts';
import type { Evidence, Hypothesis } from './hypothesis.ts';

/** By what nodes counted between the last look before the fault and the last in it. */
export function aboutClients(
  { clientErrorPercent }: Expect,
  { subject, baseline, looks }: Evidence,
): Hypothesis[] {
  if (clientErrorPercent === undefined) return [];
  const told = {
    what: 'client errors',
    by: 'experiment',
    expected: `at most ${clientErrorPercent} %`,
  } as const;
  // A node that is silent in the last look has told of a part of the fault, which is not enough.
  const [before, after] = [readingsIn([baseline]), readingsIn(looks.slice(-1))];
  const sums = nodesOf(subject.inventory).map(({ id }) => {
    const growth = growthOf(before.get(id), after.get(id));
    return {
      done: sumOf(growth, clientDone),
      failed: sumOf(growth, [...clientTimeouts, ...clientErrors]),
    };
  });
  const missing = sums.filter(({ done, failed }) => done === null || failed === null).length;
  const failed = sums.reduce((total, one) => total + (one.failed ?? 0), 0);
  const asked = failed + sums.reduce((total, one) => total + (one.done ?? 0), 0);
  if (asked === 0) {
    return [
      {
        ...told,
        seen: 'no client asked for anything, as far as nodes told',
        answer: 'inconclusive',
      },
    ];
  }
  const percent = (100 * failed) / asked;
  const seen = `${percent.toFixed(2)} %: ${failed} of ${asked}${missing === 0 ? '' : `; ${missing} node(s) did not tell`}`;
  if (missing > 0) return [{ ...told, seen, answer: 'inconclusive' }];
  return [{ ...told, seen, answer: answerOf(percent <= clientErrorPercent) }];
}

/** By the largest lag that any node told in any look. */
export function aboutLag({ xdrLagSeconds }: Expect, { subject, looks }: Evidence): Hypothesis[] {
  if (xdrLagSeconds === undefined) return [];
  const told = {
    what: 'XDR lag',
    by: 'experiment',
    expected: `at most ${xdrLagSeconds} s`,
  } as const;
  const lags = looks.flatMap(({ seen }) => lagsIn(seen));
  const [worst] = lags.toSorted((one, other) => other.seconds - one.seconds);
  if (worst === undefined)
    return [{ ...told, seen: 'no node told its lag', answer: 'inconclusive' }];
  const seen = `${worst.seconds} s at most, ${nameOf(worst.from, subject)} to ${worst.dc}`;
  const heard = new Set(lags.map(({ from }) => from));
  const silent = nodesOf(subject.inventory).filter(({ id }) => !heard.has(id));
  if (worst.seconds > xdrLagSeconds) return [{ ...told, seen, answer: 'refuted' }];
  if (silent.length === 0) return [{ ...told, seen, answer: 'confirmed' }];
  const unheard = silent.map(({ name }) => name).join(', ');
  return [{ ...told, seen: `${seen}; ${unheard} told none`, answer: 'inconclusive' }];
}

const readingsIn = (samples: readonly Sample[]): Map<string, Reading> =>
  new Map(samples.flatMap(countedIn).map((one) => [one.from, one.reading]));
