import { portNumbersOf } from '../experiment.ts';
import { nodesOf } from '../inventory.ts';
import type { Seen } from '../note.ts';
import type { Question, Subject } from '../probe.ts';

/** How far each node lags behind to its XDR destinations; asked only where a bound is set. */
export function lagQuestions({
  experiment,
  inventory,
}: Pick<Subject, 'experiment' | 'inventory'>): Question[] {
  if (experiment.stopOn?.xdrLagSeconds === undefined) return [];
  return nodesOf(inventory).map(({ id, address }) => ({
    from: id,
    item: `lag/${address}/${portNumbersOf(experiment).service}`,
    purpose: 'lag',
  }));
}

/** How many seconds a node lags behind to one destination. */
export interface Lag {
  readonly from: string;
  readonly dc: string;
  readonly seconds: number;
}

/** Every lag that nodes told of. */
export function lagsIn(seen: readonly Seen[]): Lag[] {
  return seen.flatMap(({ from, result }) =>
    'lags' in result ? result.lags.map(([dc, seconds]) => ({ from, dc, seconds })) : [],
  );
}
