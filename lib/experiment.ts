import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { parseExperiment } from '../core/experiment.ts';
import { Refusal } from '../core/refusal.ts';

/**
 * An experiment that is known to be right, since it was read when the app was synthesised: a typo never
 * leaves the desk.
 */
export class Experiment {
  /**
   * Reads a file of JSON or YAML, as those of examples/.
   *
   * @throws Refusal with one sentence that names the file and what is wrong.
   */
  static fromFile(path: string): Experiment {
    return new Experiment(path, () => parse(readFileSync(path, 'utf8')));
  }

  /** Takes what such a file holds. @throws Refusal with one sentence that says what is wrong. */
  static fromObject(value: Record<string, unknown>): Experiment {
    return new Experiment('this experiment', () => value);
  }

  /** What people call it. */
  readonly name: string;
  /** The cluster it is for, by its tag. */
  readonly cluster: string;
  /** The whole of it, with what was left out filled in: the input of the workflow. */
  readonly input: Record<string, unknown>;

  private constructor(from: string, read: () => unknown) {
    try {
      const experiment = parseExperiment(read());
      this.name = experiment.name;
      this.cluster = experiment.cluster;
      this.input = { ...experiment };
    } catch (cause) {
      const found = cause instanceof Error ? cause.message : String(cause);
      throw new Refusal(`Cannot use ${from} as it must be an experiment: found ${found}`, {
        cause,
      });
    }
  }
}
