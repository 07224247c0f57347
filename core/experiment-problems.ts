/** All that is wrong with an experiment at once, each with its place, for those who show files. */
import * as z from 'zod';
import { contradictionsIn } from './contradictions.ts';
import { ExperimentSchema } from './experiment.ts';
import type { Experiment } from './experiment.ts';
import { nearest } from './nearest.ts';
import { at, issuesIn, sentenceOf } from './sentence.ts';
import type { Issue } from './sentence.ts';

/** What kind of thing is wrong; documented in docs/cli.md, never renumbered. 201 is text that cannot be read. */
export const problemCodes = {
  text: 'AF-201',
  key: 'AF-202',
  value: 'AF-203',
  missing: 'AF-204',
  contradiction: 'AF-205',
} as const;
export type ProblemCode = (typeof problemCodes)[keyof typeof problemCodes];

/** One thing that is wrong with an experiment. */
export interface Problem {
  readonly code: ProblemCode;
  /** Where: keys and places in lists, from the outside in. Of what is missing: where it should be. */
  readonly path: readonly PropertyKey[];
  /** Whether it is the key itself that is wrong. */
  readonly ofKey: boolean;
  /** A sentence in the house grammar. */
  readonly says: string;
  /** The word that was probably meant. */
  readonly meant?: string | undefined;
}

/** The experiment, or everything that is wrong with it. */
export type Read = { readonly experiment: Experiment } | { readonly problems: readonly Problem[] };

/** Reads an experiment from outside data. */
export function readExperiment(value: unknown): Read {
  const { data, error } = ExperimentSchema.safeParse(value);
  if (error !== undefined) {
    return { problems: issuesIn(error).map((issue) => problemOf(issue, value)) };
  }
  const problems = contradictionsIn(data).map((must) => contradictionOf(must, data));
  return problems.length === 0 ? { experiment: data } : { problems };
}

function problemOf(issue: Issue, value: unknown): Problem {
  const says = sentenceOf(issue, value);
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const path = [...issue.path, key];
    const meant = nearest(key, keysAt(issue.path, value));
    return { code: problemCodes.key, path, ofKey: true, says, meant };
  }
  const found = at(value, issue.path);
  const code = found === undefined ? problemCodes.missing : problemCodes.value;
  const meant = typeof found === 'string' ? nearest(found, wordsOf(issue)) : undefined;
  return { code, path: issue.path, ofKey: false, says, meant };
}

/** The words that would have been right. */
function wordsOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code !== 'invalid_union') return [];
  const { options = [] } = 'options' in issue ? issue : {};
  return [...options.map(String), ...issue.errors.flat().flatMap(wordsOf)];
}

/** The keys that are known at a path, of that kind where a kind is said; as the published schema has them. */
function keysAt(path: readonly PropertyKey[], value: unknown): string[] {
  let shapes = fitting(z.toJSONSchema(ExperimentSchema, { io: 'input' }), value);
  path.forEach((key, depth) => {
    const inner = at(value, path.slice(0, depth + 1));
    const step = typeof key === 'number' ? ['items'] : ['properties', key];
    shapes = shapes.flatMap((shape) => fitting(at(shape, step), inner));
  });
  return shapes.flatMap((shape) => Object.keys(at(shape, ['properties']) ?? {}));
}

/** What a value may be here: of alternatives told apart by their kind, the one it says. */
function fitting(shape: unknown, value: unknown): unknown[] {
  const alternatives = ['anyOf', 'oneOf'].flatMap((way) => {
    const all = at(shape, [way]);
    return Array.isArray(all) ? all.map((one: unknown) => one) : [];
  });
  const kind = at(value, ['kind']);
  const isOfKind = (one: unknown): boolean => {
    const own = at(one, ['properties', 'kind', 'const']);
    return own === undefined || own === kind;
  };
  return [shape, ...alternatives.filter(isOfKind).flatMap((one) => fitting(one, value))];
}

function contradictionOf(must: string, experiment: Experiment): Problem {
  const says = `Cannot use experiment "${experiment.name}" as ${must}`;
  const path = placeOf(must, experiment);
  return { code: problemCodes.contradiction, path, ofKey: true, says };
}

/**
 * Where a contradiction is to be settled: a sentence begins with what it is about, and else names keys in
 * quotes; the first of them that the experiment has, its fault or its topology, in a sequence the part it
 * names.
 */
function placeOf(must: string, experiment: Experiment): readonly PropertyKey[] {
  const [, number] = /^(?:in )?part (\d+) /.exec(must) ?? [];
  const part = number === undefined ? [] : ['fault', 'parts', Number(number) - 1];
  const inside = [[], ['fault'], ['fault', 'topology']];
  const places = [...inside.map((more) => [...part, ...more]), ...inside];
  const [subject = ''] = must.split(' must ');
  const quoted = [...must.matchAll(/'([A-Za-z]+)'/g)].map(([, word = '']) => word);
  for (const word of [...subject.split(/[^A-Za-z]+/), ...quoted]) {
    const found = places.find((place) => at(experiment, [...place, word]) !== undefined);
    if (found !== undefined && word !== '') return [...found, word];
  }
  return part.length > 0 ? part : ['fault'];
}
