/** What was expected of clients and of shipping, by what nodes tell of them. */
import { clientsIn, countedIn, growthOf } from '../counters.ts';
import type { Reading } from '../counters.ts';
import type { Expect } from '../expect.ts';
import { nodesOf } from '../inventory.ts';
import { lagsIn } from '../probe/lag-questions.ts';
import { nameOf } from './answers.ts';
import type { Sample } from './answers.ts';
import { answerOf } from './hypothesis.ts';
import type { Evidence, Hypothesis } from './hypothesis.ts';

/**
 * By what nodes counted from the last thing before the fault to the last look in it. What was done in
 * between counts as well, so that the share is of the fault alone at least as large; it is at most as if
 * nothing had been done before the first look.
 */
export function aboutClients({ clientErrorPercent }: Expect, evidence: Evidence): Hypothesis[] {
  if (clientErrorPercent === undefined) return [];
  const told = {
    what: 'client errors',
    by: 'experiment',
    expected: `at most ${clientErrorPercent} %`,
  } as const;
  const { failed, done, doneSurely, missing, isLate } = clientsOf(evidence);
  const asked = failed + done;
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
  const most = failed === 0 ? 0 : (100 * failed) / (failed + doneSurely);
  const isWide = percent <= clientErrorPercent && most > clientErrorPercent;
  const seen = [
    `${percent.toFixed(2)} %: ${failed} of ${asked}${isLate ? '' : ' since before Arm'}`,
    ...(isWide ? [`up to ${most.toFixed(2)} % of what was asked in the fault alone`] : []),
    ...(missing === 0 ? [] : [`${missing} node(s) did not tell`]),
  ].join('; ');
  if (missing > 0 || isWide) return [{ ...told, seen, answer: 'inconclusive' }];
  return [{ ...told, seen, answer: answerOf(percent <= clientErrorPercent) }];
}

/** How all nodes' clients fared. */
interface ClientSums {
  readonly failed: number;
  readonly done: number;
  /** What was done in the fault for certain. */
  readonly doneSurely: number;
  /** How many nodes did not tell. */
  readonly missing: number;
  /** Whether every node was asked as the last thing before the fault. */
  readonly isLate: boolean;
}

function clientsOf({ subject, baseline, armed, looks }: Evidence): ClientSums {
  const late = readingsIn(armed === undefined ? [] : [armed]);
  const before = new Map([...readingsIn([baseline]), ...late]);
  // A node that is silent in the last look has told of a part of the fault, which is not enough.
  const after = readingsIn(looks.slice(-1));
  const first = readingsIn(looks.slice(0, 1));
  const nodes = nodesOf(subject.inventory).map(({ id }) => id);
  const isLate = nodes.every((id) => late.has(id));
  const sums = nodes.map((id) => {
    const { failed, done } = clientsIn(growthOf(before.get(id), after.get(id)));
    const since = isLate && looks.length > 1 ? first.get(id) : undefined;
    const { done: within } = clientsIn(growthOf(since ?? before.get(id), after.get(id)));
    return { failed, done, within };
  });
  const total = (key: 'failed' | 'done' | 'within'): number =>
    sums.reduce((all, one) => all + (one[key] ?? 0), 0);
  return {
    failed: total('failed'),
    done: total('done'),
    doneSurely: total('within'),
    missing: sums.filter(({ failed, done }) => failed === null || done === null).length,
    isLate,
  };
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

const readingsIn = (samples: readonly Pick<Sample, 'seen'>[]): Map<string, Reading> =>
  new Map(samples.flatMap(countedIn).map((one) => [one.from, one.reading]));
