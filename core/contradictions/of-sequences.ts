import { usualPorts } from '../aerospike.ts';
import type { Experiment } from '../experiment.ts';
import { partsOf } from '../experiment-parts.ts';
import { uselessWindow } from '../windows.ts';
import { either, onHosts } from './contradiction.ts';
import type { Contradiction } from './contradiction.ts';

/** What a whole experiment cannot be, whatever its faults. */
export const ofWhole: readonly Contradiction<Experiment>[] = [
  {
    found: ({ portNumbers = {}, access }) => {
      if (portNumbers === 'node') return false;
      const { tlsService, ...plain } = { ...usualPorts, ...portNumbers };
      // Nodes that are asked by TLS may have no other service port.
      const isAlone = access?.tls !== undefined && tlsService === plain.service;
      const numbers = Object.values(isAlone ? plain : { ...usualPorts, ...portNumbers });
      return new Set(numbers).size < numbers.length;
    },
    must: () => 'no two port numbers must be the same: found one twice',
  },
  {
    found: (experiment) => uselessIn(experiment) !== undefined,
    must: (experiment) => uselessIn(experiment) ?? '',
  },
  {
    found: ({ expect, markers }) => expect?.lostMarkersMax !== undefined && markers === undefined,
    must: () => 'markers must be there where expect has lostMarkersMax: found none',
  },
];

const uselessIn = ({ allowedWindows = [] }: Experiment): string | undefined =>
  allowedWindows.map(uselessWindow).find((must) => must !== undefined);

/** What a sequence cannot be. */
export const ofSequences: readonly Contradiction<Experiment>[] = [
  {
    found: ({ fault, expect }) => fault.kind === 'sequence' && expect?.clusterSizes !== undefined,
    must: ({ expect }) =>
      `expect must name no clusterSizes of a sequence, for each of its parts has its own: found ${expect?.clusterSizes?.join(' and ')}`,
  },
  {
    found: (experiment) => strangerIn(experiment) !== undefined,
    must: (experiment) =>
      `mechanisms of a sequence must be ${either(onHosts)}, for all others are undone once, at the end: found '${strangerIn(experiment)}'`,
  },
  {
    found: (experiment) => lateIn(experiment) !== undefined,
    must: (experiment) => {
      const { part = 0, window: { startMs, endMs } = { startMs: 0, endMs: 0 } } =
        lateIn(experiment) ?? {};
      return `part ${part + 1} must begin and end within the hold of ${experiment.holdSeconds} s: found it from ${startMs / 1000} s to ${endMs / 1000} s`;
    },
  },
];

function strangerIn(experiment: Experiment): string | undefined {
  if (experiment.fault.kind !== 'sequence') return undefined;
  const own = partsOf(experiment).map((part) => part.experiment.mechanism);
  return [...own, experiment.mechanism].find((mechanism) => !onHosts.includes(mechanism));
}

function lateIn(experiment: Experiment): ReturnType<typeof partsOf>[number] | undefined {
  const holdMs = 1000 * experiment.holdSeconds;
  return partsOf(experiment).find(
    ({ window: { startMs, endMs } }) => startMs >= endMs || endMs > holdMs,
  );
}
