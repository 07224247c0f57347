import type { Experiment } from './experiment.ts';
import type { OneFault, SequencePart } from './fault.ts';
import type { Window } from './step.ts';

/** An experiment of one fault. */
export type OneExperiment = Omit<Experiment, 'fault'> & { readonly fault: OneFault };

/** One fault of an experiment with all that holds for it, and when it is on. */
export interface ExperimentPart {
  /** Its place in the sequence, from 0 on; 0 for an experiment of one fault. */
  readonly part: number;
  readonly experiment: OneExperiment;
  /** From the start of the hold. */
  readonly window: Window;
}

/** The faults of an experiment in their order; of any but a sequence, the one there is for the whole hold. */
export function partsOf(experiment: Experiment): ExperimentPart[] {
  const { fault, holdSeconds } = experiment;
  if (fault.kind !== 'sequence') {
    const window = { startMs: 0, endMs: 1000 * holdSeconds };
    return [{ part: 0, experiment: { ...experiment, fault }, window }];
  }
  return fault.parts.map((own, part) => ({
    part,
    experiment: experimentOf(own, experiment),
    window: windowOf(own, holdSeconds),
  }));
}

/** Whether this is the whole hold of the experiment. */
export const isWholeHold = (
  { startMs, endMs }: Window,
  { holdSeconds }: Pick<Experiment, 'holdSeconds'>,
): boolean => startMs === 0 && endMs === 1000 * holdSeconds;

/** What the part leaves out is as the experiment says. */
function experimentOf(own: SequencePart, experiment: Experiment): OneExperiment {
  const intensity = own.intensity ?? experiment.intensity;
  const flapping = own.flapping ?? experiment.flapping;
  return {
    ...experiment,
    fault: own.fault,
    mechanism: own.mechanism ?? experiment.mechanism,
    packets: own.packets ?? experiment.packets,
    direction: own.direction ?? experiment.direction,
    ...(intensity !== undefined && { intensity }),
    ...(flapping !== undefined && { flapping }),
  };
}

function windowOf({ startSeconds, seconds }: SequencePart, holdSeconds: number): Window {
  const endSeconds = seconds === undefined ? holdSeconds : startSeconds + seconds;
  return { startMs: 1000 * startSeconds, endMs: 1000 * endSeconds };
}
