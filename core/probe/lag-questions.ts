import { partsOf } from '../experiment-parts.ts';
import { infoPortOf } from '../info-port.ts';
import { nodesOf } from '../inventory.ts';
import type { Seen } from '../note.ts';
import type { Question, Subject } from '../probe.ts';

/** How far each node lags behind to its XDR destinations; asked where a bound is set, or XDR is what is harmed. */
export function lagQuestions({
  experiment,
  inventory,
}: Pick<Subject, 'experiment' | 'inventory'>): Question[] {
  const bounds = [experiment.stopOn?.xdrLagSeconds, experiment.expect?.xdrLagSeconds];
  const isOfXdr = partsOf(experiment).some((part) => xdrFaults.has(part.experiment.fault.kind));
  if (!isOfXdr && bounds.every((bound) => bound === undefined)) return [];
  return nodesOf(inventory).map(({ id, address }) => ({
    from: id,
    item: `lag/${address}/${infoPortOf(experiment)}`,
    purpose: 'lag',
  }));
}

const xdrFaults: ReadonlySet<string> = new Set(['xdr-cut', 'xdr-pause']);

/** How far a node lags behind to one destination; null: its server does not count that. */
export interface Lag {
  readonly from: string;
  readonly dc: string;
  readonly seconds: number;
  /** Records in the queue. */
  readonly queued: number | null;
  /** Partitions that were recovered by a scan since the node started. */
  readonly recoveries: number | null;
  /** Partitions that wait for that. */
  readonly pending: number | null;
}

/** Every lag that nodes told of. */
export function lagsIn(seen: readonly Seen[]): Lag[] {
  return seen.flatMap(({ from, result }) =>
    'lags' in result
      ? result.lags.map(([dc, seconds, queued, recoveries, pending]) => ({
          from,
          dc,
          seconds,
          queued,
          recoveries,
          pending,
        }))
      : [],
  );
}
