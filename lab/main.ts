/**
 * `npm run lab`: rehearses one experiment on this machine.
 *
 * Reads and refuses bad input first, then starts itself again inside network, mount, process and user
 * namespaces of its own (`unshare`), so that nothing it does can reach the machine's network and nothing
 * it starts can outlive it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refuseUnwritable } from '../bin/cli/named-file.ts';
import { BadExperiment, countedProblems } from '../lib/bad-experiment.ts';
import { experimentIn } from '../lib/experiment-file.ts';
import type { Experiment } from '../core/experiment.ts';
import { Refusal } from '../core/refusal.ts';
import { compileCache } from './compile-cache.ts';
import { exitCodes } from './exit-codes.ts';
import { labOptions, Usage } from './options.ts';
import type { LabOptions } from './options.ts';
import { ensureTools, unshareCommand } from './prerequisites.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function rehearseInside(options: LabOptions, experiment: Experiment): Promise<number> {
  const [command = 'unshare', ...words] = unshareCommand();
  const folder = mkdtempSync(join(tmpdir(), 'aerofault-lab-'));
  // However it ends: what runs inside is killed with its namespaces and cannot tidy up.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const inside = fileURLToPath(new URL('inside.ts', import.meta.url));
  const child = spawn(command, [...words, process.execPath, inside], {
    stdio: [options.shell === undefined ? 'ignore' : 'inherit', 'inherit', 'inherit'],
    env: {
      ...process.env,
      ...compileCache,
      AEROFAULT_LAB: JSON.stringify({ options, experiment, folder }),
      NODE_NO_WARNINGS: '1',
    },
  });
  let stoppedBy: 'SIGINT' | 'SIGTERM' | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // On a stage with a shell, Ctrl-C is meant for what runs in it.
      if (options.shell !== undefined && signal === 'SIGINT') return;
      stoppedBy = signal;
      child.kill('SIGKILL'); // unshare heeds no other; the namespaces and all in them go with it.
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      const signal = stoppedBy ?? 'SIGKILL';
      resolve(stoppedBy === undefined && code !== null ? code : 128 + constants.signals[signal]);
    });
  });
}

async function main(): Promise<number> {
  const options = labOptions(process.argv.slice(2));
  const experiment = experimentIn(options.experiment);
  for (const file of [options.report, options.html]) {
    if (file !== undefined) refuseUnwritable(file, { folders: true });
  }
  ensureTools(say);
  return rehearseInside(options, experiment);
}

function exitCodeFor(error: unknown): number {
  if (error instanceof Usage) return error.exitCode; // commander has printed it.
  if (error instanceof BadExperiment) {
    say(`${error.message}\n${countedProblems(error)}`);
    return exitCodes.refused;
  }
  if (error instanceof Refusal) {
    say(`${error.message}\nNothing was touched.`);
    return exitCodes.refused;
  }
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.bug;
}

process.exitCode = await main().catch(exitCodeFor);
