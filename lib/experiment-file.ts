import { readFileSync } from 'node:fs';
import type { Experiment } from '../core/experiment.ts';
import { problemCodes, readExperiment } from '../core/experiment-problems.ts';
import { Refusal } from '../core/refusal.ts';
import { BadExperiment, placed } from './bad-experiment.ts';
import { readText } from './experiment-text.ts';

/** What stands for the standard input among names of files. */
const standardInput = '-';

/** No execution takes a larger input (Step Functions quotas: 256 KiB). */
const charactersMax = 262_144;

/**
 * Reads an experiment from a file, YAML or JSON; `-` is the standard input.
 *
 * @throws BadExperiment with everything that is wrong with it. @throws Refusal where it cannot be read.
 */
export function experimentIn(file: string): Experiment {
  const text = textOf(file)
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n');
  const name = file === standardInput ? '<stdin>' : file;
  const isJson = file.endsWith('.json');
  const { value, mistakes, spanOf } = readText(text, { isJson });
  if (mistakes.length > 0) {
    const must = `Cannot read "${name}" as it must be ${isJson ? 'JSON' : 'YAML or JSON'}: found`;
    throw new BadExperiment(
      mistakes.map(({ span, says }) =>
        placed({ code: problemCodes.text, says: `${must} ${says}` }, { file: name, text, span }),
      ),
    );
  }
  const read = readExperiment(value);
  if ('experiment' in read) return read.experiment;
  const problems = read.problems.map((problem) =>
    placed(problem, { file: name, text, span: spanOf(problem.path, problem.ofKey) }),
  );
  throw new BadExperiment(problems.toSorted((one, other) => one.line - other.line));
}

function textOf(file: string): string {
  let text: string;
  try {
    text = readFileSync(file === standardInput ? 0 : file, 'utf8');
  } catch (cause) {
    throw new Refusal(
      `Cannot read "${file}" as it must be a readable file: found ${codeOf(cause)}`,
      { cause },
    );
  }
  if (text.length <= charactersMax) return text;
  throw new Refusal(
    `Cannot read "${file}" as an experiment must have at most ${charactersMax} characters: found ${text.length}`,
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
