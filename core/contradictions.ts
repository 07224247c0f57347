import { ofAccess } from './contradictions/of-access.ts';
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
export const contradictionIn = (experiment: Experiment): string | undefined =>
  contradictionsIn(experiment)[0];

/** Every contradiction in an experiment; of parts only where the whole agrees, for they follow from it. */
export function contradictionsIn(experiment: Experiment): string[] {
  const whole = [...ofSequences, ...ofWhole, ...ofAccess].filter(({ found }) => found(experiment));
  if (whole.length > 0) return whole.map(({ must }) => must(experiment));
  const isSequence = experiment.fault.kind === 'sequence';
  return partsOf(experiment).flatMap(({ part, experiment: one, window }) =>
    contradictionsInOne({ ...one, window }).map((must) =>
      isSequence ? `in part ${part + 1} ${must}` : must,
    ),
  );
}

function contradictionsInOne(experiment: Judged): string[] {
  return ofOne.filter(({ found }) => found(experiment)).map(({ must }) => must(experiment));
}
