import { parseExperiment } from '../core/experiment.ts';
import type { Experiment as ReadExperiment } from '../core/experiment.ts';
import { Refusal } from '../core/refusal.ts';
import { experimentIn } from './experiment-file.ts';

/**
 * An experiment that is known to be right, since it was read when the app was synthesised: a typo never
 * leaves the desk.
 */
export class Experiment {
  /**
   * Reads a file of JSON or YAML, as those of examples/, and as the command line reads it.
   *
   * @throws Refusal with all that is wrong in it, each with file, line and column; in one sentence where the
   * file cannot be read.
   */
  static fromFile(path: string): Experiment {
    return new Experiment(experimentIn(path));
  }

  /** Takes what such a file holds. @throws Refusal with one sentence that says what is wrong. */
  static fromObject(value: Record<string, unknown>): Experiment {
    return new Experiment(readObject(value));
  }

  /** What people call it. */
  readonly name: string;
  /** The cluster it is for, by its tag. */
  readonly cluster: string;
  /** The whole of it, with what was left out filled in: the input of the workflow. */
  readonly input: Record<string, unknown>;

  private constructor(experiment: ReadExperiment) {
    this.name = experiment.name;
    this.cluster = experiment.cluster;
    this.input = { ...experiment };
  }
}

function readObject(value: Record<string, unknown>): ReadExperiment {
  try {
    return parseExperiment(value);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(`Cannot use this experiment as it must be an experiment: found ${found}`, {
      cause,
    });
  }
}
