import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Report } from '../../core/report.ts';

const main = fileURLToPath(new URL('../../lab/main.ts', import.meta.url));

/** What a person would see of one `npm run lab`. */
export interface Rehearsal {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** Runs the lab as a person would, with `--json` unless told otherwise. */
export function rehearse(words: readonly string[]): Promise<Rehearsal> {
  const startedAt = Date.now();
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
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
