/**
 * `npm run soak`: random experiments back to back on one lab, each disturbed at random, for hours.
 *
 * It answers one question: is anything ever left behind? Each stage runs inside namespaces of its own
 * (`unshare`), so that nothing can reach the machine's network or outlive the soak. A run that leaves
 * something, or a lab that fails, ends its stage; the next is set anew. What a deployment takes minutes of
 * caution for is seconds here (lab/timing.ts), and the sweeper goes round every 15 seconds.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { refuseUnwritable } from '../../bin/cli/named-file.ts';
import { Refusal } from '../../core/refusal.ts';
import { buildAssembly } from '../build-assembly.ts';
import { compileCache } from '../compile-cache.ts';
import { exitCodes } from '../exit-codes.ts';
import { Usage } from '../options.ts';
import { ensureTools, unshareCommand } from '../prerequisites.ts';
import { anotherStage } from './another-stage.ts';
import { keptPromise, LogLine } from './run-record.ts';
import { soakOptions } from './soak-options.ts';
import type { SoakOptions } from './soak-options.ts';
import { summary } from './summary.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Between two stages, so that a lab that cannot start does not spin. */
const betweenStagesMs = 5_000;

async function main(): Promise<number> {
  const options = soakOptions(process.argv.slice(2));
  refuseUnwritable(options.log);
  ensureTools(say);
  const folder = mkdtempSync(join(tmpdir(), 'aerofault-soak-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  say(`seed ${options.seed}, ${options.minutes} minutes, log ${options.log}`);
  const assembly = await buildAssembly(folder);
  const log = resolve(options.log);
  const from = existsSync(log) ? linesOf(log).length : 0;
  await soak({ ...options, log, assembly });
  const lines = linesOf(log).slice(from);
  process.stdout.write(`${summary(lines)}\n`);
  return lines.some((line) => 'runId' in line && !keptPromise(line)) ? 1 : 0;
}

/** Stage after stage until the time is up. */
async function soak(given: SoakOptions & { readonly assembly: string }): Promise<void> {
  const { seed, log, assembly, minutes, on } = given;
  const until = Date.now() + minutes * 60_000;
  for (let stage = 1; Date.now() < until; stage++) {
    const code = await inNamespaces({ seed, log, assembly, on, stage, until });
    if (code === 0) return;
    if (code !== anotherStage) {
      const labFailed = `Cannot go on as a stage must end by itself: found its end with ${code}`;
      appendFileSync(
        log,
        `${JSON.stringify({ at: new Date().toISOString(), stage, labFailed })}\n`,
      );
    }
    await pause(betweenStagesMs);
  }
}

function inNamespaces(given: object): Promise<number | null> {
  const [command = 'unshare', ...words] = unshareCommand();
  const inside = fileURLToPath(new URL('inside.ts', import.meta.url));
  const child = spawn(command, [...words, process.execPath, inside], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      ...compileCache,
      AEROFAULT_SOAK: JSON.stringify(given),
      NODE_NO_WARNINGS: '1',
    },
  });
  const end = (): void => {
    child.kill('SIGKILL'); // unshare heeds no other; the namespaces and all in them go with it.
    process.exit(exitCodes.interrupted);
  };
  process.once('SIGINT', end).once('SIGTERM', end);
  return new Promise((settle, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      process.off('SIGINT', end).off('SIGTERM', end);
      settle(code);
    });
  });
}

function linesOf(log: string): LogLine[] {
  const lines = readFileSync(log, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => LogLine.parse(JSON.parse(line)));
}

function exitCodeFor(error: unknown): number {
  if (error instanceof Usage) return error.exitCode; // commander has printed it.
  if (error instanceof Refusal) {
    say(error.message);
    return exitCodes.refused;
  }
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.bug;
}

process.exitCode = await main().catch(exitCodeFor);
