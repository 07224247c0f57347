import * as z from 'zod';
import { chosenOf, seedOf } from './chance.ts';
import { ExperimentSchema, parseExperiment } from './experiment.ts';
import type { Experiment } from './experiment.ts';
import { Refusal } from './refusal.ts';

/** Which of several experiments chance has picked, so that it can be picked again. */
export const Picked = z.strictObject({
  seed: z.int(),
  place: z.int().min(1).meta({ description: 'In the list, from 1' }),
  of: z.int().min(1).meta({ description: 'How many the list has' }),
});
export type Picked = z.infer<typeof Picked>;

/** What a run was asked to do. */
export interface AskedRun {
  readonly experiment: Experiment;
  readonly startedBy: string;
  /** Undefined: it was asked for by itself. */
  readonly picked?: Picked | undefined;
}

/** Most experiments of one list. */
const listMax = 16;

const StartedBy = z
  .string()
  .max(256)
  .regex(/^[\w .:/@<>-]*$/)
  .optional();
const Wrapped = z.object({ experiment: z.unknown(), startedBy: StartedBy });
const List = z.strictObject({
  pick: z.array(z.unknown()).min(1).max(listMax),
  seed: ExperimentSchema.shape.seed,
  startedBy: StartedBy,
});

/**
 * Reads the input of the workflow: an experiment; one wrapped with who started it; or a list of which one is
 * picked, by the seed that is given or else by the run's id, so that the same run always picks the same.
 *
 * @throws Refusal for anything else, also where any of a list is no experiment, picked or not.
 */
export function askedRun(input: unknown, runId: string): AskedRun {
  return isList(input) ? picked(input, runId) : oneAsked(input);
}

/** The cluster that such an input is for; of a list those of all its experiments, picked or not. */
export function clustersAsked(input: unknown): string[] {
  const experiments = isList(input) ? listAsked(input).experiments : [oneAsked(input).experiment];
  return [...new Set(experiments.map(({ cluster }) => cluster))];
}

const isList = (input: unknown): input is object =>
  typeof input === 'object' && input !== null && 'pick' in input;

function oneAsked(input: unknown): AskedRun {
  const wrapped = Wrapped.safeParse(input);
  if (wrapped.success && wrapped.data.experiment !== undefined) {
    const { experiment, startedBy = 'unknown' } = wrapped.data;
    return { experiment: parseExperiment(experiment), startedBy };
  }
  return { experiment: parseExperiment(input), startedBy: 'unknown' };
}

function listAsked(input: object) {
  const { data, error } = List.safeParse(input);
  if (data === undefined) {
    const { path, message } = error.issues[0] ?? { path: [], message: '' };
    throw new Refusal(
      `Cannot pick an experiment as the input must be like {"pick": [1 to ${listMax} experiments], "seed": 7}: found ${path.join('.') || 'the whole'} wrong (${message})`,
    );
  }
  return { ...data, experiments: data.pick.map(experimentAt) };
}

function picked(input: object, runId: string): AskedRun {
  const { experiments, seed = seedOf(runId), startedBy = 'unknown' } = listAsked(input);
  const numbered = experiments.map((experiment, at) => ({ experiment, place: at + 1 }));
  const [one = numbered[0]] = chosenOf(numbered, 1, seed);
  // A list has one at least, which the compiler cannot know.
  const { experiment, place } = one ?? { experiment: parseExperiment(undefined), place: 1 };
  return { experiment, startedBy, picked: { seed, place, of: experiments.length } };
}

function experimentAt(value: unknown, index: number): Experiment {
  try {
    return parseExperiment(value);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(
      `Cannot pick an experiment as every one of the list must be right: found that number ${index + 1} is not (${found})`,
      { cause },
    );
  }
}

/** How the pick is told, after what was picked. */
export const pickedText = (one: Picked | undefined): string =>
  one === undefined ? '' : `, picked as ${one.place} of ${one.of} by seed ${one.seed}`;
