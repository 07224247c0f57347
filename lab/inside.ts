/**
 * The part of `npm run lab` that runs inside namespaces of its own, and all that their first process waits
 * for: when it ends, however it ends, the kernel ends everything it started.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import * as z from 'zod';
import { writeNamed } from '../bin/cli/named-file.ts';
import { reportText } from '../bin/cli/report-text.ts';
import { writePage } from '../bin/cli/write-page.ts';
import { ExperimentSchema } from '../core/experiment.ts';
import { buildAssembly } from './build-assembly.ts';
import { exitCodes } from './exit-codes.ts';
import { LabOptions } from './options.ts';
import { showProgress } from './progress.ts';
import { rehearse } from './rehearsal.ts';
import type { Ended } from './rehearsal.ts';
import { runShell } from './shell.ts';
import { setStage } from './stage.ts';

const Given = z.strictObject({
  options: LabOptions,
  experiment: ExperimentSchema,
  folder: z.string(),
});

async function main(): Promise<number> {
  const given = Given.parse(JSON.parse(process.env['AEROFAULT_LAB'] ?? 'null'));
  const { options, experiment, folder } = given;
  privateRun();
  const progress = showProgress(process.stderr);
  // Synthesised once for many rehearsals, where AEROFAULT_ASSEMBLY names it.
  const made = process.env['AEROFAULT_ASSEMBLY'];
  const assembly = made === undefined ? buildAssembly(folder) : Promise.resolve(made);
  const stage = await setStage(assembly, { options, experiment, progress });
  if (made === undefined) progress.note('synthesised the stacks and bundled the Lambdas');
  if (options.shell !== undefined) {
    progress.close();
    process.removeAllListeners('SIGINT');
    const on = { cloud: stage.cloud, assembly: await assembly, folder };
    return runShell(on, options.shell === true ? undefined : options.shell);
  }
  const ended = await rehearse(experiment, { options, stage, progress });
  progress.close();
  tell(ended, options);
  return ended.exitCode;
}

/** `ip netns` and the xtables lock live under /run; ours, not the machine's. */
function privateRun(): void {
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
  mkdirSync('/run/netns');
}

function tell({ report, sentence }: Ended, options: LabOptions): void {
  const refused = report === undefined || report.outcome === 'refused';
  if (refused) process.stderr.write(`${sentence ?? report?.says}\nNothing was touched.\n`);
  if (report === undefined) return;
  const json = `${JSON.stringify(report, null, 2)}\n`;
  // First, so that it is told even where a file cannot be written any more.
  if (options.json) process.stdout.write(json);
  else if (!refused) process.stdout.write(reportText(report));
  if (options.report !== undefined) writeNamed(options.report, json, { folders: true });
  if (options.html !== undefined) writePage(options.html, report);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => process.exit(exitCodes.interrupted));
}

function broken(error: unknown): number {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text}\n`);
  return exitCodes.bug;
}

process.exit(await main().catch(broken));
