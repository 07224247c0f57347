import type { Judged } from './contradictions/contradiction.ts';
import { ofIsolation, ofNames } from './contradictions/of-faults.ts';
import { ofDirection, ofGroups, ofMechanisms } from './contradictions/of-mechanisms.ts';
import { ofSequences, ofWhole } from './contradictions/of-sequences.ts';
import { ofFlapping, ofIntensity } from './contradictions/of-strength.ts';
import type { Experiment } from './experiment.ts';
import { partsOf } from './experiment-parts.ts';

const ofOne = [
  ...ofMechanisms,
  ...ofDirection,
  ...ofGroups,
  ...ofIsolation,
  ...ofNames,
  ...ofIntensity,
  ...ofFlapping,
];

/**
 * The first contradiction in an experiment, as the end of a sentence; undefined when its parts agree. What
 * the schema fills in by itself contradicts nothing.
 */
export function contradictionIn(experiment: Experiment): string | undefined {
  const whole = [...ofSequences, ...ofWhole].find(({ found }) => found(experiment));
  if (whole !== undefined) return whole.must(experiment);
  const isSequence = experiment.fault.kind === 'sequence';
  const [first] = partsOf(experiment).flatMap(({ part, experiment: one, window }) => {
    const must = contradictionInOne({ ...one, window });
    if (must === undefined) return [];
    return [isSequence ? `in part ${part + 1} ${must}` : must];
  });
  return first;
}

function contradictionInOne(experiment: Judged): string | undefined {
  return ofOne.find(({ found }) => found(experiment))?.must(experiment);
}
