import { readFileSync } from 'node:fs';
import { parseExperiment } from '../core/experiment.ts';
import type { Experiment } from '../core/experiment.ts';
import { Refusal } from '../core/refusal.ts';

/** Reads an experiment from a JSON file. @throws Refusal with one sentence. */
export function experimentIn(file: string): Experiment {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Refusal(
      `Cannot read "${file}" as it must be a readable file: found ${codeOf(cause)}`,
      { cause },
    );
  }
  try {
    return parseExperiment(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new Refusal(`Cannot read "${file}" as it must be JSON: found ${cause.message}`, {
      cause,
    });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
