import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { Audit } from '../core/audit/audit.ts';
import { ExperimentSchema } from '../core/experiment.ts';
import { Report } from '../core/report.ts';
import { RunFinished } from '../core/run-finished.ts';

/** One published schema: its file under `schema/`, and what it must say. */
export interface PublishedSchema {
  readonly file: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/**
 * The schemas people and programs outside may read: what an experiment may say, from the side of the
 * one who writes it, and what a report and the event of a run's end say, from the side of who reads them.
 */
export function publishedSchemas(): PublishedSchema[] {
  return [
    { file: 'experiment.schema.json', json: published(ExperimentSchema, 'input', 'Experiment') },
    { file: 'report.schema.json', json: published(Report, 'output', 'Report') },
    { file: 'run-finished.schema.json', json: published(RunFinished, 'output', 'RunFinished') },
    { file: 'audit.schema.json', json: published(Audit, 'output', 'Audit') },
  ];
}

function published(
  schema: z.ZodType,
  io: 'input' | 'output',
  noun: string,
): PublishedSchema['json'] {
  const { $schema, ...json } = z.toJSONSchema(schema, { target: 'draft-2020-12', io });
  return { $schema, title: `aerofault ${noun}`, ...json };
}

/** The text of a schema's file, byte for byte. */
export function textOf({ json }: PublishedSchema): string {
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

/** Those whose file in `directory` says something else, or is missing. */
export function staleSchemas(directory: string): PublishedSchema[] {
  return publishedSchemas().filter((one) => textIn(join(directory, one.file)) !== textOf(one));
}

function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Writes the files that are not current, or with `check` only says which are not; a sentence each. */
export function publish(directory: string, { check }: { check: boolean }): string[] {
  return staleSchemas(directory).map((one) => {
    if (check) {
      return `Cannot accept schema/${one.file} as it must say what the sources say: found it does not; run npm run schema`;
    }
    writeFileSync(join(directory, one.file), textOf(one));
    return `Wrote schema/${one.file}`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  const sentences = publish(resolve(import.meta.dirname, '../schema'), { check });
  for (const sentence of sentences) process.stderr.write(`${sentence}\n`);
  process.exitCode = check && sentences.length > 0 ? 1 : 0;
}
