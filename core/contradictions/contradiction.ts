import type { Experiment } from '../experiment.ts';
import type { ExperimentPart, OneExperiment } from '../experiment-parts.ts';
import type { Mechanism, OneFault } from '../fault.ts';

/** One fault of an experiment with all that holds for it. */
export type Judged = OneExperiment & Pick<ExperimentPart, 'window'>;

/** A clash of two parts of an experiment; `must` says what has to be, and what was found. */
export interface Contradiction<Of = Judged> {
  readonly found: (experiment: Of) => boolean;
  readonly must: (experiment: Of) => string;
}

/** Mechanisms that filter packets on hosts. */
const packetFilters: readonly Mechanism[] = ['iptables', 'nft'];
/** Mechanisms whose scripts on hosts keep the time themselves. */
export const onHosts: readonly Mechanism[] = [...packetFilters, 'route', 'aerospike'];
const around: readonly Mechanism[] = ['security-group', 'network-acl'];

/** By what each fault can be done. */
export const mechanismsOf: Readonly<Record<OneFault['kind'], readonly Mechanism[]>> = {
  partition: [...packetFilters, 'route', ...around],
  'client-cut': [...packetFilters, ...around],
  'xdr-cut': [...packetFilters, ...around],
  'link-down': packetFilters,
  reroute: packetFilters,
  'xdr-pause': ['aerospike'],
  'service-stop': ['aerospike'],
  'service-freeze': ['aerospike'],
};

/** Whether a fault is done by packet filters on hosts. */
export const isFiltered = ({ mechanism }: Pick<Experiment, 'mechanism'>): boolean =>
  packetFilters.includes(mechanism);

/** Words in a row, the last after "or". */
export function either(words: readonly string[]): string {
  const [last = '', ...others] = words.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(', ')} or ${last}`;
}
