import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import * as z from 'zod';
import { Report } from '../../core/report.ts';
import { madeAssembly } from '../assembly-setup.ts';
import { withRoom } from './room.ts';

const main = fileURLToPath(new URL('../../lab/main.ts', import.meta.url));

/** What a person would see of one `npm run lab`. */
export interface Rehearsal {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

const folder = mkdtempSync(join(tmpdir(), 'aerofault-rehearsals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file with an experiment like one of examples/, but for these members. */
export function exampleLike(file: string, changes: { readonly name: string }): string {
  const example = z.record(z.string(), z.json()).parse(JSON.parse(readFileSync(file, 'utf8')));
  const path = join(folder, `${changes.name}.json`);
  writeFileSync(path, JSON.stringify({ ...example, ...changes }));
  return path;
}

/** Runs the lab as a person would, but for what it synthesises: that is the same for all rehearsals. */
export function rehearse(words: readonly string[]): Promise<Rehearsal> {
  const environment = { AEROFAULT_ASSEMBLY: madeAssembly() };
  return withRoom(words, () => runLab(words, environment));
}

/** Runs the lab as a person would, in every respect. */
export function runLab(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Rehearsal> {
  const startedAt = Date.now();
  const child = spawn(process.execPath, [main, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // What is synthesised for all rehearsals is not for a person's own.
    env: { ...process.env, AEROFAULT_ASSEMBLY: undefined, ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, stdout, stderr, seconds: (Date.now() - startedAt) / 1000 }),
    );
  });
}

/** The report of a rehearsal, parsed; the progress lines are in the error when there is none. */
export function reportIn({ code, stdout, stderr }: Rehearsal): Report {
  if (stdout.trim() === '') throw new Error(`no report, exit ${code}:\n${stderr}`);
  return Report.parse(JSON.parse(stdout));
}

/** Milliseconds from one instant of the report to another. @throws when either is missing. */
export function span(from: number | null, to: number | null): number {
  if (from === null || to === null) throw new Error(`an instant is missing: ${from}, ${to}`);
  return to - from;
}
